"""Reads of one organisation's projects, and of the region's places.

Guards that every read of a project is scoped to the organisation it was built for; of the region only counts are told.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from services.recap_tracker.domain.places import Ledger
from services.recap_tracker.domain.projects import Project
from services.recap_tracker.domain.refusals import PlacesNotKnownError
from services.recap_tracker.domain.roster import Person
from services.recap_tracker.domain.words import Kind, Status
from services.recap_tracker.queries.views import (
    DecisionPage,
    DecisionView,
    PlacesView,
    ProjectPage,
    ProjectSummary,
    ProjectView,
    show_whole,
    summarise,
)
from shared.errors import NotFoundError
from shared.events.ids import OrganisationId, ProgrammeId, ProjectId
from shared.mongo import Database, guard

Document = dict[str, Any]


@dataclass(frozen=True)
class ProjectFilter:
    """Which projects to list; None does not restrict."""

    programme: str | None = None
    cohort: str | None = None
    status: Status | None = None
    kind: Kind | None = None

    def query(self) -> Document:
        """Return the equality conditions; values are only ever compared, never interpreted."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: {"$eq": str(value)} for name, value in given.items() if value is not None}


class Queries:
    """What one organisation can read."""

    def __init__(self, database: Database, organisation: OrganisationId) -> None:
        self._database = database
        self._organisation = organisation

    async def project(self, project: ProjectId, today: date) -> ProjectView:
        """Return a project with its milestones; raises NotFoundError for another organisation's."""
        document = await self._own(project)
        state = Project.model_validate(document)
        ledgers = await self._ledgers([state])
        summary = summarise(state, document["version"], ledgers[state.programme], today)
        return show_whole(summary, state, await self._person(state))

    async def projects(self, wanted: ProjectFilter, after: ProjectId | None, limit: int, today: date) -> ProjectPage:
        """Return a page of projects, first opened first; `after` is the last project of the page before."""
        query: Document = {"organisation": self._organisation, **wanted.query()}
        if after is not None:
            opened_at = (await self._own(after))["opened_at"]
            query["$or"] = [{"opened_at": {"$gt": opened_at}}, {"opened_at": opened_at, "_id": {"$gt": after}}]
        found = await self._list("projects", query, [("opened_at", 1), ("_id", 1)], limit + 1)
        page = await self._summaries(found[:limit], today)
        return ProjectPage(projects=page, next=page[-1].project if len(found) > limit else None)

    async def places(self, programme: ProgrammeId) -> PlacesView:
        """Return how many places a programme has and how many projects wait; raises PlacesNotKnownError."""
        found = await self._find("places", {"_id": programme})
        if found is None:
            raise PlacesNotKnownError(programme=programme)
        ledger = Ledger.model_validate(found)
        active = len(ledger.active)
        return PlacesView(
            programme=programme,
            capacity=ledger.capacity,
            active=active,
            queued=len(ledger.queue),
            free=max(0, ledger.capacity - active),
        )

    async def decisions(self, programme: ProgrammeId, limit: int) -> DecisionPage:
        """Return the latest decisions about places of this organisation's projects, with their reasons (REC-2)."""
        query = {"organisation": self._organisation, "programme": programme}
        found = await self._list("place_decisions", query, [("ledger_version", -1), ("ordinal", -1)], limit)
        return DecisionPage(
            decisions=tuple(DecisionView(**document, decided_at=document["saved_at"]) for document in found)
        )

    async def _summaries(self, documents: list[Document], today: date) -> tuple[ProjectSummary, ...]:
        states = [(Project.model_validate(document), document["version"]) for document in documents]
        ledgers = await self._ledgers(state for state, _ in states)
        return tuple(summarise(state, version, ledgers[state.programme], today) for state, version in states)

    async def _ledgers(self, projects: Iterable[Project]) -> dict[ProgrammeId, Ledger]:
        """Return the ledgers that tell the positions of these projects."""
        programmes = {project.programme for project in projects}
        found = await self._list("places", {"_id": {"$in": sorted(programmes)}}, [("_id", 1)], len(programmes) or 1)
        known = {document["_id"]: Ledger.model_validate(document) for document in found}
        return {programme: known.get(programme, Ledger(programme=programme)) for programme in programmes}

    async def _own(self, project: ProjectId) -> Document:
        found = await self._find("projects", {"_id": project, "organisation": self._organisation})
        if found is None:
            raise NotFoundError(what="project", id=project)
        return found

    async def _person(self, project: Project) -> Person | None:
        found = await self._find("people", {"_id": project.lead}) if project.lead is not None else None
        return None if found is None else Person.model_validate(found)

    async def _find(self, collection: str, query: Document) -> Document | None:
        async with guard():
            found: Document | None = await self._database.collection(collection).find_one(query)
        return found

    async def _list(self, collection: str, query: Document, order: list[tuple[str, int]], limit: int) -> list[Document]:
        async with guard():
            found: list[Document] = (
                await self._database.collection(collection).find(query).sort(order).limit(limit).to_list(limit)
            )
        return found
