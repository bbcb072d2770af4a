"""Routes of erasures: ask for one, follow it.

Guards that asking again is answered with the same receipt, so that nobody has to know whether the first time worked.
"""

from typing import Annotated

from fastapi import APIRouter, Path, status

from services.enrolment import handlers
from services.enrolment.api.bodies import ErasureAccepted
from services.enrolment.api.parts import AllParts, CommandWork, Coordinator, Name
from services.enrolment.queries import ReceiptView
from shared.errors import NotFoundError
from shared.events.ids import OrganisationId
from shared.web import IdempotencyKeyReusedError, problems

router = APIRouter(prefix="/enrolment/v1", tags=["erasures"])


@router.post(
    "/participants/{participant}/erasure",
    status_code=status.HTTP_202_ACCEPTED,
    summary="Erase a person",
    response_description="erased here, and asked of everybody else",
    responses=problems(NotFoundError, IdempotencyKeyReusedError),
)
async def erase_participant(participant: Name, work: CommandWork) -> ErasureAccepted:
    """The key of everything personal is destroyed at once, and every other service is told to do the same.

    It cannot be undone. Asked for again, the answer is the same receipt.
    """
    return ErasureAccepted(receipt=await handlers.erase_participant(work, participant))


@router.get(
    "/erasures/{receipt}",
    summary="Follow an erasure",
    response_description="the receipt",
    responses=problems(NotFoundError),
)
async def show_erasure(
    receipt: Annotated[str, Path(min_length=1, max_length=64)], identity: Coordinator, known: AllParts
) -> ReceiptView:
    """Which services have confirmed that they hold nothing of the person any more."""
    return await known.reads(OrganisationId(identity.organisation)).receipt(receipt)
