"""The whole region and its script: who is there, and everything that happens, month by month. Pure.

Guards that a region is decided by its size and seed alone: the same numbers give the same script, to the last
record.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from random import Random

from deploy.local.region.acts import Act
from deploy.local.region.admissions import admissions
from deploy.local.region.cast import cast
from deploy.local.region.catalogue import Catalogue, Cohort, Organisation
from deploy.local.region.learning import journals
from deploy.local.region.meetings import meetings
from deploy.local.region.moves import told_after_a_move
from deploy.local.region.people import Person
from deploy.local.region.projects import Portfolio, leads
from deploy.local.region.records import Dialect
from deploy.local.region.registers import registers
from deploy.local.region.script import Month, Scheduled, months
from deploy.local.region.size import LEAST_ORGANISATIONS, LEAST_PEOPLE, LEAST_PER_ORGANISATION, Size
from deploy.local.region.strays import Strays
from deploy.local.region.systems import Desk, in_flight, reports


class TooSmallError(ValueError):
    """The region cannot be played at this size."""


@dataclass(frozen=True)
class World:
    """Everything the player and the truth need."""

    size: Size
    organisations: tuple[Organisation, ...]
    cohorts: tuple[Cohort, ...]
    people: dict[str, Person]
    months: tuple[Month, ...]

    def acts(self) -> Iterator[Act]:
        """Return everything that happens, in order."""
        for month in self.months:
            yield from month.acts()

    def cohort(self, code: str) -> Cohort:
        """Return a cohort by its code."""
        return next(cohort for cohort in self.cohorts if cohort.code == code)


def build_world(catalogue: Catalogue, size: Size) -> World:
    """Make up a region. Raises `TooSmallError` when the size is out of bounds."""
    organisations = _invited(catalogue.organisations, size)
    speaks = _systems(organisations)
    people = cast(catalogue, organisations, sorted(speaks), size)
    cohorts = (catalogue.cohort("mcr"), catalogue.cohort("recap"))
    script = _Script(people, speaks, size)
    scheduled = [*admissions(people, size), *chain.from_iterable(map(script.cohort, cohorts))]
    return World(
        size=size,
        organisations=organisations,
        cohorts=cohorts,
        people={person.key: person for person in people},
        months=months(scheduled),
    )


class _Script:
    """Writes down what happens in one cohort after another; systems and their mishaps know of all of them."""

    def __init__(self, people: Sequence[Person], speaks: dict[str, Dialect], size: Size) -> None:
        self._people = people
        self._speaks = speaks
        self._size = size
        self._desk = Desk()
        self._strays = Strays(speaks, self._desk)

    def cohort(self, cohort: Cohort) -> Iterator[Scheduled]:
        """Yield sessions with their registers and records, and journals or projects."""
        held = list(meetings(cohort, self._people, self._chance(cohort, "attendance")))
        yield from registers(held, self._chance(cohort, "registers"))
        yield from told_after_a_move(held, self._speaks, self._desk)
        yield from reports(held, self._speaks, self._desk, self._chance(cohort, "systems"))
        yield from in_flight(held, self._speaks, self._desk)
        yield from self._strays.at(held, self._size.share(0.5, least=2))
        if cohort.places is None:
            yield from journals(cohort, self._people, self._chance(cohort, "journals"))
        else:
            able = leads(cohort, self._people)[: max(20 + cohort.places, self._size.people // 6)]
            yield from Portfolio(cohort, able, self._chance(cohort, "projects")).story()

    def _chance(self, cohort: Cohort, purpose: str) -> Random:
        return self._size.chance(f"{cohort.code} {purpose}")


def _invited(organisations: Sequence[Organisation], size: Size) -> tuple[Organisation, ...]:
    """Choose organisations so that there are as many kinds as possible: one of each kind, then the next of each."""
    least = max(LEAST_PEOPLE, LEAST_PER_ORGANISATION * size.organisations)
    if size.people < least or not LEAST_ORGANISATIONS <= size.organisations <= len(organisations):
        raise TooSmallError(
            f"A region has at least {LEAST_PEOPLE} people, {LEAST_PER_ORGANISATION} for each organisation, and "
            f"{LEAST_ORGANISATIONS} to {len(organisations)} organisations; the catalogue lists no more of them."
        )
    kinds: dict[str, list[Organisation]] = {}
    for organisation in organisations:
        kinds.setdefault(organisation.kind, []).append(organisation)
    rounds = zip_longest(*kinds.values())
    dealt = [organisation for one in rounds for organisation in one if organisation is not None]
    return tuple(dealt[: size.organisations])


def _systems(organisations: Sequence[Organisation]) -> dict[str, Dialect]:
    """Say which organisations have a system that publishes: two of three, by turns in each dialect."""
    dialects: tuple[Dialect | None, ...] = ("cloudevents", "xapi", None)
    spoken = {one.code: dialects[index % 3] for index, one in enumerate(organisations)}
    return {code: dialect for code, dialect in spoken.items() if dialect is not None}
