"""What engagement hears: cohorts and people from enrolment, and attendance from other systems.

Guards that each record takes effect once; what says nothing new, or nothing to us, is counted as skipped.
"""

from functools import partial

from services.engagement.domain.dialects import decode
from services.engagement.domain.dialects.records import ExternalReport
from services.engagement.domain.learners import enrolled, moved, withdrawn
from services.engagement.handlers.cohorts import schedule_cohort
from services.engagement.handlers.desk import Desk
from services.engagement.handlers.people import erase_participant, forget_identifiers, identify_participant, learn
from services.engagement.handlers.records import receive_record, void_record
from shared.bus import Bus, Delivery
from shared.errors import PoisonError
from shared.events import Fact
from shared.events.enrolment import (
    CohortScheduled,
    ParticipantEnrolled,
    ParticipantIdentified,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)
from shared.events.ids import OrganisationId, ParticipantId
from shared.outbox import Because
from shared.topics import Topics


def register(bus: Bus, topics: Topics, desk: Desk) -> None:
    """Let the bus call the reactions."""
    bus.reaction(topics.events("enrolment"), name="rosters")(partial(hear_enrolment, desk))
    bus.reaction(topics.identifiers(), name="identifiers")(partial(hear_identifiers, desk))
    bus.reaction(name="attendance", pattern=topics.attendance_pattern())(partial(hear_attendance, desk))


async def hear_enrolment(desk: Desk, delivery: Delivery) -> None:
    """Learn of cohorts, enrolments, moves and erasures."""
    fact = delivery.fact
    if not await _learnt(desk, fact, delivery.because):
        delivery.skip()


async def _learnt(desk: Desk, fact: Fact, because: Because) -> bool:
    """Say whether a fact was about us and news."""
    match fact:
        case CohortScheduled():
            return await schedule_cohort(desk, fact, because)
        case SubjectErased():
            return await erase_participant(desk, fact, because)
        case ParticipantEnrolled():
            return await learn(desk, ParticipantId(fact.participant), partial(enrolled, fact=fact), because)
        case ParticipantWithdrawn():
            return await learn(desk, ParticipantId(fact.participant), partial(withdrawn, fact=fact), because)
        case ParticipantMoved():
            return await learn(desk, ParticipantId(fact.participant), partial(moved, fact=fact), because)
    return False


async def hear_identifiers(desk: Desk, delivery: Delivery) -> None:
    """Learn by which keys a person is known; after the last word on an erased one comes an empty record."""
    if delivery.is_tombstone:
        news = await forget_identifiers(desk, _participant(delivery), delivery.because)
    else:
        news = await _identified(desk, delivery.fact, delivery.because)
    if not news:
        delivery.skip()


async def _identified(desk: Desk, fact: Fact, because: Because) -> bool:
    """Say whether a fact was about somebody's keys and news."""
    match fact:
        case ParticipantIdentified(erased=True):
            return await forget_identifiers(desk, ParticipantId(fact.participant), because, fact)
        case ParticipantIdentified():
            return await identify_participant(desk, fact, because)
    return False


def _participant(delivery: Delivery) -> ParticipantId:
    try:
        return ParticipantId((delivery.record.key or b"").decode())
    except UnicodeDecodeError:
        raise PoisonError("undecodable", "the key is not text") from None


async def hear_attendance(desk: Desk, delivery: Delivery) -> None:
    """Take in a record that an organisation's system published; the organisation is its topic's."""
    organisation, value = OrganisationId(delivery.organisation), delivery.record.value
    heard = decode(value, organisation)
    await delivery.external_mark(heard.source, heard.id, value or b"", heard.time)
    if isinstance(heard, ExternalReport):
        news = await receive_record(desk, heard, value or b"", organisation, delivery.because)
    else:
        news = await void_record(desk, heard, organisation, delivery.because)
    if not news:
        delivery.skip()
