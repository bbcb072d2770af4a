"""What is tried: regions whose truth is known, and what the engine says of each.

Guards the bounds that a calibration is held to: a row of sizes and a design of starts are judged here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
from tests.calibration.page import EFFECT, LARGE, TREND, Design, Row

SIZES = (4, 6, 10, 20)
REGIONS = 500
_SERIOUS = 3
_LOOKED_AT = 100


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
