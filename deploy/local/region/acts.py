"""Everything that can happen in the region, as data: commands people give and records that systems publish.

Guards that the player and the truth read the same script: an act says what was done, never what follows from it.
`organisation` is always the one on whose behalf it is done; people, journals, projects and milestones carry the
region's own keys.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Status = Literal["attended", "missed"]


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that happens; acts of one `chain` happen one after another, others may happen at the same time."""

    organisation: str
    chain: str = ""
    repeated: bool = False
    """Sent a second time under the same Idempotency-Key, as a client does that never saw the answer."""


@dataclass(frozen=True, kw_only=True)
class RegisterPerson(Act):
    """A coordinator registers a person with the names other systems know them by."""

    person: str


@dataclass(frozen=True, kw_only=True)
class Apply(Act):
    """A person applies for a cohort, as one of the invited groups."""

    person: str
    cohort: str
    group: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Enrol(Act):
    """The application is accepted."""

    person: str
    cohort: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Withdraw(Act):
    """A person leaves a cohort."""

    person: str
    cohort: str
    on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class Move(Act):
    """A person goes to work for another organisation."""

    person: str
    to: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Erase(Act):
    """A person is erased at their request."""

    person: str


@dataclass(frozen=True)
class Entry:
    """One line of a register. Minutes None: the whole session, or none of it when missed."""

    person: str
    status: Status
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class TakeRegister(Act):
    """A facilitator hands in a register, or lines of it that correct an earlier one."""

    session: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class VoidRegister(Act):
    """A facilitator takes back lines that should never have been written."""

    session: str
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WriteJournal(Act):
    """A participant writes in the learning journal."""

    person: str
    journal: str
    cohort: str
    on: date


@dataclass(frozen=True, kw_only=True)
class RetractJournal(Act):
    """A participant takes a journal back."""

    person: str
    journal: str


@dataclass(frozen=True, kw_only=True)
class StartProject(Act):
    """A lead opens a change project; it gets a place or waits for one."""

    project: str
    cohort: str
    lead: str
    aims: tuple[str, ...]
    kind: str
    scope: str
    scale: str
    wres_indicators: tuple[int, ...]
    on: date


@dataclass(frozen=True, kw_only=True)
class CompleteProject(Act):
    """A project is done; its place is free."""

    project: str
    on: date


@dataclass(frozen=True, kw_only=True)
class WithdrawProject(Act):
    """A project is given up; its place, if it had one, is free."""

    project: str
    on: date
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReopenProject(Act):
    """A project that had ended goes on; it gets a place or waits for one."""

    project: str
    on: date


@dataclass(frozen=True, kw_only=True)
class PlanMilestone(Act):
    """A milestone with the date it is planned for."""

    project: str
    milestone: str
    planned_on: date


@dataclass(frozen=True, kw_only=True)
class ReachMilestone(Act):
    """A milestone is reached."""

    project: str
    milestone: str
    on: date


@dataclass(frozen=True, kw_only=True)
class ReopenMilestone(Act):
    """A milestone turns out not to be reached after all."""

    project: str
    milestone: str
    on: date
    reason: str
