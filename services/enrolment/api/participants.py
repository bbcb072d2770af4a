"""Routes of participants: register, show, apply, enrol, withdraw, move.

Guards that every answer names what it may be refused with, and holds ids and versions, never what was sent.
"""

from fastapi import APIRouter, status

from services.enrolment import handlers
from services.enrolment.api.bodies import (
    ApplyToCohort,
    EnrolParticipant,
    MoveParticipant,
    ParticipantSaved,
    RegisterParticipant,
    WithdrawParticipant,
)
from services.enrolment.api.parts import AllParts, CommandWork, Coordinator, Name
from services.enrolment.domain import refusals
from services.enrolment.domain.participant import Participant
from services.enrolment.queries import ParticipantView
from shared.errors import NotFoundError
from shared.events.ids import CohortId, GroupId, OrganisationId
from shared.web import IdempotencyKeyReusedError, problems

router = APIRouter(prefix="/enrolment/v1/participants", tags=["participants"])

_DATED = (refusals.DateInFutureError, refusals.DatesOutOfOrderError)
_HOME = (refusals.UnknownOrganisationError, refusals.ClosedOrganisationError)
_ANY = (NotFoundError, refusals.ParticipantErasedError, IdempotencyKeyReusedError)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Register a person",
    response_description="registered",
    responses=problems(
        *_HOME, refusals.IdentifierTakenError, refusals.IdentifierRepeatedError, IdempotencyKeyReusedError
    ),
)
async def register_participant(command: RegisterParticipant, work: CommandWork) -> ParticipantSaved:
    """Name and e-mail are kept encrypted here and go nowhere else; elsewhere the person is the id that is answered."""
    return _saved(await handlers.register_participant(work, command.person()))


@router.get(
    "/{participant}",
    summary="Show a participant",
    response_description="the participant",
    responses=problems(NotFoundError),
)
async def show_participant(participant: Name, identity: Coordinator, known: AllParts) -> ParticipantView:
    """A participant of the caller's organisation, with names. That the caller looked is noted in the audit."""
    return await known.reads(OrganisationId(identity.organisation)).participant(participant, identity.subject)


@router.post(
    "/{participant}/applications",
    status_code=status.HTTP_201_CREATED,
    summary="Apply to a cohort",
    response_description="applied",
    responses=problems(
        *_ANY,
        *_HOME,
        *_DATED,
        refusals.UnknownCohortError,
        refusals.GroupNotInvitedError,
        refusals.AlreadyAppliedError,
    ),
)
async def apply_to_cohort(participant: Name, command: ApplyToCohort, work: CommandWork) -> ParticipantSaved:
    """The group must be one that the cohort's programme invites. Anybody of it may apply, in whatever role."""
    cohort, group = CohortId(command.cohort), GroupId(command.group)
    return _saved(await handlers.apply_to_cohort(work, participant, cohort, group, command.applied_on))


@router.post(
    "/{participant}/enrolments",
    status_code=status.HTTP_201_CREATED,
    summary="Enrol in a cohort",
    response_description="enrolled",
    responses=problems(
        *_ANY,
        *_HOME,
        *_DATED,
        refusals.UnknownCohortError,
        refusals.NotAppliedError,
        refusals.AlreadyEnrolledError,
    ),
)
async def enrol_participant(participant: Name, command: EnrolParticipant, work: CommandWork) -> ParticipantSaved:
    """Somebody who applied is enrolled in the group of the application; somebody who withdrew can be enrolled again."""
    cohort = CohortId(command.cohort)
    return _saved(await handlers.enrol_participant(work, participant, cohort, command.enrolled_on))


@router.post(
    "/{participant}/withdrawals",
    summary="Withdraw from a cohort",
    response_description="withdrawn",
    responses=problems(*_ANY, *_DATED, refusals.NotEnrolledError),
)
async def withdraw_participant(participant: Name, command: WithdrawParticipant, work: CommandWork) -> ParticipantSaved:
    """The enrolment ends; attendance and journals so far stay counted. The reason is kept encrypted."""
    cohort = CohortId(command.cohort)
    return _saved(await handlers.withdraw_participant(work, participant, cohort, command.withdrawn_on, command.reason))


@router.post(
    "/{participant}/moves",
    summary="Move to another organisation",
    response_description="moved",
    responses=problems(*_ANY, *_HOME, *_DATED, refusals.SameOrganisationError),
)
async def move_participant(participant: Name, command: MoveParticipant, work: CommandWork) -> ParticipantSaved:
    """The person and their enrolments belong to the other organisation from now on, and are not found here any more.

    What they did before stays with this organisation.
    """
    organisation = OrganisationId(command.organisation)
    return _saved(await handlers.move_participant(work, participant, organisation, command.moved_on))


def _saved(state: Participant) -> ParticipantSaved:
    return ParticipantSaved(participant=state.participant, version=state.version)
