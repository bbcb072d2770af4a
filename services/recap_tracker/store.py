"""Where the tracker's documents are; the only writer of them.

Guards that a project is found by its own organisation only, that ledger, projects, lead and the record of decisions are
saved together or not at all, and that each save hands over the facts it causes.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from services.recap_tracker.domain.places import Ledger, Round, State
from services.recap_tracker.domain.projects import Project
from services.recap_tracker.domain.refusals import CohortNotKnownError
from services.recap_tracker.domain.roster import Cohort, Person
from shared.errors import NotFoundError
from shared.events import Fact
from shared.events.ids import CohortId, OrganisationId, ParticipantId, ProgrammeId, ProjectId
from shared.mongo import Database, Index, guard
from shared.outbox import Because, Change, StoreDoor
from shared.turns import Turns

PROJECTS, PLACES, DECISIONS, COHORTS, PEOPLE = "projects", "places", "place_decisions", "cohorts", "people"
INDEXES = {
    PROJECTS: [Index(("organisation", "opened_at", "_id"))],
    DECISIONS: [Index(("organisation", "programme", "ledger_version", "ordinal"))],
    PLACES: [],
    COHORTS: [],
    PEOPLE: [],
}

S = TypeVar("S", bound=State)


@dataclass(frozen=True)
class Loaded(Generic[S]):
    """A state with the version it was loaded at; version 0 when there is no document yet."""

    collection: str
    id: str
    state: S
    version: int = 0
    saved_at: datetime | None = None

    @property
    def next(self) -> int:
        """The version that the next save makes."""
        return self.version + 1

    def becomes(self, state: S, events: Sequence[Fact] = ()) -> Change:
        """Return the change that stores a new state together with what it says to the world."""
        return Change(self.collection, self.id, state.model_dump(mode="json"), self.version, events, self.saved_at)


@dataclass(frozen=True)
class Keeping:
    """What stores are made of; one for each process."""

    database: Database
    door: StoreDoor
    turns: Turns = field(default_factory=Turns)


class RegionStore:
    """What belongs to no single organisation: schedules, people, places, and whose turn it is."""

    def __init__(self, keeping: Keeping) -> None:
        self._database = keeping.database
        self._door = keeping.door
        self._turns = keeping.turns

    def turn(self, programme: ProgrammeId) -> AbstractAsyncContextManager[None]:
        """Return what to hold from reading the ledger until it is saved."""
        return self._turns.of(programme)

    async def schedule(self, cohort: CohortId, programme: ProgrammeId) -> Loaded[Cohort]:
        """Return what is known of a cohort, nothing at first."""
        found = await self._find(COHORTS, {"_id": cohort})
        return _loaded(COHORTS, cohort, found, Cohort(cohort=cohort, programme=programme))

    async def cohort(self, cohort: CohortId) -> Cohort:
        """Return a cohort that was scheduled; raises CohortNotKnownError."""
        found = await self._find(COHORTS, {"_id": cohort})
        if found is None:
            raise CohortNotKnownError(cohort=cohort)
        return Cohort.model_validate(found)

    async def ledger(self, programme: ProgrammeId) -> Loaded[Ledger]:
        """Return the places of a programme, none at first."""
        found = await self._find(PLACES, {"_id": programme})
        return _loaded(PLACES, programme, found, Ledger(programme=programme))

    async def person(self, participant: ParticipantId) -> Loaded[Person]:
        """Return what is known of a person, nothing at first."""
        found = await self._find(PEOPLE, {"_id": participant})
        return _loaded(PEOPLE, participant, found, Person(participant=participant))

    async def projects(self, ids: Sequence[ProjectId]) -> list[Loaded[Project]]:
        """Return projects of any organisation in the order asked: for places given and leads erased only."""
        if not ids:
            return []
        async with guard():
            found = await self._database.collection(PROJECTS).find({"_id": {"$in": list(ids)}}).to_list(None)
        by_id = {document["_id"]: document for document in found}
        return [_project(by_id[project]) for project in ids]

    async def save(self, changes: Iterable[Change], because: Because) -> None:
        """Save everything in one transaction."""
        await self._door.save(list(changes), because)

    async def _find(self, collection: str, query: dict[str, Any]) -> dict[str, Any] | None:
        async with guard():
            found: dict[str, Any] | None = await self._database.collection(collection).find_one(query)
        return found


class ProjectStore(RegionStore):
    """The projects of one organisation."""

    def __init__(self, keeping: Keeping, organisation: OrganisationId) -> None:
        super().__init__(keeping)
        self.organisation = organisation

    async def project(self, project: ProjectId) -> Loaded[Project]:
        """Return a project of this organisation; raises NotFoundError for any other."""
        found = await self._find(PROJECTS, {"_id": project, "organisation": self.organisation})
        if found is None:
            raise NotFoundError(what="project", id=project)
        return _project(found)


def new_project(project: Project) -> Loaded[Project]:
    """Return a project that has no document yet."""
    return Loaded(PROJECTS, project.project, project)


def ledger_changes(ledger: Loaded[Ledger], after: Round) -> list[Change]:
    """Return the ledger's next version and one document for each decision, so that the reasons outlive the ledger."""
    decisions = [
        Change(
            DECISIONS,
            f"{ledger.id}:{ledger.next}:{ordinal}",
            {
                **decision.model_dump(mode="json"),
                "programme": ledger.id,
                "ledger_version": ledger.next,
                "ordinal": ordinal,
            },
            0,
        )
        for ordinal, decision in enumerate(after.decisions)
    ]
    return [ledger.becomes(after.ledger), *decisions]


def _project(document: dict[str, Any]) -> Loaded[Project]:
    return Loaded(
        PROJECTS, document["_id"], Project.model_validate(document), document["version"], document["saved_at"]
    )


def _loaded(collection: str, id_: str, found: dict[str, Any] | None, empty: S) -> Loaded[S]:
    if found is None:
        return Loaded(collection, id_, empty)
    state = type(empty).model_validate(found)
    return Loaded(collection, id_, state, found["version"], found["saved_at"])
