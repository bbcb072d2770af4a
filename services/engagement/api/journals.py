"""Routes of the learning journal (MCR-19, MCR-26).

Guards nothing of its own: parse, call a handler or a query, answer.
"""

from fastapi import APIRouter, Request

from services.engagement.api.bodies import JournalBody, Written
from services.engagement.api.callers import Command, JournalPath, Own, Participant, Work, parts
from services.engagement.domain import refusals
from services.engagement.handlers import journals as handlers
from services.engagement.handlers.journals import SubmitJournal, writer_of
from services.engagement.queries.journals import own_journals
from services.engagement.queries.views import JournalsView
from shared.events.ids import CohortId, JournalId
from shared.web import problems

router = APIRouter(prefix="/engagement/v1/journals", tags=["journals"])


@router.post(
    "",
    status_code=201,
    summary="Submit a journal entry",
    responses=problems(
        refusals.AccountNotLinkedError,
        refusals.JournalOutsideEnrolmentError,
        refusals.WrittenInFutureError,
        refusals.TooManyJournalsError,
    ),
)
async def submit_journal(body: JournalBody, _: Participant, account: Own, doing: Command) -> Written:
    """Write in your learning journal. Others learn that there is an entry, never what it says.

    Your enrolment in the cohort must stand; that the programme has ended does not matter (MCR-26).
    """
    command = SubmitJournal(CohortId(body.cohort), body.written_on, body.text)
    return Written(journal=await handlers.submit_journal(doing.desk, account, command, doing.because, doing.now))


@router.get("", summary="Read your journal", responses=problems(refusals.AccountNotLinkedError))
async def read_journals(request: Request, _: Participant, account: Own, desk: Work) -> JournalsView:
    """Return your own entries with their texts."""
    held, person = await writer_of(desk, account)
    return await own_journals(parts(request).database, desk.vault, held.papers.learners[person])


@router.post(
    "/{journal}/retraction",
    summary="Retract a journal entry",
    responses=problems(
        refusals.AccountNotLinkedError, refusals.JournalNotKnownError, refusals.JournalRetractedAlreadyError
    ),
)
async def retract_journal(journal: JournalPath, _: Participant, account: Own, doing: Command) -> Written:
    """Take an entry back. Its text is removed."""
    await handlers.retract_journal(doing.desk, account, JournalId(journal), doing.because)
    return Written(journal=journal)
