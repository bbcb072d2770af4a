"""What is known of one participant: enrolments, attendance, journals and the organisation they belong to.

Guards that two facts about the same thing have an order: versions first, and where versions are equal the rest of
the fact decides, so that every process keeps the same one. Objects are immutable and hold no reference back, which
is why the garbage collector need not look at the millions of them that are kept in memory.
"""

from typing import Literal

from msgspec import Struct

from services.evaluation.domain.places import Place


class Commitment(Struct, frozen=True, order=True, array_like=True, gc=False):
    """How much of which sessions was promised (REC-8): `required` of `of` sessions of the kind `kind`."""

    kind: str
    of: int
    required: int


NO_COMMITMENT = Commitment("", 0, 0)
"""The cohort asks for no commitment; a value and not None, so that facts stay comparable."""


class Enrolment(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of a participant's enrolment in a cohort; the place is the one stamped on the fact."""

    version: int
    standing: Literal["applied", "enrolled", "withdrawn"]
    place: Place
    commitment: Commitment = NO_COMMITMENT


class Attendance(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of a participant's attendance of a session; `minutes` of contact, 0 unless attended."""

    version: int
    standing: Literal["attended", "missed", "voided"]
    minutes: int
    kind: str
    place: Place


class Journal(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of one entry of a participant's learning journal."""

    version: int
    standing: Literal["submitted", "retracted"]
    place: Place


class Move(Struct, frozen=True, order=True, array_like=True, gc=False):
    """The latest fact of the organisation a participant belongs to."""

    version: int
    organisation: str


class Participant(Struct, frozen=True, array_like=True, gc=False):
    """All facts of one participant, each in its latest version; the dictionaries are never changed in place."""

    enrolments: dict[str, Enrolment] = {}
    """By cohort."""
    attendance: dict[str, Attendance] = {}
    """By session."""
    journals: dict[str, Journal] = {}
    """By journal."""
    moves: dict[str, Move] = {}
    """By participant: at most one, and none for somebody who never moved."""
    erased: bool = False
    """Nothing is kept and nothing will be: a later fact of an erased person changes nothing."""


STRANGER = Participant()
"""Somebody of whom nothing was heard yet."""
ERASED = Participant(erased=True)
"""Somebody who asked to be forgotten."""
