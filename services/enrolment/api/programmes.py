"""Routes of the catalogue.

Guards that nothing about people is here: the answers are the same for every organisation.
"""

from typing import Annotated

from fastapi import APIRouter, Path

from services.enrolment import queries
from services.enrolment.api.parts import AllParts, Coordinator
from services.enrolment.queries import CohortView, ProgrammeView
from shared.errors import NotFoundError
from shared.events.ids import CohortId
from shared.web import problems

router = APIRouter(prefix="/enrolment/v1", tags=["programmes"])


@router.get("/programmes", summary="List the programmes", response_description="all programmes")
async def list_programmes(_: Coordinator, known: AllParts) -> list[ProgrammeView]:
    """All programmes with their phases, modules, invited groups, rules and cohorts."""
    return queries.programmes(known.catalogue)


@router.get(
    "/cohorts/{cohort}", summary="Show a cohort", response_description="the cohort", responses=problems(NotFoundError)
)
async def show_cohort(
    cohort: Annotated[CohortId, Path(max_length=128, examples=["mcr-2023"])], _: Coordinator, known: AllParts
) -> CohortView:
    """A cohort with its sessions in the order in which they are held; times are UTC."""
    return queries.cohort(known.catalogue, cohort)
