"""Why enrolment says no. A class's docstring is the sentence a person reads, its name the code a machine reads.

Guards that a refusal tells what to do otherwise and never repeats a personal field.
"""

from shared.errors import InvalidError, RefusedError


class UnknownCohortError(InvalidError):
    """There is no cohort {cohort}."""


class UnknownOrganisationError(InvalidError):
    """There is no organisation {organisation} in this region."""


class ClosedOrganisationError(RefusedError):
    """The organisation {organisation} closed on {closed_on}. Its successor is {successor}."""


class GroupNotInvitedError(RefusedError):
    """The group {group} is not invited to the programme {programme}."""


class DateInFutureError(InvalidError):
    """{day} has not come yet."""


class DatesOutOfOrderError(InvalidError):
    """{day} is before {earlier}, and this cannot have happened before that."""


class IdentifierTakenError(RefusedError):
    """Another person of this organisation has the same identifier ({system})."""


class IdentifierRepeatedError(InvalidError):
    """The same identifier ({system}) is given twice."""


class AlreadyAppliedError(RefusedError):
    """The person has applied to the cohort {cohort} before."""


class NotAppliedError(RefusedError):
    """The person has not applied to the cohort {cohort}; an enrolment needs an application."""


class AlreadyEnrolledError(RefusedError):
    """The person is enrolled in the cohort {cohort} already."""


class NotEnrolledError(RefusedError):
    """The person is not enrolled in the cohort {cohort}."""


class SameOrganisationError(RefusedError):
    """The person belongs to {organisation} already."""


class ParticipantErasedError(RefusedError):
    """The person has been erased; nothing more can be recorded about them."""
