"""Who calls, and what they can reach.

Guards that a route gets the organisation from the verified token and nowhere else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from services.engagement.handlers.desk import Desk
from services.engagement.handlers.journals import Account
from services.engagement.queries.reads import Queries
from shared.clock import Clock
from shared.events.ids import OrganisationId
from shared.mongo import Database
from shared.outbox import Because
from shared.web import Caller, CommandBecause, Identity, requires

_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]*$"


@dataclass(frozen=True)
class Parts:
    """What the routes work with; kept in the application's state as `engagement`."""

    desk: Desk
    database: Database
    clock: Clock


def parts(request: Request) -> Parts:
    """Return the parts of the application."""
    found: Parts = request.app.state.engagement
    return found


async def _desk(request: Request) -> Desk:
    return parts(request).desk


@dataclass(frozen=True)
class Doing:
    """What a command is carried out with: the desk, why it is saved, and the time of the request."""

    desk: Desk
    because: Because
    now: datetime


async def _doing(request: Request, because: CommandBecause) -> Doing:
    found = parts(request)
    return Doing(found.desk, because, found.clock())


async def _queries(request: Request, identity: Caller) -> Queries:
    found = parts(request)
    organisation = OrganisationId(identity.organisation)
    return Queries(found.database, found.desk.vault, found.desk.audit, organisation, identity.subject)


async def _account(identity: Caller) -> Account:
    return Account(OrganisationId(identity.organisation), identity.subject)


Facilitator = Annotated[Identity, requires("facilitator")]
Coordinator = Annotated[Identity, requires("coordinator")]
Staff = Annotated[Identity, requires("facilitator", "coordinator")]
Anybody = Annotated[Identity, requires("facilitator", "coordinator", "participant")]
Participant = Annotated[Identity, requires("participant")]

Work = Annotated[Desk, Depends(_desk)]
Command = Annotated[Doing, Depends(_doing)]
Reads = Annotated[Queries, Depends(_queries)]
Own = Annotated[Account, Depends(_account)]
"""The account that signed in."""

CohortPath = Annotated[str, Path(max_length=128, pattern=_ID, examples=["recap-2024"])]
SessionPath = Annotated[str, Path(max_length=128, pattern=_ID, examples=["recap-2024-day-1"])]
ParticipantPath = Annotated[str, Path(max_length=128, pattern=_ID, description="Id of one of your participants.")]
QueryPath = Annotated[str, Path(max_length=128, pattern=_ID, description="Id of one of your unmatched records.")]
JournalPath = Annotated[str, Path(max_length=128, pattern=_ID, description="Id of one of your entries.")]
