"""Who calls, and what they can reach: the store and the queries of their own organisation.

Guards that a route gets nothing else to work with, so that no route can reach across organisations.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query, Request

from services.recap_tracker.queries.reads import Queries
from services.recap_tracker.store import ProjectStore
from shared.clock import now
from shared.events.ids import OrganisationId
from shared.web import Day, Identity, requires

_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"

Leader = Annotated[Identity, requires("project_lead", "coordinator")]
ProjectPath = Annotated[str, Path(max_length=128, pattern=_ID, description="Id of one of your projects.")]
MilestonePath = Annotated[str, Path(max_length=128, pattern=_ID, description="Id of one of its milestones.")]


async def _store(request: Request, identity: Leader) -> ProjectStore:
    return ProjectStore(request.app.state.keeping, OrganisationId(identity.organisation))


async def _queries(request: Request, identity: Leader) -> Queries:
    return Queries(request.app.state.keeping.database, OrganisationId(identity.organisation))


async def _now() -> datetime:
    return now()


async def _today(
    on: Annotated[Day | None, Query(description="The day for which progress is told; today by default.")] = None,
) -> date:
    return now().date() if on is None else on


OwnStore = Annotated[ProjectStore, Depends(_store)]
OwnQueries = Annotated[Queries, Depends(_queries)]
Now = Annotated[datetime, Depends(_now)]
"""The time of the request."""
Today = Annotated[date, Depends(_today)]
"""The day for which progress is told."""
