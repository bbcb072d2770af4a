"""The HTTP routes of evaluation, under `/evaluation/v1`; all of them only read.

Guards that every route needs the evaluator's role and answers for the caller's own organisation only.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from services.evaluation.queries.reads import Queries, Wanted
from services.evaluation.queries.views import ParticipationTable, PositionsView, ProjectsTable
from shared.events.facts import Identifier
from shared.events.ids import CohortId, OrganisationId, ProgrammeId
from shared.web import Identity, requires

TAGS = (
    {"name": "figures", "description": "What your organisation's people and projects did."},
    {"name": "positions", "description": "How far the figures have followed the events of the region."},
)
DESCRIPTION = """What the programmes did and for whom, counted from the region's events.

Figures are exact and follow events within moments. Every answer says in `as_of` which events it includes, so that two
answers can be compared. You read the figures of the organisation in your token; there is no way to read another's."""

router = APIRouter(prefix="/evaluation/v1")


async def _queries(request: Request, identity: Annotated[Identity, requires("evaluator")]) -> Queries:
    return Queries(request.app.state.views, OrganisationId(identity.organisation))


async def _wanted(
    programme: Annotated[Identifier | None, Query(description="Only this programme.", examples=["recap"])] = None,
    cohort: Annotated[Identifier | None, Query(description="Only this cohort.", examples=["recap-2024"])] = None,
) -> Wanted:
    return Wanted(None if programme is None else ProgrammeId(programme), None if cohort is None else CohortId(cohort))


OwnQueries = Annotated[Queries, Depends(_queries)]
WantedRows = Annotated[Wanted, Depends(_wanted)]


@router.get(
    "/participation",
    summary="Read who took part",
    tags=["figures"],
    response_description="The table, and up to where it is true.",
)
async def read_participation(queries: OwnQueries, wanted: WantedRows) -> ParticipationTable:
    """Return enrolment, attendance, contact time, journals and commitment, by programme, cohort and group.

    Somebody who moved to another organisation is enrolled there; what they did before stays with you.
    """
    return await queries.participation(wanted)


@router.get(
    "/projects",
    summary="Read how change projects stand",
    tags=["figures"],
    response_description="The table, and up to where it is true.",
)
async def read_projects(queries: OwnQueries, wanted: WantedRows) -> ProjectsTable:
    """Return change projects by status, and their milestones against plan, by programme and cohort."""
    return await queries.projects(wanted)


@router.get(
    "/positions",
    summary="Read how far events have been counted",
    tags=["positions"],
    response_description="The positions.",
)
async def read_positions(queries: OwnQueries) -> PositionsView:
    """Return the position of each projection in each topic; an event before it is in the figures."""
    return await queries.positions()
