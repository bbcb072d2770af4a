"""`design`: what could be detected before a programme starts, and a fair order of starting.

Guards that a draw can be repeated: the seed is printed with it, drawn from the system where none is given; that what
could be detected is a number; and that nothing is promised of people so few that no claim would show them.
"""

import argparse
import json
import secrets
import sys
from dataclasses import asdict, replace
from math import inf, isfinite
from pathlib import Path
from typing import Any

from services.evaluation.commands.files import text
from services.evaluation.evidence.claims import ladder, recognisable, told_by_spread
from services.evaluation.evidence.design import Order, Power, order, power, rising
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import NONE

HELP = "say what a design could detect, and draw a fair order of starting"
_PAIR = 2
"""Organisations of a side, which are never tested."""
_OTHERS = (4, 6, 10, 12, 20, 40)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--organisations", type=int, required=True, help="in total, dealt out to the starts")
    parser.add_argument("--people", type=int, required=True, help="of each who answer before and after")
    parser.add_argument("--stability", type=float, default=0.6, help="correlation of before and after (0.6)")
    parser.add_argument(
        "--icc", type=float, default=0.05, help="part of the variance that lies between organisations (0.05)"
    )
    parser.add_argument("--spread", type=float, help="standard deviation between people, in the outcome's unit")
    parser.add_argument("--names", type=Path, metavar="FILE", help="organisations, one a line; numbered without it")
    parser.add_argument(
        "--starts", type=int, nargs="+", default=[4, 0], metavar="WAVE", help="waves to start at, 0 for never (4 0)"
    )
    parser.add_argument("--seed", type=int, help="of the draw; a new one without it")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(given: argparse.Namespace) -> int:
    """Print the design's power beside that of others, and the draw."""
    given.starts = rising(given.starts)
    wanted = _power(given, given.organisations)
    others = _others(given)
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    draw = order(_names(given.names, given.organisations), given.starts, seed)
    table = _table(wanted, others, draw, known=given.spread is not None)
    sys.stdout.write(json.dumps(_plain(wanted, others, draw), indent=2, allow_nan=False) if given.json else table)
    sys.stdout.write("\n")
    return 0


def _names(path: Path | None, organisations: int) -> list[str]:
    if path is None:
        return [f"Organisation {number + 1:03}" for number in range(organisations)]
    names = [line.strip() for line in text(path).split("\n") if line.strip()]
    if len(names) != organisations:
        what = f"{len(names)} names for {organisations} organisations: write each on a line, and say how many there are"
        raise EvidenceError(what, file=str(path))
    return names


def _others(given: argparse.Namespace) -> list[Power]:
    """Return the same design with other numbers of organisations, as far as they are enough for its starts."""
    enough = (many for many in _OTHERS if many > len(given.starts))
    return [_power(given, many) for many in enough]


def _power(given: argparse.Namespace, organisations: int) -> Power:
    """Return what a claim will find: with the spread known, that the figures which it shows are rounded is counted."""
    found = power(organisations, given.people, given.stability, given.icc, given.starts)
    found = replace(found, inference=NONE) if _hidden(found) or _told(found) else found
    if given.spread is None:
        return found
    if not 0 < given.spread < inf:
        raise EvidenceError("give a standard deviation above 0, such as 0.8", field="spread")
    detectable = found.detectable + _step(found) / given.spread
    if not isfinite(detectable):
        what = "so small that nothing could be detected beside it; give it in the unit in which the outcome is counted"
        raise EvidenceError(what, field="spread")
    return replace(found, detectable=detectable)


def _hidden(design: Power) -> bool:
    """Whether no claim would show a side of so few, even if all of them answered."""
    return recognisable((design.people,) * design.a_side, ladder().fewest_people)


def _told(design: Power) -> bool:
    """Whether no claim would say how sure a change is: of up to five organisations each could solve for the others.

    With more organisations a side all of one size stand out from nobody.
    """
    tested = design.a_side > _PAIR
    return tested and told_by_spread((design.people,) * design.a_side, ladder().fewest_people)


def _step(design: Power) -> float:
    """Return the step in which a claim of so many people shows its figures, by which it must miss 0 to be detected."""
    return float(10.0 ** -ladder().shown_decimals(design.a_side * design.people))


def _plain(wanted: Power, others: list[Power], draw: Order) -> dict[str, Any]:
    return {"design": asdict(wanted), "others": [asdict(other) for other in others], "order": asdict(draw)}


def _table(wanted: Power, others: list[Power], draw: Order, *, known: bool) -> str:
    by_wave = sorted(draw.starts.items(), key=lambda item: (item[1] or inf, item[0]))
    dealt = ", ".join(map(str, draw.dealt))
    lines = [
        _first(wanted),
        *_rounding(wanted, known=known),
        "",
        "organisations  detectable  inference",
        *(f"{other.organisations:>13}  {_rounded(other):>10.2f}  {_said(other)}" for other in others),
        "",
        f"Order of starts, drawn with the seed {draw.seed}, dealt out {dealt}. Record all three in a declaration now,",
        "before anybody is asked: a draw that is not recorded before the first wave counts for nothing.",
        *(f"  {f'wave {wave}' if wave else 'never':<8} {name}" for name, wave in by_wave),
    ]
    return "\n".join(lines)


def _rounding(wanted: Power, *, known: bool) -> list[str]:
    if _hidden(wanted):
        return []
    even = "That is of organisations that are all of one size; of very uneven ones give the people of a small one."
    step = f"A claim shows its figures in steps of {_step(wanted):g} of the outcome's unit"
    counted = "which is counted." if known else "and needs one more than this: give --spread, and it is counted."
    return [*([] if wanted.inference == NONE else [even]), f"{step}, {counted}"]


def _first(wanted: Power) -> str:
    size, found = f"{wanted.organisations} organisations of {wanted.people} people", _rounded(wanted)
    if _hidden(wanted):
        return f"{size}: too few people on a side to show any, so no claim will say a figure of them."
    if _told(wanted):
        return f"{size}: too few people in each to say how sure a change is, so changes will be described only."
    if wanted.inference == NONE:
        return (
            f"{size}: too few organisations on a side to test anything, so changes will be described only. The formula "
            f"alone would say {found:.2f} standard deviations."
        )
    return f"{size} could detect a change of {found:.2f} standard deviations, four times in five: {_said(wanted)}."


def _rounded(design: Power) -> float:
    """Return what is detectable in hundredths: never nothing."""
    return max(round(design.detectable, 2), 0.01)


def _said(design: Power) -> str:
    if _hidden(design):
        return "too few people, nothing is shown"
    if _told(design):
        return "too few people in each, described only"
    return "too few organisations, described only" if design.inference == NONE else design.inference
