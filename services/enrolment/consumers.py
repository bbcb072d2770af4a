"""What enrolment does when other services speak: it notes on the receipt who has carried out an erasure.

Guards that a confirmation counts once, and that everything else those topics say is passed over.
"""

from services.enrolment.handlers import confirm_erasure
from services.enrolment.store import RegionStore
from shared.bus import Bus, Delivery
from shared.clock import Clock
from shared.events.engagement import EngagementErasureConfirmed
from shared.events.evaluation import EvaluationErasureConfirmed
from shared.events.ids import ParticipantId
from shared.events.recap_tracker import RecapErasureConfirmed
from shared.topics import Topics

SPEAKERS = ("engagement", "recap_tracker", "evaluation")


def react(bus: Bus, topics: Topics, region: RegionStore, clock: Clock) -> None:
    """Register the service's reactions."""

    @bus.reaction(*(topics.events(speaker) for speaker in SPEAKERS), name="erasures")
    async def note_confirmation(delivery: Delivery) -> None:
        match delivery.fact:
            case EngagementErasureConfirmed() | RecapErasureConfirmed() | EvaluationErasureConfirmed() as fact:
                participant = ParticipantId(fact.participant)
                noted = await confirm_erasure(region, participant, fact.service, delivery.because, clock())
            case _:
                noted = None
        if noted is None:
            delivery.skip()
