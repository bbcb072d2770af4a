"""Route of a person's attendance.

Guards that a participant who is nothing else reads their own only.
"""

from fastapi import APIRouter

from services.engagement.api.callers import Anybody, Own, ParticipantPath, Reads, Work
from services.engagement.domain.refusals import AccountNotLinkedError, ParticipantNotKnownError
from services.engagement.handlers.journals import writer_of
from services.engagement.queries.views import AttendanceView
from shared.events.ids import ParticipantId
from shared.web import problems

router = APIRouter(prefix="/engagement/v1/participants", tags=["attendance"])


@router.get(
    "/{participant}/attendance",
    summary="Read a person's attendance",
    responses=problems(ParticipantNotKnownError, AccountNotLinkedError),
)
async def read_attendance(
    participant: ParticipantPath, caller: Anybody, account: Own, desk: Work, queries: Reads
) -> AttendanceView:
    """Return what is known of a person at each session. Participants read their own."""
    if not caller.has("facilitator", "coordinator"):
        _, own = await writer_of(desk, account)
        if own != participant:
            raise ParticipantNotKnownError(participant=participant)
    return await queries.attendance(ParticipantId(participant))
