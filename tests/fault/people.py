"""Who is in the fault test: clerks who sign in, people who stay, and people who come and go.

Guards that what must be true of a person in the end can be said: those who stay are never moved, withdrawn or erased,
so their attendance is exactly what was reported of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.testing.provider import OpenIdProvider
from tests.fault.desk import Clerk

ORGANISATIONS = ("R0A", "RM3", "E08000003", "CHARITY-9900001")
ROLES = ("coordinator", "facilitator", "project_lead", "evaluator")
COHORTS = {"recap-2024": "nhs-providers", "mcr-2023": "acute-trust"}
"""With the group as whose members people apply."""
WITH_PROJECTS = "recap-2024"
LEARNING = "https://learning.example.org"
"""The home page of the accounts in xAPI statements."""


@dataclass
class Project:
    """A change project as its lead remembers it; a status of None is not known."""

    id: str
    status: str | None
    milestones: list[str] = field(default_factory=list)


@dataclass
class Person:
    """Somebody of an organisation; `id` is known once their registration was answered."""

    number: int
    organisation: str
    cohort: str
    id: str = ""
    standing: str = "new"
    """new, registered, applied, enrolled, withdrawn or moved."""
    journals: list[str] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)

    @property
    def account(self) -> str:
        """The subject of their sign-in, and their name in the learning system."""
        return f"person-{self.number}"

    @property
    def badge(self) -> str:
        """Their number on the badge reader."""
        return f"badge-{self.number}"

    @property
    def identifiers(self) -> list[dict[str, str]]:
        """By what other systems know them."""
        known = {"account": self.account, "badge": self.badge, LEARNING: self.account}
        return [{"system": system, "value": value} for system, value in known.items()]


@dataclass(frozen=True)
class Session:
    """A session of a cohort; `minutes` is its length."""

    id: str
    cohort: str
    minutes: int


class Clerks:
    """Everybody's tokens, asked for once, before anything is killed."""

    def __init__(self, provider: OpenIdProvider, people: Sequence[Person]) -> None:
        staff = {
            (role, organisation): Clerk(name, organisation, provider.token_for(name, organisation, [role]))
            for organisation in ORGANISATIONS
            for role in ROLES
            for name in [f"{role}-of-{organisation}"]
        }
        self._staff = staff
        self._people = {
            person.account: Clerk(
                person.account,
                person.organisation,
                provider.token_for(person.account, person.organisation, ["participant"]),
            )
            for person in people
        }

    def staff(self, role: str, organisation: str) -> Clerk:
        """Return an organisation's clerk with one role."""
        return self._staff[role, organisation]

    def writer(self, person: Person) -> Clerk:
        """Return a person who signed in."""
        return self._people[person.account]
