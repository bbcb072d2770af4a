"""Calibration: what the engine says of many regions whose truth is known, by number of organisations.

Guards that a 95 % interval holds the truth in 93 to 97 of 100 regions, that with no effect and an ordinary trend at
most 5 of 100 claims are of level 3 or above, and that neither staggered starts nor sides or organisations of different
size find more effects that are not there. `make calibrate` writes docs/evidence-calibration.md anew.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import TypeVar

from services.evaluation.commands.progress import Progress
from services.evaluation.commands.simulate import declared
from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change import since_start
from services.evaluation.evidence.claims import Circumstances, Declaration, conclude
from services.evaluation.evidence.estimate import Options, estimate
from services.evaluation.evidence.estimate.inference import NONE, by_means
from services.evaluation.evidence.estimate.library import Control
from services.evaluation.evidence.estimate.organisations import changes
from services.evaluation.evidence.panel import Moments
from services.evaluation.evidence.simulation import Region, region

SIZES = (4, 6, 10, 20)
REGIONS = 500
T = TypeVar("T")
PAGE = Path("docs/evidence-calibration.md")
EFFECT, TREND, LARGE = 0.3, 0.2, 0.8
_SERIOUS = 3
_LOOKED_AT = 100
_PAGE = """# Calibration of the evidence engine

{regions} simulated regions for each number of organisations, half of which have the programme. `make calibrate` makes
this page anew.

| organisations | inference | interval holds the truth | no effect: level 3 or above | {alone} | large effect: level 3 |
|---|---|---|---|---|---|
{lines}

Simulated are 25 people an organisation, 6 waves and a start at the 4th. For everybody scores rise by {trend} standard
deviations a wave; 5 % of the variance lies between organisations. For the 95 % interval there is an effect of {effect},
and 5 % of those who are left leave after each wave. For the claims nobody leaves, and outcome and organisations were
declared beforehand, so that nothing but the numbers keeps a claim down. Before and after alone nothing is said to be
found where fewer than four organisations begin: a change of theirs has no interval.

An interval should hold the truth in 93 to 97 of 100 regions; at most 5 of 100 regions without an effect should reach
level 3. With two organisations a side no interval is given: the number in brackets is the coverage of the t interval on
organisation means that is withheld, because it is so wide that it says nothing. The last column is what strictness
costs: an effect of {large} standard deviations, 60 people an organisation, in 100 regions. With fewer than six
organisations a side level 3 is out of reach whatever the numbers.

## One after the other, and of different size

{regions} regions without an effect for each design, of 8 waves in which nobody leaves. A lottery is believed, so
that level 4, which says "the programme caused", is open: each of these would be false.

| design | inference | never-treated: finds an effect | not-yet-treated: finds an effect | either claim of level 4 |
|---|---|---|---|---|
{designs}

