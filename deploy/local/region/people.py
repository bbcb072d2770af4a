"""People of the region and what will happen to them: where they belong, what they enrol on, when they leave. Pure.

Guards that everything else is derived from one timeline per person, so that a roster, a register and the truth can
never disagree about who was where on a day.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Stay:
    """A person's application to a cohort and what came of it; None where it never came to that."""

    cohort: str
    group: str
    applied_on: date
    enrolled_on: date | None
    withdrawn_on: date | None = None
    again_on: date | None = None
    """Enrolled again after a withdrawal."""

    def stands_on(self, day: date) -> bool:
        """Say whether the enrolment stands on a day."""
        if self.enrolled_on is None or day < self.enrolled_on:
            return False
        back = self.again_on is not None and day >= self.again_on
        return back or self.withdrawn_on is None or day < self.withdrawn_on


@dataclass(frozen=True)
class Person:
    """One person; `key` is the region's own name for them, the platform gives them an id of its own."""

    key: str
    given_name: str
    family_name: str
    organisation: str
    """Where they belong at first."""
    stays: tuple[Stay, ...]
    moved_on: date | None = None
    moved_to: str | None = None
    erased_on: date | None = None
    online: bool = False
    """Joins from afar, so that a system and not the facilitator reports the attendance."""

    @property
    def account(self) -> str:
        """Name of the account they sign in with."""
        return f"{self.given_name}.{self.family_name}.{self.key}".lower().replace(" ", "-").replace("'", "")

    @property
    def email(self) -> str:
        """Address in a domain that exists nowhere."""
        return f"{self.account}@region.example"

    @property
    def badge(self) -> str:
        """Number on the badge that a reader at a door knows."""
        return f"B-{self.key[1:]}"

    def belongs_to(self, day: date) -> str:
        """Return the organisation the person belongs to on a day."""
        moved = self.moved_on is not None and self.moved_to is not None and day >= self.moved_on
        return str(self.moved_to) if moved else self.organisation

    def stay(self, cohort: str) -> Stay | None:
        """Return what the person has to do with a cohort."""
        return next((stay for stay in self.stays if stay.cohort == cohort), None)

    def takes_part(self, cohort: str, day: date) -> bool:
        """Say whether the person takes part in a cohort on a day."""
        stay = self.stay(cohort)
        here = self.erased_on is None or day < self.erased_on
        return here and stay is not None and stay.stands_on(day)
