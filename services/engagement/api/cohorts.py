"""Routes of cohorts: sessions and rosters.

Guards nothing of its own: parse, call a query, answer.
"""

from fastapi import APIRouter

from services.engagement.api.callers import Anybody, CohortPath, Reads, Staff
from services.engagement.domain.refusals import CohortNotKnownError
from services.engagement.queries.views import RosterView, SessionsView
from shared.events.ids import CohortId
from shared.web import problems

router = APIRouter(prefix="/engagement/v1/cohorts", tags=["cohorts"])


@router.get("/{cohort}/sessions", summary="List a cohort's sessions", responses=problems(CohortNotKnownError))
async def list_sessions(cohort: CohortPath, _: Anybody, queries: Reads) -> SessionsView:
    """Return the sessions of a cohort as the programme's catalogue has them, first held first (MCR-1)."""
    return await queries.sessions(CohortId(cohort))


@router.get("/{cohort}/roster", summary="Read the roster", responses=problems(CohortNotKnownError))
async def read_roster(cohort: CohortPath, _: Staff, queries: Reads) -> RosterView:
    """Return who of your organisation is enrolled in a cohort."""
    return await queries.roster(CohortId(cohort))