An interval of 95 % finds an effect that is not there in 5 of 100 regions; fewer is safe, more than 8 fails the run.
Where fewer than four organisations begin at one wave, t on organisation means pools the spread of all that begin:
the bootstrap sees nothing of the spread of an organisation that begins alone, and found an effect in 16 of 100 such
regions against 6 organisations without the programme, in 37 against 14. With three at a wave it found one in 9 of 100.
Those who begin and those who only compare are spread each in their own way (Welch): with one spread for both, few small
organisations beside many larger ones found an effect in 11 to 29 of 100 such regions, in 46 where each began alone.
"""
_ALONE = 'no effect: before and after alone "finds" a change'


@dataclass(frozen=True)
class Seen:
    """What was seen of one region."""

    holds: bool
    """The interval holds the truth; where none is given, the t interval that is withheld."""
    given: bool
    level_without_effect: int
    change_without_effect: bool
    """Before and after alone, without a comparison, would have found a change."""
    level_with_large_effect: int | None
    """None where it was not looked at: it costs most and promises nothing."""


def _uneven(having: tuple[int, ...], others: tuple[int, ...], starts: tuple[int, ...]) -> Region:
    """A region whose sides differ in size, and organisations little but by who happens to be in them."""
    return Region(
        organisations=len(having) + len(others),
        taking_part=len(having),
        sizes=(*having, *others),
        starts=starts,
        waves=8,
        icc=0.01,
        dropout=0.0,
    )


DESIGNS = {
    "6 and 6, all at wave 4": Region(organisations=12, waves=8, dropout=0.0),
    "6 and 6, a wave each": Region(organisations=12, waves=8, starts=(3, 4, 5, 6, 7, 8), dropout=0.0),
    "6 and 14, a wave each": Region(organisations=20, taking_part=6, waves=8, starts=(3, 4, 5, 6, 7, 8), dropout=0.0),
    "6 and 14, two at a wave": Region(organisations=20, taking_part=6, waves=8, starts=(3, 5, 7), dropout=0.0),
    "6 and 14, three at a wave": Region(organisations=20, taking_part=6, waves=8, starts=(3, 6), dropout=0.0),
    "8 and 14, four at a wave": Region(organisations=22, taking_part=8, waves=8, starts=(3, 6), dropout=0.0),
    "10 and 14, five at a wave": Region(organisations=24, taking_part=10, waves=8, starts=(3, 6), dropout=0.0),
    "6 and 6, one before the others": Region(organisations=12, waves=8, starts=(3, 6, 6, 6, 6, 6), dropout=0.0),
    "8 and 8, of 5, 20 and 80 people": Region(organisations=16, waves=8, sizes=(5, 20, 80), dropout=0.0),
    "4 of 6 people, 20 of 100": _uneven((6,) * 4, (100,) * 20, (4,)),
    "5 of 15 people, 20 of 60": _uneven((15,) * 5, (60,) * 20, (4,)),
    "4 of 10 people, 12 of 40": _uneven((10,) * 4, (40,) * 12, (4,)),
    "3 and 3 of 6 people, 14 of 100": _uneven((6,) * 6, (100,) * 14, (3, 5)),
    "3 and 3 of 10 people, 14 of 40": _uneven((10,) * 6, (40,) * 14, (3, 5)),
    "6 of 6 people, a wave each, 14 of 100": _uneven((6,) * 6, (100,) * 14, (3, 4, 5, 6, 7, 8)),
    "4 of 100 people, 20 of 6": _uneven((100,) * 4, (6,) * 20, (4,)),
}
"""How many begin and how many only compare, and when; without an effect."""


@dataclass(frozen=True)
class Found:
    """Whether an effect that is not there was found, by comparison, and whether a claim would say "caused"."""

    never: bool
    not_yet: bool
    caused: bool


@dataclass(frozen=True)
class Design:
    """One line of the second table: parts of the regions."""

    name: str
    inference: str
    never: float
    not_yet: float
    caused: float


@dataclass(frozen=True)
class Row:
    """One line of the table: parts of the regions."""

    organisations: int
    inference: str
    given: bool
    holds: float
    serious_without_effect: float
    change_without_effect: float
    serious_with_large_effect: float | None


def seen(organisations: int, seed: int) -> Seen:
    with_effect = region(Region(effect=EFFECT, trend=TREND, organisations=organisations, seed=seed))
    holds, given = _holds(with_effect, EFFECT * 10)
    without = region(Region(trend=TREND, organisations=organisations, dropout=0.0, seed=seed))
    return Seen(holds, given, _level(without), _changed(without), _level_with_large(organisations, seed))


def row(organisations: int, regions: Iterable[Seen]) -> Row:
    many = list(regions)
    looked_at = [one.level_with_large_effect for one in many if one.level_with_large_effect is not None]
    example = estimate(region(Region(organisations=organisations)), Options(bends=()))
    return Row(
        organisations=organisations,
        inference=example.inference,
        given=all(one.given for one in many),
        holds=_part(one.holds for one in many),
        serious_without_effect=_part(one.level_without_effect >= _SERIOUS for one in many),
        change_without_effect=_part(one.change_without_effect for one in many),
        serious_with_large_effect=_part(level >= _SERIOUS for level in looked_at) if looked_at else None,
    )


def found_in(name: str, seed: int) -> Found:
    table = region(replace(DESIGNS[name], seed=seed))
    controls: tuple[Control, ...] = ("never_treated", "not_yet_treated")
    both = [estimate(table, Options(control=control, bends=())) for control in controls]
    claims = [
        conclude(table, one, Circumstances(_believed(table, control)))
        for one, control in zip(both, controls, strict=True)
    ]
    never, not_yet = (one.p_value is not None and one.p_value < 0.05 for one in both)
    return Found(never, not_yet, any(claim.level > _SERIOUS and claim.detected for claim in claims))


class _Believed(Declaration):
    """A declaration whose lottery is believed: designs begin as they do, and no seed dealt some of them."""

    def drawn(self, table: CellTable) -> bool:
        return bool(table.cells)


def _believed(table: CellTable, control: Control) -> Declaration:
    return _Believed(**{**dict(declared(table)), "control": control})


def design(name: str, regions: Iterable[Found]) -> Design:
    many = list(regions)
    inference = estimate(region(DESIGNS[name]), Options(bends=())).inference
    parts = (_part(getattr(one, part) for one in many) for part in ("never", "not_yet", "caused"))
    return Design(name, inference, *parts)


def harmless(found: Design) -> bool:
    """Whether a design finds what is not there no oftener than it says, within the luck of some hundred regions."""
    return max(found.never, found.not_yet) <= 0.08


def calibrated(found: Row) -> bool:
    """Whether a row is within bounds; an interval that is withheld promises nothing."""
    return (not found.given or 0.93 <= found.holds <= 0.97) and found.serious_without_effect <= 0.05


def _holds(table: CellTable, truth: float) -> tuple[bool, bool]:
    found = estimate(table, Options(bends=()))
    interval = found.interval if found.inference != NONE else _withheld(table)
    return interval is not None and interval[0] <= truth <= interval[1], found.inference != NONE


def _level_with_large(organisations: int, seed: int) -> int | None:
    if seed >= _LOOKED_AT:
        return None
    return _level(
        region(Region(effect=LARGE, trend=TREND, organisations=organisations, people=60, dropout=0.0, seed=seed))
    )


def _withheld(table: CellTable) -> tuple[float, float] | None:
    start = max(cell.cohort for cell in table.cells)
    tasks = [(start, wave) for wave in range(start, len(table.waves) + 1)]
    found = by_means(changes([Moments.of(cell) for cell in table.cells], tasks, "never_treated"))
    return found and found.interval


def _level(table: CellTable) -> int:
    return conclude(table, estimate(table), Circumstances(declared(table))).level


def _changed(table: CellTable) -> bool:
    p_value = since_start(table).p_value
    return p_value is not None and p_value < 0.05


def _part(truths: Iterable[bool]) -> float:
    counted = list(truths)
    return sum(counted) / len(counted)


def page(rows: Sequence[Row], designs: Sequence[Design], regions: int) -> str:
    lines, others = "\n".join(map(_line, rows)), "\n".join(map(_design_line, designs))
    return _PAGE.format(
        regions=regions, effect=EFFECT, trend=TREND, large=LARGE, lines=lines, alone=_ALONE, designs=others
    )


def _design_line(one: Design) -> str:
    return f"| {one.name} | {one.inference} | {one.never:.1%} | {one.not_yet:.1%} | {one.caused:.1%} |"


def _line(one: Row) -> str:
    holds = f"{one.holds:.1%}" if one.given else f"none given ({one.holds:.1%})"
    rest = (one.serious_without_effect, one.change_without_effect, one.serious_with_large_effect)
    return (
        f"| {one.organisations} | {one.inference} | {holds} | "
        + " | ".join("" if part is None else f"{part:.1%}" for part in rest)
        + " |"
    )


def _told(name: str, regions: Iterable[T], of: int) -> Iterator[T]:
    """Yield what was found in each region, and say how far it is."""
    with Progress(f"{name}: {{done}} of {{of}} regions") as progress:
        for done, one in enumerate(regions, 1):
            progress.tell(done, of)
            yield one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=int, default=REGIONS, help="for each number of organisations")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    given = parser.parse_args()
    rows, designs = [], []
    with ProcessPoolExecutor(given.jobs) as pool:
        for organisations in SIZES:
            regions = pool.map(partial(seen, organisations), range(given.regions), chunksize=5)
            rows.append(row(organisations, _told(f"{organisations} organisations", regions, given.regions)))
            sys.stdout.write(f"{_line(rows[-1])}\n")
            sys.stdout.flush()
        for name in DESIGNS:
            found = pool.map(partial(found_in, name), range(given.regions), chunksize=5)
            designs.append(design(name, _told(name, found, given.regions)))
            sys.stdout.write(f"{_design_line(designs[-1])}\n")
            sys.stdout.flush()
    if given.write:
        PAGE.write_text(page(rows, designs, given.regions), "utf-8")
    return 0 if all(map(calibrated, rows)) and all(map(harmless, designs)) else 1


if __name__ == "__main__":
    sys.exit(main())
