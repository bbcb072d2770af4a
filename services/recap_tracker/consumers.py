"""What the tracker hears: cohorts, the people in them, and who is to be forgotten.

Guards that each event takes effect once; what says nothing new, or nothing to us, is counted as skipped.
"""

from services.recap_tracker.handlers.heard import erase_person, hear_person, hear_schedule
from services.recap_tracker.store import RegionStore
from shared.bus import Bus, Delivery
from shared.clock import Clock, now
from shared.events.enrolment import (
    CohortScheduled,
    ParticipantEnrolled,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)
from shared.topics import Topics


def register(bus: Bus, topics: Topics, store: RegionStore, clock: Clock = now) -> None:
    """Register the tracker's only reaction: enrolment's events."""

    @bus.reaction(topics.events("enrolment"), name="enrolment")
    async def hear_enrolment(delivery: Delivery) -> None:
        if not await _hear(store, delivery, clock):
            delivery.skip()


async def _hear(store: RegionStore, delivery: Delivery, clock: Clock) -> bool:
    """Hand the fact to its handler; False when there was nothing to do."""
    match delivery.fact:
        case CohortScheduled() as fact:
            return await hear_schedule(store, fact, delivery.because, clock())
        case ParticipantEnrolled() | ParticipantWithdrawn() | ParticipantMoved() as fact:
            return await hear_person(store, fact, delivery.because)
        case SubjectErased() as fact:
            return await erase_person(store, fact, delivery.because)
    return False
