"""What evaluation reacts to: that somebody asked to be forgotten. Everything else it hears is counted by projections.

Guards that an erasure is confirmed once, and that no other event leaves a trace here.
"""

from services.evaluation.handlers import confirm_erasure
from services.evaluation.store import ErasureStore
from shared.bus import Bus, Delivery
from shared.events.enrolment import SubjectErased
from shared.projector import View
from shared.topics import Topics


def register(bus: Bus, topics: Topics, store: ErasureStore, participation: View) -> None:
    """Register evaluation's only reaction: enrolment's events."""

    @bus.reaction(topics.events("enrolment"), name="erasure")
    async def hear_erasure(delivery: Delivery) -> None:
        fact = delivery.fact
        if not isinstance(fact, SubjectErased):
            delivery.skip()
            return
        counted = await participation.as_of()
        if not await confirm_erasure(store, counted, fact, delivery.record, delivery.because):
            delivery.skip()
