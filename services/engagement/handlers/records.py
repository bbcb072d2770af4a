"""Records of other systems: received and voided.

Guards that a record and its void write the same document, so that of the two arriving at once one looks again; and that
the person's value is kept only while nobody is known to it, encrypted.
"""

from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.dialects.records import ExternalReport, ExternalVoid
from services.engagement.domain.kept import PERSON, vault_subject
from services.engagement.domain.papers import Papers
from services.engagement.domain.reception import Record, receive, void
from services.engagement.domain.refusals import SessionNotKnownError
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.handlers.desk import Desk, statement_id
from services.engagement.store import Held
from shared.errors import PoisonError
from shared.events.ids import OrganisationId, SessionId
from shared.outbox import Because, until_saved
from shared.vault import PersonKey, SubjectErasedError


async def receive_record(
    desk: Desk, heard: ExternalReport, body: bytes, organisation: OrganisationId, because: Because
) -> bool:
    """Take in what a system says of one person; say whether anything was kept. `body` is what arrived.

    Raises PoisonError.
    """
    occasion = await _occasion(desk, heard.session)
    name = statement_id(organisation, heard.source, heard.id)
    key = desk.key_of(organisation, heard.person.system, heard.person.value)

    async def attempt() -> bool:
        held = await _held(desk, name, organisation, key)
        vault = await _vault_key(desk, key, organisation) if _needs_value(held.papers, name, key) else None
        record = _record(heard, occasion, key, vault, desk.digest_of(body))
        papers, events = held.told(receive(held.papers, name, record))
        also = [] if vault is None else vault.changes()
        return await desk.store.save(held, papers, because, events=events, also=also)

    return await until_saved(attempt)


async def void_record(desk: Desk, heard: ExternalVoid, organisation: OrganisationId, because: Because) -> bool:
    """Take a record back, whether or not it has come yet; say whether that was news."""
    name = statement_id(organisation, heard.source, heard.record)

    async def attempt() -> bool:
        held = await desk.store.fetch(statements={name: organisation})
        held = held.with_papers(await whoever_it_is_about(desk, held, name))
        papers, events = held.told(void(held.papers, name))
        return await desk.store.save(held, papers, because, events=events)

    return await until_saved(attempt)


async def whoever_it_is_about(desk: Desk, held: Held, name: StatementId) -> Held:
    """Load the learner that a statement counts or waits for, or the key that it waits for."""
    statement = held.papers.statements[name]
    if statement.participant is not None:
        return await desk.store.fetch(learners=[statement.participant])
    return await desk.store.fetch(matches=[] if statement.key is None else [statement.key])


async def _held(desk: Desk, name: StatementId, organisation: OrganisationId, key: ExternalKey) -> Held:
    held = await desk.store.fetch(statements={name: organisation}, matches=[key])
    person = held.papers.matches[key].person
    return held if person is None else held.with_papers(await desk.store.fetch(learners=[person]))


async def _occasion(desk: Desk, session: SessionId) -> Occasion:
    try:
        return await desk.store.occasion(session)
    except SessionNotKnownError:
        raise PoisonError("unknown-session", "the record speaks of a session that is not known") from None


def _needs_value(papers: Papers, name: StatementId, key: ExternalKey) -> bool:
    """Say whether a coordinator will have to see the value: the record will wait and nobody is known to it."""
    statement, match = papers.statements[name], papers.matches[key]
    return statement.outcome == "awaited" and not statement.voided and match.person is None and not match.erased


async def _vault_key(desk: Desk, key: ExternalKey, organisation: OrganisationId) -> PersonKey | None:
    try:
        return await desk.vault.key(vault_subject(key), organisation)
    except SubjectErasedError:
        return None


def _record(
    heard: ExternalReport, occasion: Occasion, key: ExternalKey, vault: PersonKey | None, digest: str
) -> Record:
    return Record(
        source=heard.source,
        id=heard.id,
        occasion=occasion,
        time=heard.time,
        status=heard.status,
        minutes=heard.minutes,
        system=heard.person.system,
        key=key,
        person=None if vault is None else vault.encrypt(PERSON, 1, heard.person.value),
        digest=digest,
    )
