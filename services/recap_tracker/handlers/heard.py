"""What the tracker does about what enrolment says: learn of cohorts, places and people, and forget the erased.

Guards that any order and any number of the same events end the same, and that an erasure unlinks every project in the
transaction that confirms it.
"""

from datetime import datetime

from services.recap_tracker.domain import projects, roster
from services.recap_tracker.domain.places import state_places
from services.recap_tracker.handlers.places import new_round
from services.recap_tracker.store import RegionStore
from shared.events.enrolment import (
    CohortScheduled,
    ParticipantEnrolled,
    ParticipantMoved,
    ParticipantWithdrawn,
    SubjectErased,
)
from shared.events.ids import CohortId, ParticipantId, ProgrammeId
from shared.events.recap_tracker import RecapErasureConfirmed
from shared.outbox import Because, until_saved

AboutPerson = ParticipantEnrolled | ParticipantWithdrawn | ParticipantMoved


async def hear_schedule(store: RegionStore, fact: CohortScheduled, because: Because, now: datetime) -> bool:
    """Learn of a cohort and of the programme's places; False when it says nothing new."""

    async def attempt() -> bool:
        cohort = await store.schedule(CohortId(fact.cohort), ProgrammeId(fact.programme))
        heard = roster.hear_schedule(cohort.state, fact)
        if heard == cohort.state:
            return False
        ledger = await store.ledger(heard.programme)
        after = state_places(ledger.state, heard.cohort, heard.places)
        places = [] if after.ledger == ledger.state else await new_round(store, ledger, after, now.date())
        await store.save([cohort.becomes(heard), *places], because)
        return True

    return await until_saved(attempt)


async def hear_person(store: RegionStore, fact: AboutPerson, because: Because) -> bool:
    """Learn where a person is enrolled and belongs; False when it says nothing new.

    A project stays with the organisation that opened it when its lead moves or withdraws: the work, the place and the
    figures are the organisation's. Readers are told that the lead is no longer there.
    """

    async def attempt() -> bool:
        person = await store.person(ParticipantId(fact.participant))
        heard = roster.hear_person(person.state, fact)
        if heard == person.state:
            return False
        await store.save([person.becomes(heard)], because)
        return True

    return await until_saved(attempt)


async def erase_person(store: RegionStore, fact: SubjectErased, because: Because) -> bool:
    """Unlink an erased person from the projects they led and confirm it; False when that was done before."""

    async def attempt() -> bool:
        person = await store.person(ParticipantId(fact.participant))
        if person.state.erased:
            return False
        led = await store.projects(person.state.projects)
        unlinked = [project.becomes(projects.unlink_lead(project.state)) for project in led]
        confirmed = RecapErasureConfirmed(participant=fact.participant, version=person.next)
        await store.save([person.becomes(roster.erase(person.state), [confirmed]), *unlinked], because)
        return True

    return await until_saved(attempt)
