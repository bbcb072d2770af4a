"""Who is in the region and what will happen to them: movers, leavers, those who come back, those who are erased. Pure.

Guards that every kind of life that a programme meets occurs at least once, whatever the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from deploy.local.region.catalogue import Catalogue, Cohort, Organisation
from deploy.local.region.groups import groups_for
from deploy.local.region.names import FAMILY, GIVEN
from deploy.local.region.people import Person, Stay
from deploy.local.region.size import Size

MOVED_ON = date(2024, 3, 1)
"""Between the second and the third learning day, so that both trusts have something of everybody who moves."""


@dataclass(frozen=True)
class Calendar:
    """When people of a programme apply, enrol, join late, withdraw, and enrol again."""

    applied: date
    enrolled: date
    late: date
    withdrawn: date
    again: date


CALENDARS = {
    "mcr": Calendar(
        date(2023, 9, 1), date(2023, 9, 2), late=date(2023, 11, 1), withdrawn=date(2024, 2, 1), again=date(2024, 3, 1)
    ),
    "recap": Calendar(
        date(2023, 12, 1), date(2024, 1, 2), late=date(2024, 2, 1), withdrawn=date(2024, 4, 1), again=date(2024, 5, 1)
    ),
}
ERASED_ON = date(2024, 5, 28)


def cast(
    catalogue: Catalogue, organisations: Sequence[Organisation], publishers: Sequence[str], size: Size
) -> list[Person]:
    """Return everybody, each with the whole of their life in the region."""
    chance = size.chance("people")
    drafted = [_draft(index, catalogue, organisations, chance) for index in range(size.people)]
    return _with_lives(drafted, [organisation.code for organisation in organisations], publishers, size)


def _draft(index: int, catalogue: Catalogue, organisations: Sequence[Organisation], chance: Random) -> Person:
    at = organisations[index % len(organisations)]
    one = ("mcr", "recap")[index // len(organisations) % 2]
    taken = ("mcr", "recap") if chance.random() < 0.05 else (one,)  # noqa: PLR2004 -- few take part in both
    return Person(
        key=f"p{index:05d}",
        given_name=chance.choice(GIVEN),
        family_name=chance.choice(FAMILY),
        organisation=at.code,
        stays=tuple(_stay(catalogue.cohort(programme), at, chance) for programme in taken),
    )


def _stay(cohort: Cohort, at: Organisation, chance: Random) -> Stay:
    calendar = CALENDARS[cohort.programme]
    return Stay(cohort.code, chance.choice(groups_for(cohort, at.kind)), calendar.applied, calendar.enrolled)


class _Lives:
    """People to whom nothing special happens yet, in a random order, dealt out one by one."""

    def __init__(self, people: Sequence[Person], chance: Random) -> None:
        self.people = {person.key: person for person in people}
        self.free = [person.key for person in people]
        chance.shuffle(self.free)

    def deal(self, count: int, programme: str | None = None, at: Sequence[str] | None = None) -> list[Person]:
        fitting = [
            key
            for key in self.free
            if (programme is None or self.people[key].stays[0].cohort.startswith(programme))
            and (at is None or self.people[key].organisation in at)
        ][:count]
        self.free = [key for key in self.free if key not in fitting]
        return [self.people[key] for key in fitting]

    def put(self, person: Person) -> None:
        self.people[person.key] = person


def _with_lives(people: list[Person], codes: list[str], publishers: Sequence[str], size: Size) -> list[Person]:
    lives = _Lives(people, size.chance("lives"))
    for programme, calendar in CALENDARS.items():
        for index, person in enumerate(lives.deal(size.share(0.5), programme)):
            moving = _moving(person, codes, index)
            lives.put(replace(moving, erased_on=ERASED_ON) if index == 1 else moving)
        for person in lives.deal(size.share(2.5), programme):
            lives.put(_having(person, withdrawn_on=calendar.withdrawn))
        for person in lives.deal(size.share(0.5), programme):
            lives.put(_having(person, withdrawn_on=calendar.withdrawn, again_on=calendar.again))
        for person in lives.deal(size.share(2.5), programme):
            lives.put(_having(person, applied_on=calendar.late, enrolled_on=calendar.late))
        for person in lives.deal(size.share(1.5), programme):
            lives.put(_having(person, enrolled_on=None))
        for person in lives.deal(size.share(0.4), programme):
            lives.put(replace(person, erased_on=ERASED_ON))
        for person in lives.deal(size.share(4, least=6), programme, publishers):
            lives.put(replace(person, online=True))
    return [lives.people[person.key] for person in people]


def _moving(person: Person, codes: list[str], index: int) -> Person:
    """Send a person to another organisation, a different one each time."""
    others = [code for code in codes if code != person.organisation]
    return replace(person, moved_on=MOVED_ON, moved_to=others[index % len(others)])


def _having(person: Person, **changes: Any) -> Person:
    """Change what becomes of a person's first application."""
    return replace(person, stays=(replace(person.stays[0], **changes), *person.stays[1:]))
