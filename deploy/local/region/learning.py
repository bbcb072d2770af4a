"""Reflective journals of the Manchester programme: written, taken back now and then (MCR-20). Pure.

Guards that a journal belongs to the organisation its writer belonged to on the day it was written.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from deploy.local.region.acts import RetractJournal, WriteJournal
from deploy.local.region.catalogue import Cohort
from deploy.local.region.people import Person
from deploy.local.region.script import Scheduled, Stage

WRITTEN_ON = (date(2023, 9, 25), date(2023, 10, 20))
"""The two months the programme asks for."""
AFTER_THE_MOVE = date(2024, 3, 22)
"""Whoever moved writes once more, now at the new organisation."""


def journals(cohort: Cohort, people: Sequence[Person], chance: Random) -> Iterator[Scheduled]:
    """Yield the journals of a cohort and what is taken back in the month it was written."""
    for person in people:
        writes = chance.random() < 0.2  # noqa: PLR2004 -- one in five keeps a journal
        for on in WRITTEN_ON if writes else ():
            if person.takes_part(cohort.code, on):
                yield from _journal(cohort, person, on, chance)
        if person.moved_on is not None and person.takes_part(cohort.code, AFTER_THE_MOVE):
            yield from _journal(cohort, person, AFTER_THE_MOVE, chance)


def _journal(cohort: Cohort, person: Person, on: date, chance: Random) -> Iterator[Scheduled]:
    at, key = person.belongs_to(on), f"{person.key}/{on:%Y-%m}"
    written = WriteJournal(
        organisation=at,
        chain=person.key,
        repeated=chance.random() < 0.04,  # noqa: PLR2004 -- answers that got lost
        person=person.key,
        journal=key,
        cohort=cohort.code,
        on=on,
    )
    yield Scheduled(on, Stage.SESSIONS, written)
    if chance.random() < 0.05:  # noqa: PLR2004 -- second thoughts of one in twenty
        back = RetractJournal(organisation=at, chain=person.key, person=person.key, journal=key)
        yield Scheduled(on, Stage.SECOND_THOUGHTS, back)
