"""Routes of places: how many there are, and why your projects have or have not got one (REC-2).

Guards that of the region only counts are told; reasons are told to the organisation they concern.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from services.recap_tracker.api.callers import OwnQueries
from services.recap_tracker.domain.refusals import PlacesNotKnownError
from services.recap_tracker.queries.views import DecisionPage, PlacesView
from shared.events.facts import Identifier
from shared.events.ids import ProgrammeId
from shared.web import problems

router = APIRouter(prefix="/recap_tracker/v1/places", tags=["places"])
Programme = Annotated[Identifier, Query(examples=["recap"])]


@router.get("", summary="Count a programme's places", responses=problems(PlacesNotKnownError))
async def read_places(programme: Programme, queries: OwnQueries) -> PlacesView:
    """Return the programme's places across the whole region: how many, how many taken, and how many projects wait."""
    return await queries.places(ProgrammeId(programme))


@router.get("/decisions", summary="Read why projects have or have not got a place")
async def list_decisions(
    programme: Programme, queries: OwnQueries, limit: Annotated[int, Query(ge=1, le=200)] = 60
) -> DecisionPage:
    """Return the latest decisions about places of your organisation's projects, each with its reason."""
    return await queries.decisions(ProgrammeId(programme), limit)
