"""The page of a calibration: its text, its two tables, and the figures that stand in a line.

Guards that a size and a design are written as they were found, also where an interval is withheld or not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

EFFECT, TREND, LARGE = 0.3, 0.2, 0.8
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


def page(rows: Sequence[Row], designs: Sequence[Design], regions: int) -> str:
    lines, others = "\n".join(map(line, rows)), "\n".join(map(design_line, designs))
    return _PAGE.format(
        regions=regions, effect=EFFECT, trend=TREND, large=LARGE, lines=lines, alone=_ALONE, designs=others
    )


def design_line(one: Design) -> str:
    return f"| {one.name} | {one.inference} | {one.never:.1%} | {one.not_yet:.1%} | {one.caused:.1%} |"


def line(one: Row) -> str:
    holds = f"{one.holds:.1%}" if one.given else f"none given ({one.holds:.1%})"
    rest = (one.serious_without_effect, one.change_without_effect, one.serious_with_large_effect)
    return (
        f"| {one.organisations} | {one.inference} | {holds} | "
        + " | ".join("" if part is None else f"{part:.1%}" for part in rest)
        + " |"
    )
