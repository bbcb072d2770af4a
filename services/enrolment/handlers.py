"""One coroutine for each command and reaction: load, decide, save.

Guards that nothing is decided on what somebody else has changed meanwhile: the whole of load, decide and save is run
again when the save finds another version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from services.enrolment import rules
from services.enrolment.domain import participant as domain
from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.participant import Decision, Participant
from services.enrolment.domain.person import WITHDRAWAL, Person, free_keys, own_keys
from services.enrolment.domain.receipt import MATCHES, Receipt, confirm, issue, receipt_id
from services.enrolment.domain.schedule import schedule, statement
from services.enrolment.store import Decided, RegionStore, Store
from shared.events.ids import CohortId, GroupId, OrganisationId, ParticipantId
from shared.outbox import Because, until_saved


@dataclass(frozen=True)
class Work:
    """What every command is carried out with."""

    store: Store
    catalogue: Catalogue
    because: Because
    now: datetime

    def answering(self, state: Participant) -> Because:
        """Return why, remembering the answer for whoever sends the command again."""
        return self.because.with_result({"participant": state.participant, "version": state.version})


async def register_participant(work: Work, person: Person) -> Participant:
    """Register a person of the store's organisation, which must be open."""
    participant = ParticipantId(work.because.new_id("participant"))
    organisation = rules.open_organisation(work.catalogue, work.store.organisation, work.now).organisation
    keyed = work.store.keyed(person.identifiers, organisation)

    async def attempt() -> Participant:
        keys = own_keys(keyed, await work.store.taken([key for _, key in keyed]))
        command = domain.Register(participant=participant, organisation=organisation, keys=keys)
        state, events = domain.register(command)
        decided = Decided("participant.registered", state, events, person.fields())
        await work.store.save(None, decided, work.answering(state))
        return state

    return await until_saved(attempt)


async def apply_to_cohort(
    work: Work, participant: ParticipantId, cohort: CohortId, group: GroupId, applied_on: date
) -> Participant:
    """Apply to a cohort as a member of a group that its programme invites."""
    rules.open_organisation(work.catalogue, work.store.organisation, work.now)
    programme = rules.invited_programme(work.catalogue, cohort, group).programme
    command = domain.Apply(cohort=cohort, programme=programme, group=group, applied_on=applied_on)
    return await _decide(work, participant, "participant.applied", lambda s: domain.apply(s, command, work.now))


async def enrol_participant(work: Work, participant: ParticipantId, cohort: CohortId, enrolled_on: date) -> Participant:
    """Enrol somebody who applied, or again somebody who withdrew; the programme's commitment goes with it (REC-8)."""
    rules.open_organisation(work.catalogue, work.store.organisation, work.now)
    _, programme = rules.known_cohort(work.catalogue, cohort)
    command = domain.Enrol(cohort=cohort, commitment=rules.commitment(programme), enrolled_on=enrolled_on)
    return await _decide(work, participant, "participant.enrolled", lambda s: domain.enrol(s, command, work.now))


async def withdraw_participant(
    work: Work, participant: ParticipantId, cohort: CohortId, withdrawn_on: date, reason: str
) -> Participant:
    """End an enrolment; the reason stays here, sealed."""
    command = domain.Withdraw(cohort=cohort, withdrawn_on=withdrawn_on)
    return await _decide(
        work,
        participant,
        "participant.withdrawn",
        lambda s: domain.withdraw(s, command, work.now),
        {f"{WITHDRAWAL}:{cohort}": reason},
    )


async def move_participant(
    work: Work, participant: ParticipantId, organisation: OrganisationId, moved_on: date
) -> Participant:
    """Hand a person over to another organisation: everything sealed is sealed anew, identifiers get other keys."""

    async def attempt() -> Participant:
        record = await work.store.load(participant)
        rules.open_organisation(work.catalogue, organisation, work.now)
        fields = await work.store.open(record)
        keyed = work.store.keyed(Person.of(fields).identifiers if fields else (), organisation)
        keys = free_keys(keyed, await work.store.taken([key for _, key in keyed]))
        command = domain.Move(organisation=organisation, keys=keys, moved_on=moved_on)
        state, events = domain.move(record.state, command, work.now)
        await work.store.save(record, Decided("participant.moved", state, events, fields), work.answering(state))
        return state

    return await until_saved(attempt)


async def erase_participant(work: Work, participant: ParticipantId) -> str:
    """Forget a person and return the id of the receipt; the same one when it is asked for again."""
    receipt = receipt_id(participant)

    async def attempt() -> str:
        record = await work.store.load(participant)
        state, events = domain.erase(record.state)
        if events:
            decided = Decided("participant.erased", state, events)
            issued = issue(participant, state.organisation, work.now)
            await work.store.forget(record, decided, issued, work.because.with_result({"receipt": receipt}))
        return receipt

    return await until_saved(attempt)


async def confirm_erasure(
    region: RegionStore, participant: ParticipantId, service: str, because: Because, now: datetime
) -> Receipt | None:
    """Note that a service holds nothing of a person any more; None when there is nothing new to note.

    When it is the one that matches records by keys, the person's are forgotten in the same transaction.
    """

    async def attempt() -> Receipt | None:
        found = await region.receipt(participant)
        if found is None or service in found[0].confirmed:
            return None
        receipt = confirm(found[0], service, now)
        erased = await region.participant(participant) if service == MATCHES else None
        forgotten = [] if erased is None else [(erased, domain.unknown(erased.state))]
        await region.confirm(receipt, found[1], forgotten, because)
        return receipt

    return await until_saved(attempt)


async def state_cohorts(region: RegionStore, catalogue: Catalogue, because: Because) -> list[CohortId]:
    """State every cohort whose content is not what was stated last; return those that were stated."""
    return [cohort for cohort in catalogue.cohorts if await _state_cohort(region, catalogue, cohort, because)]


async def _state_cohort(region: RegionStore, catalogue: Catalogue, cohort: CohortId, because: Because) -> bool:
    found, programme = rules.known_cohort(catalogue, cohort)
    scheduled = schedule(found, programme, rules.commitment(programme), rules.project_places(programme))

    async def attempt() -> bool:
        before = await region.stated(cohort)
        after, events = statement(before, scheduled)
        for event in events:
            await region.state(before, after, event, because)
        return bool(events)

    return await until_saved(attempt)


async def _decide(
    work: Work,
    participant: ParticipantId,
    action: str,
    decide: Callable[[Participant], Decision],
    fields: Mapping[str, str] | None = None,
) -> Participant:
    """Load a participant, decide, and save what was decided."""

    async def attempt() -> Participant:
        record = await work.store.load(participant)
        state, events = decide(record.state)
        await work.store.save(record, Decided(action, state, events, fields or {}), work.answering(state))
        return state

    return await until_saved(attempt)
