"""What a coordinator decides on records that match nobody.

Guards that a decision reaches the record's own document, so that a void that comes later finds where it went.
"""

from dataclasses import dataclass

from services.engagement.domain.kept import NOTE, vault_subject
from services.engagement.domain.queue import dismiss, resolve
from services.engagement.domain.state import StatementId
from services.engagement.domain.statements import Statement
from services.engagement.handlers.desk import Desk
from services.engagement.handlers.records import whoever_it_is_about
from services.engagement.store import Held
from shared.events.ids import OrganisationId, ParticipantId
from shared.outbox import Because, Change, until_saved
from shared.vault import PersonKey


@dataclass(frozen=True)
class ResolveQuery:
    """A coordinator says whom a record means."""

    query: StatementId
    organisation: OrganisationId
    participant: ParticipantId


@dataclass(frozen=True)
class DismissQuery:
    """A coordinator says that a record counts for nobody, and why."""

    query: StatementId
    organisation: OrganisationId
    reason: str


async def resolve_query(desk: Desk, command: ResolveQuery, because: Because) -> None:
    """Let a waiting record count for a participant."""
    answered = because.with_result({"query": command.query, "participant": command.participant})

    async def attempt() -> None:
        held = await _waiting(desk, command.organisation, command.query)
        if command.participant not in held.papers.learners:
            held = held.with_papers(await desk.store.fetch(learners=[command.participant]))
        papers, events = held.told(resolve(held.papers, command.query, command.participant))
        also = [await _audited(desk, command, command.participant, because)]
        await desk.store.save(held, papers, answered, events=events, also=also)

    await until_saved(attempt)


async def dismiss_query(desk: Desk, command: DismissQuery, because: Because) -> None:
    """Let a waiting record count for nobody."""
    answered = because.with_result({"query": command.query})

    async def attempt() -> None:
        held = await _waiting(desk, command.organisation, command.query)
        key = await _key(desk, held.papers.statements[command.query])
        note = None if key is None else key.encrypt(NOTE, 1, command.reason)
        papers = dismiss(held.papers, command.query, note)
        also = [await _audited(desk, command, f"query:{command.query}", because)]
        await desk.store.save(held, papers, answered, also=[*also, *([] if key is None else key.changes())])

    await until_saved(attempt)


async def _waiting(desk: Desk, organisation: OrganisationId, query: StatementId) -> Held:
    held = await desk.store.of(organisation).waiting(query)
    return held.with_papers(await whoever_it_is_about(desk, held, query))


async def _key(desk: Desk, statement: Statement) -> PersonKey | None:
    """Return the vault's key for whoever the record names."""
    return None if statement.key is None else await desk.vault.key(vault_subject(statement.key), statement.organisation)


async def _audited(desk: Desk, command: ResolveQuery | DismissQuery, subject: str, because: Because) -> Change:
    action = "query.resolved" if isinstance(command, ResolveQuery) else "query.dismissed"
    detail = {"query": command.query}
    return await desk.audit.change(because.actor, action, subject, command.organisation, detail)
