"""`design`: what could be detected before a programme starts, and a fair order of starting.

Guards that a draw can be repeated: the seed is printed with it, drawn from the system where none is given.
"""

import argparse
import json
import secrets
import sys
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from services.evaluation.evidence.design import Order, Power, order, power
from services.evaluation.evidence.errors import EvidenceError

HELP = "say what a design could detect, and draw a fair order of starting"
_OTHERS = (4, 6, 10, 12, 20, 40)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--organisations", type=int, required=True, help="in total, half of them with the programme")
    parser.add_argument("--people", type=int, required=True, help="of each who answer before and after")
    parser.add_argument("--stability", type=float, default=0.6, help="correlation of before and after (0.6)")
    parser.add_argument("--icc", type=float, default=0.05, help="variance between organisations' part (0.05)")
    parser.add_argument("--names", type=Path, metavar="FILE", help="organisations, one a line; numbered without it")
    parser.add_argument(
        "--starts", type=int, nargs="+", default=[4, 0], metavar="WAVE", help="waves to start at, 0 for never (4 0)"
    )
    parser.add_argument("--seed", type=int, help="of the draw; a new one without it")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(given: argparse.Namespace) -> int:
    """Print the design's power beside that of others, and the draw."""
    wanted = power(given.organisations, given.people, given.stability, given.icc)
    others = [power(many, given.people, given.stability, given.icc) for many in _OTHERS]
    seed = secrets.randbelow(2**32) if given.seed is None else given.seed
    draw = order(_names(given.names, given.organisations), given.starts, seed)
    sys.stdout.write(json.dumps(_plain(wanted, others, draw), indent=2) if given.json else _table(wanted, others, draw))
    sys.stdout.write("\n")
    return 0


def _names(path: Path | None, organisations: int) -> list[str]:
    if path is None:
        return [f"Organisation {number + 1:03}" for number in range(organisations)]
    try:
        names = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise EvidenceError(f"cannot be read: {error}", file=str(path)) from error
    if len(names) != organisations:
        raise EvidenceError(f"{len(names)} names for {organisations} organisations", file=str(path))
    return names


def _plain(wanted: Power, others: list[Power], draw: Order) -> dict[str, Any]:
    return {"design": asdict(wanted), "others": [asdict(other) for other in others], "order": asdict(draw)}


def _table(wanted: Power, others: list[Power], draw: Order) -> str:
    by_wave = sorted(draw.starts.items(), key=lambda item: (item[1] or inf, item[0]))
    first = (
        f"{wanted.organisations} organisations of {wanted.people} people could detect a change of "
        f"{wanted.detectable:.2f} standard deviations, four times in five: {_said(wanted)}."
    )
    lines = [
        first,
        "",
        "organisations  detectable  inference",
        *(f"{other.organisations:>13}  {other.detectable:>10.2f}  {_said(other)}" for other in others),
        "",
        f"Order of starting, drawn with the seed {draw.seed}:",
        *(f"  {f'wave {wave}' if wave else 'never':<8} {name}" for name, wave in by_wave),
    ]
    return "\n".join(lines)


def _said(design: Power) -> str:
    return "too few organisations, described only" if design.inference == "none" else design.inference
