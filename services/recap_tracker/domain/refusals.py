"""Everything the tracker says no to, each with the sentence a person sees.

Guards that a refusal names its reason and what to do next; the class name is the stable code for machines.
"""

from typing import ClassVar

from shared.errors import NotFoundError, RefusedError


class CohortNotKnownError(NotFoundError):
    """The cohort {cohort} is not known here. A cohort that was scheduled just now may take a moment to arrive."""


class PlacesNotKnownError(NotFoundError):
    """No places for projects are known for the programme {programme}. They may take a moment to arrive."""


class ProgrammeHasNoProjectsError(RefusedError):
    """The programme {programme} has no change projects."""


class LeadNotEnrolledError(RefusedError):
    """The lead is not enrolled in {cohort} at your organisation. A new enrolment may take a moment to arrive."""


class TooManyProjectsLedError(RefusedError):
    """The lead has {limit} projects already, which is the most that one person can lead."""


class QueueFullError(RefusedError):
    """{limit} projects of the programme {programme} already wait for a place; no more can join the queue."""


class AimMissingError(RefusedError):
    """A project needs an aim: reduce racial inequality, improve the workplace for ethnic minority staff, or both."""

    status: ClassVar[int] = 422


class TextMissingError(RefusedError):
    """Write something in {field}; blank is not enough."""

    status: ClassVar[int] = 422


class OutcomeMissingError(RefusedError):
    """A milestone needs a measurable outcome: how will you know that it was reached?"""

    status: ClassVar[int] = 422


class DateInFutureError(RefusedError):
    """{field} is {on}, which has not come yet."""

    status: ClassVar[int] = 422


class DateOutOfOrderError(RefusedError):
    """{field} is {on}; it cannot be before {earliest}."""

    status: ClassVar[int] = 422


class ProjectNotActiveError(RefusedError):
    """The project is {status}; this needs an active one."""


class ProjectEndedError(RefusedError):
    """The project is {status}. Reopen it first."""


class ProjectNotEndedError(RefusedError):
    """The project is {status}; only a completed or withdrawn project can be reopened."""


class TooManyMilestonesError(RefusedError):
    """A project can have {limit} milestones; this one has them already."""


class MilestoneReachedAlreadyError(RefusedError):
    """The milestone was reached on {reached_on}. Reopen it first if that was wrong."""


class MilestoneNotReachedError(RefusedError):
    """The milestone has not been reached, so there is nothing to reopen."""
