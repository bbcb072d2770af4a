"""Everything engagement says no to, each with the sentence a person sees.

Guards that a refusal names its reason and what to do next; the class name is the stable code for machines.
"""

from typing import ClassVar

from shared.errors import NotFoundError, RefusedError


class SessionNotKnownError(NotFoundError):
    """There is no session {session}. A cohort that was scheduled just now may take a moment to arrive."""


class CohortNotKnownError(NotFoundError):
    """There is no cohort {cohort}. A cohort that was scheduled just now may take a moment to arrive."""


class ParticipantNotKnownError(NotFoundError):
    """There is no participant {participant} at your organisation. One who was enrolled just now may take a moment."""


class QueryNotKnownError(NotFoundError):
    """There is no unmatched record {query} at your organisation."""


class JournalNotKnownError(NotFoundError):
    """You have no journal entry {journal}."""


class AccountNotLinkedError(NotFoundError):
    """Your account does not belong to a participant of your organisation. Ask your coordinator to add it."""


class NotOnRegisterError(RefusedError):
    """Nothing was recorded: not on the roster of {cohort} at your organisation: {participants}."""

    status: ClassVar[int] = 422


class NamedTwiceError(RefusedError):
    """Nothing was recorded: named more than once: {participants}."""

    status: ClassVar[int] = 422


class MinutesOutOfRangeError(RefusedError):
    """Nothing was recorded: attended is 0 to {minutes} minutes, missed is 0. Wrong for: {participants}."""

    status: ClassVar[int] = 422


class NotEnrolledError(RefusedError):
    """{participant} is not enrolled in {cohort}. An enrolment made just now may take a moment."""


class QueryClosedError(RefusedError):
    """The record does not wait any more: it is {outcome}."""


class JournalOutsideEnrolmentError(RefusedError):
    """A journal entry needs an enrolment that stands: you are not enrolled in {cohort} on {written_on}."""


class WrittenInFutureError(RefusedError):
    """The entry says it was written on {written_on}, which has not come yet."""

    status: ClassVar[int] = 422


class TooManyJournalsError(RefusedError):
    """You have {limit} journal entries, which is the most that one person can have."""


class JournalRetractedAlreadyError(RefusedError):
    """The journal entry was retracted before."""
