"""Who was at which session: the one account of attendance that registers and systems then report. Pure.

Guards that what a person did is decided once; how it is reported, by whom and how often, is decided elsewhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from deploy.local.region.acts import Entry
from deploy.local.region.catalogue import Cohort, Session
from deploy.local.region.people import Person

LAST_DAY = date(2024, 7, 31)
"""The third module ends in July 2024; what comes alongside after that is not played."""


@dataclass(frozen=True)
class Seat:
    """One person at one session, as it was: entry None when nobody wrote anything down."""

    person: Person
    organisation: str
    entry: Entry | None


@dataclass(frozen=True)
class Meeting:
    """A session with everybody who takes part in the cohort on its day."""

    cohort: Cohort
    session: Session
    seats: tuple[Seat, ...]


def meetings(cohort: Cohort, people: Sequence[Person], chance: Random) -> Iterator[Meeting]:
    """Yield the sessions that are played, in order, with everybody's attendance."""
    habits = {person.key: chance.choice((0.97, 0.9, 0.8, 0.55)) for person in people}
    for session in cohort.sessions:
        if session.held_on > LAST_DAY:
            return
        present = (person for person in people if person.takes_part(cohort.code, session.held_on))
        seats = (
            Seat(
                person,
                person.belongs_to(session.held_on),
                attendance(person.key, session, habits[person.key], chance),
            )
            for person in present
        )
        yield Meeting(cohort, session, tuple(seats))


def attendance(person: str, session: Session, habit: float, chance: Random) -> Entry | None:
    """Decide whether somebody came, stayed to the end, or was forgotten by whoever wrote the register."""
    luck = chance.random()
    if luck > 0.985:  # noqa: PLR2004 -- the odds of being forgotten
        return None
    if luck > habit:
        return Entry(person, "missed")
    left_early = chance.random() < 0.1  # noqa: PLR2004 -- one in ten
    return Entry(person, "attended", session.minutes - 5 * chance.randint(1, 6) if left_early else None)
