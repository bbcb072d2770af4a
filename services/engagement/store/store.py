"""Loading papers and saving what was decided on them.

Guards that there is one way to save, and that a store built for an organisation cannot reach another one's people.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from services.engagement.domain.cohorts import Cohort, Occasion
from services.engagement.domain.kept import (
    COHORTS,
    IDENTIFIERS,
    JOURNALS,
    LEARNERS,
    MATCHES,
    STATEMENTS,
    Text,
    body,
    read,
)
from services.engagement.domain.learners import Learner
from services.engagement.domain.matching import Identifiers, Match
from services.engagement.domain.papers import Papers
from services.engagement.domain.refusals import QueryNotKnownError, SessionNotKnownError
from services.engagement.domain.state import ExternalKey, State, StatementId
from services.engagement.domain.statements import Statement
from services.engagement.store.held import Events, Held, Loaded
from services.engagement.store.reading import Document, Reading
from shared.events.ids import CohortId, JournalId, OrganisationId, ParticipantId, SessionId
from shared.outbox import Because, Change, StoreDoor

S = TypeVar("S", bound=State)


class Store:
    """Every document of the service; for reactions, which speak for no organisation."""

    def __init__(self, reading: Reading, door: StoreDoor) -> None:
        self._reading = reading
        self._door = door

    def of(self, organisation: OrganisationId) -> "OrganisationStore":
        """Return the store of one organisation."""
        return OrganisationStore(self._reading, self._door, organisation)

    async def occasion(self, session: SessionId) -> Occasion:
        """Return what records need to know of a session; raises SessionNotKnownError."""
        occasion = await self._reading.occasion(session)
        if occasion is None:
            raise SessionNotKnownError(session=session)
        return occasion

    async def cohort(self, cohort: CohortId) -> tuple[Cohort, Loaded]:
        """Return what is known of a cohort, nothing at first."""
        for document in await self._reading.named(COHORTS, [cohort]):
            return read(COHORTS, Cohort, document), _loaded(document)
        return Cohort(cohort=cohort), Loaded()

    async def save_cohort(self, cohort: Cohort, loaded: Loaded, because: Because) -> None:
        """Save a cohort's next version."""
        change = Change(COHORTS, cohort.cohort, body(COHORTS, cohort), loaded.version, saved_at=loaded.saved_at)
        await self._door.save([change], because)

    async def fetch(
        self,
        *,
        learners: Iterable[ParticipantId] = (),
        statements: Mapping[StatementId, OrganisationId] | None = None,
        matches: Iterable[ExternalKey] = (),
        identifiers: Iterable[ParticipantId] = (),
    ) -> Held:
        """Load papers; what does not exist yet lies there blank. Statements need the organisation they belong to."""
        blank = Papers(
            learners={one: Learner(participant=one) for one in learners},
            statements={one: Statement(statement=one, organisation=owner) for one, owner in (statements or {}).items()},
            matches={one: Match(key=one) for one in matches},
            identifiers={one: Identifiers(participant=one) for one in identifiers},
        )
        versions: dict[tuple[str, str], Loaded] = {}
        filled = await asyncio.gather(
            self._filled(LEARNERS, blank.learners, versions),
            self._filled(STATEMENTS, blank.statements, versions),
            self._filled(MATCHES, blank.matches, versions),
            self._filled(IDENTIFIERS, blank.identifiers, versions),
        )
        return Held(Papers(*filled), versions)

    async def statements_about(self, participant: ParticipantId, keys: Collection[ExternalKey]) -> Held:
        """Load every statement that counts or waits for a person, or names one of these keys."""
        about: list[dict[str, Any]] = [{"participant": participant}]
        about += [{"key": {"$in": sorted(keys)}}] if keys else []
        return _held_statements(await self._reading.find(STATEMENTS, {"$or": about}))

    async def statements_named(self, names: Collection[StatementId]) -> Held:
        """Load statements that are known to exist."""
        return _held_statements(await self._reading.named(STATEMENTS, names))

    async def texts_removed(self, participant: ParticipantId, journal: JournalId | None = None) -> list[Change]:
        """Return the changes that remove a person's texts, or one of them."""
        query = {"participant": participant} if journal is None else {"participant": participant, "_id": journal}
        return [Change(JOURNALS, one["_id"], None, one["version"]) for one in await self._reading.find(JOURNALS, query)]

    async def save(
        self, held: Held, after: Papers, because: Because, *, events: Events | None = None, also: Sequence[Change] = ()
    ) -> bool:
        """Save what is different now, with what is to be told; say whether anything was."""
        changes = [*held.changes(after, events or {}), *also]
        if changes:
            await self._door.save(changes, because)
        return bool(changes)

    async def remember(self, because: Because) -> None:
        """Save a command's mark alone: nothing is different now, but the same command must change nothing later."""
        await self._door.save([], because)

    async def _filled(
        self, collection: str, blank: Mapping[Any, S], versions: dict[tuple[str, str], Loaded]
    ) -> dict[Any, S]:
        """Return the blank states replaced by what is stored, and note the versions."""
        filled = dict(blank)
        versions.update({(collection, str(name)): Loaded() for name in blank})
        for document in await self._reading.named(collection, blank):
            name = document["_id"]
            filled[name] = read(collection, type(blank[name]), document)
            versions[collection, name] = _loaded(document)
        return filled


class OrganisationStore(Store):
    """The people and the queue of one organisation."""

    def __init__(self, reading: Reading, door: StoreDoor, organisation: OrganisationId) -> None:
        super().__init__(reading, door)
        self.organisation = organisation

    async def people(self, participants: Iterable[ParticipantId]) -> Held:
        """Load those of these participants who belong to the organisation; the others are left out."""
        query = {"_id": {"$in": sorted(participants)}, "organisation": self.organisation}
        documents = await self._reading.find(LEARNERS, query)
        learners = [read(LEARNERS, Learner, document) for document in documents]
        return Held(
            Papers(learners={one.participant: one for one in learners}),
            {(LEARNERS, document["_id"]): _loaded(document) for document in documents},
        )

    async def waiting(self, query: StatementId) -> Held:
        """Load an entry of the organisation's queue; raises QueryNotKnownError."""
        came = {"organisation": self.organisation, "outcome": {"$ne": "awaited"}}
        found = await self._reading.find(STATEMENTS, {"_id": query, **came})
        if not found:
            raise QueryNotKnownError(query=query)
        return _held_statements(found)


def new_text(text: Text) -> Change:
    """Return the change that keeps a new text."""
    return Change(JOURNALS, text.journal, body(JOURNALS, text), 0)


def _held_statements(documents: Sequence[Document]) -> Held:
    statements = [read(STATEMENTS, Statement, document) for document in documents]
    return Held(
        Papers(statements={one.statement: one for one in statements}),
        {(STATEMENTS, document["_id"]): _loaded(document) for document in documents},
    )


def _loaded(document: Mapping[str, Any]) -> Loaded:
    return Loaded(document["version"], document["saved_at"])
