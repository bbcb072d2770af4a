"""Routes of a session's register: take it, take lines of it back.

Guards nothing of its own: parse, call a handler, answer.
"""

from fastapi import APIRouter

from services.engagement.api.bodies import Accepted, RegisterBody, VoidBody
from services.engagement.api.callers import Command, Facilitator, SessionPath
from services.engagement.domain import refusals
from services.engagement.domain.register import Entry
from services.engagement.handlers import register as handlers
from services.engagement.handlers.register import TakeRegister, VoidRegister
from shared.events.ids import OrganisationId, ParticipantId, SessionId
from shared.web import problems

router = APIRouter(prefix="/engagement/v1/sessions/{session}/register", tags=["attendance"])


@router.put(
    "",
    summary="Take a register",
    responses=problems(
        refusals.SessionNotKnownError,
        refusals.NotOnRegisterError,
        refusals.NamedTwiceError,
        refusals.MinutesOutOfRangeError,
    ),
)
async def take_register(session: SessionPath, body: RegisterBody, caller: Facilitator, doing: Command) -> Accepted:
    """Record who of your organisation attended a session and who missed it.

    The register is recorded whole or refused whole, and the refusal names every line that is wrong. A line for somebody
    who is on the register already replaces the one before; the same register again changes nothing. What a facilitator
    says prevails over whatever systems report.
    """
    entries = [Entry(ParticipantId(line.participant), line.status, line.minutes) for line in body.entries]
    command = TakeRegister(SessionId(session), OrganisationId(caller.organisation), entries, body.at(doing.now))
    return Accepted(accepted=await handlers.take_register(doing.desk, command, doing.because))


@router.post(
    "/voids",
    summary="Take lines of a register back",
    responses=problems(refusals.SessionNotKnownError, refusals.NotOnRegisterError, refusals.NamedTwiceError),
)
async def void_register(session: SessionPath, body: VoidBody, caller: Facilitator, doing: Command) -> Accepted:
    """Take back what was said of people who should not be on the register. What systems report of them counts again."""
    participants = [ParticipantId(participant) for participant in body.participants]
    command = VoidRegister(SessionId(session), OrganisationId(caller.organisation), participants)
    return Accepted(accepted=await handlers.void_register(doing.desk, command, doing.because))
