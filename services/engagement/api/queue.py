"""Routes of the queue: records of the organisation's systems that match nobody yet.

Guards nothing of its own: parse, call a handler or a query, answer.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from services.engagement.api.bodies import DismissalBody, Dismissed, ResolutionBody, Resolved
from services.engagement.api.callers import Command, Coordinator, QueryPath, Reads
from services.engagement.domain import refusals
from services.engagement.domain.state import StatementId
from services.engagement.handlers import queue as handlers
from services.engagement.handlers.queue import DismissQuery, ResolveQuery
from services.engagement.queries.reads import Shown
from services.engagement.queries.views import QueueView
from shared.events.facts import Identifier
from shared.events.ids import OrganisationId, ParticipantId
from shared.web import problems

router = APIRouter(prefix="/engagement/v1/attendance/queries", tags=["unmatched records"])


@router.get("", summary="List unmatched records", responses=problems(refusals.QueryNotKnownError))
async def list_queries(
    _: Coordinator,
    queries: Reads,
    outcome: Annotated[Shown, Query(description="Those that wait for you, or those that were dismissed.")] = "waiting",
    after: Annotated[Identifier | None, Query(description="The last record of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> QueueView:
    """Return the records that your organisation's systems published and that match nobody on the roster.

    A record leaves the queue by itself when the identifier or the enrolment it waits for arrives, or when its system
    voids it. Reading the queue is on the record.
    """
    return await queries.queue(outcome, after, limit)


@router.post(
    "/{query}/resolution",
    summary="Say whom a record means",
    responses=problems(
        refusals.QueryNotKnownError,
        refusals.ParticipantNotKnownError,
        refusals.NotEnrolledError,
        refusals.QueryClosedError,
    ),
)
async def resolve_query(query: QueryPath, body: ResolutionBody, caller: Coordinator, doing: Command) -> Resolved:
    """Let a record count for a participant of your organisation, or for one who has left it since the session.

    If the system voids the record later, it stops counting.
    """
    command = ResolveQuery(StatementId(query), OrganisationId(caller.organisation), ParticipantId(body.participant))
    await handlers.resolve_query(doing.desk, command, doing.because)
    return Resolved(query=query, participant=body.participant)


@router.post(
    "/{query}/dismissal",
    summary="Dismiss a record",
    responses=problems(refusals.QueryNotKnownError, refusals.QueryClosedError),
)
async def dismiss_query(query: QueryPath, body: DismissalBody, caller: Coordinator, doing: Command) -> Dismissed:
    """Let a record count for nobody, for good."""
    command = DismissQuery(StatementId(query), OrganisationId(caller.organisation), body.reason)
    await handlers.dismiss_query(doing.desk, command, doing.because)
    return Dismissed(query=query)
