"""The three answers that decide delivery: refused, unavailable, poison.

Guards one invariant: whatever a handler raises says by its type what happens to the message. A class's docstring is
the sentence a person sees; its name is the stable code that machines see.
"""

import inspect
import re
from typing import ClassVar


class RefusedError(Exception):
    """The request cannot be carried out."""

    status: ClassVar[int] = 409

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(sentence(type(self)).format(**details))

    @property
    def code(self) -> str:
        """The stable code: the class name in kebab case without `Error`."""
        return code_of(type(self))


class NotFoundError(RefusedError):
    """There is no {what} with the id {id}."""

    status = 404


class InvalidError(RefusedError):
    """{reason}"""

    status = 422


class UnauthenticatedError(RefusedError):
    """You need to sign in: {reason}."""

    status = 401


class ForbiddenError(RefusedError):
    """Your role does not allow this. It needs one of: {needs}."""

    status = 403


class UsedLongAgoError(RefusedError):
    """A command under this Idempotency-Key made something longer ago than answers are kept; choose a new key."""


class TooLargeError(RefusedError):
    """The request is larger than the {limit} bytes that are accepted here."""

    status = 413


class UnavailableError(Exception):
    """A part is away for the moment; the same request can be sent again.

    `retry_after` is in seconds. A message that meets this is retried while its partition waits.
    """

    code: ClassVar[str] = "unavailable"

    def __init__(self, message: str, *, retry_after: float = 1.0) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ConflictError(UnavailableError):
    """Somebody else changed the same document first; load it again and decide again."""

    code = "conflict"


class IdTakenError(ConflictError):
    """Something new was to be made at places that are taken: collections and ids."""

    def __init__(self, places: frozenset[tuple[str, str]]) -> None:
        self.places = places
        super().__init__("another change made the same thing first")


class NotTakenError(UnavailableError):
    """A part took what came together with this, and not this."""

    code = "not-taken"


def is_away(error: BaseException | None) -> bool:
    """Say whether an error means that a part did not answer; a lost race or a refusal is an answer."""
    return isinstance(error, UnavailableError) and not isinstance(error, ConflictError | NotTakenError)


class BacklogFullError(UnavailableError):
    """Too many events wait to be sent; commands are accepted again when the backlog has shrunk."""

    code = "backlog-full"


class PoisonError(Exception):
    """A record that can never be handled as it is.

    `code` is stable, `message` holds no personal data: both travel with the dead letter.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def sentence(error: type[RefusedError]) -> str:
    """Return the sentence template a person sees: the first paragraph of the class's docstring."""
    return inspect.cleandoc(error.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def code_of(error: type[Exception]) -> str:
    """Return the stable code of an error class: `CohortFullError` is `cohort-full`."""
    name = error.__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
