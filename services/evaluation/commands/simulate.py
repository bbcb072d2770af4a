"""`simulate`: cells of a region whose truth is known, for checking what `estimate` makes of them.

Guards that made-up cells are told apart from real ones: organisations are numbered, and the truth goes to stderr.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from services.evaluation.commands import files
from services.evaluation.commands.seeds import seed
from services.evaluation.evidence.cells import CellTable, written
from services.evaluation.evidence.claims import DECLARATION_FORMAT, Declaration, Measured
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import Region, region

HELP = "make up the cells of a region whose truth is known (JSON on stdout)"
_DEFAULT = Region()
_DECLARED = date(2023, 1, 1)
"""Before the first wave of any region, as whatever is declared should be: waves before the start are outcomes too."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; effects and trends are in standard deviations between people."""
    parser.add_argument(
        "--effect",
        type=float,
        default=_DEFAULT.effect,
        help="of the programme, in standard deviations between people (10 points; default %(default)s)",
    )
    parser.add_argument(
        "--trend",
        type=float,
        default=_DEFAULT.trend,
        help="rise from wave to wave, for all, likewise (default %(default)s)",
    )
    parser.add_argument(
        "--organisations", type=int, default=_DEFAULT.organisations, help="half of them take part (%(default)s)"
    )
    parser.add_argument("--taking-part", type=int, default=0, metavar="NUMBER", help="so many instead of half of them")
    parser.add_argument("--people", type=int, default=_DEFAULT.people, help="of each organisation (%(default)s)")
    parser.add_argument("--sizes", type=int, nargs="+", default=(), metavar="PEOPLE", help="of organisations, in turn")
    parser.add_argument("--waves", type=int, default=_DEFAULT.waves, help="how often people are asked (%(default)s)")
    parser.add_argument(
        "--starts",
        type=int,
        nargs="+",
        default=_DEFAULT.starts,
        metavar="WAVE",
        help="of those taking part, in turn (4)",
    )
    parser.add_argument(
        "--icc", type=float, default=_DEFAULT.icc, help="part of the variance that lies between organisations"
    )
    parser.add_argument("--stability", type=float, default=_DEFAULT.stability, help="correlation of two waves")
    parser.add_argument("--dropout", type=float, default=_DEFAULT.dropout, help="part that leaves after each wave")
    parser.add_argument(
        "--seed", type=seed, default=_DEFAULT.seed, help="the same one gives the same cells (%(default)s)"
    )
    parser.add_argument(
        "--declaration",
        type=Path,
        metavar="FILE",
        help="write one that names the scale and all organisations, waves and starts; never over another file",
    )
    parser.add_argument("--json", action="store_true", help="cells are JSON anyway")


def run(given: argparse.Namespace) -> int:
    """Write the cells to stdout and the truth to stderr."""
    names = Region.__dataclass_fields__
    chosen = {name: getattr(given, name) for name in names}
    truth = Region(**(chosen | {"starts": tuple(given.starts), "sizes": tuple(given.sizes)}))
    table = region(truth)
    if given.declaration:
        _declare(given.declaration, f"{declared(table).model_dump_json(indent=2)}\n")
    sys.stdout.write(f"{json.dumps(written(table))}\n")
    sys.stderr.write(
        f"The true effect is {truth.truth:.3g} points, whatever {table.people} people happened to answer.\n"
    )
    return 0


def _declare(path: Path, text: str) -> None:
    """Write a declaration over nothing but itself: what was once declared cannot be declared again later."""
    if path.exists() and not (path.is_file() and files.content(path) == text.encode()):
        raise EvidenceError("is there already; name a file of its own", file=str(path))
    files.write(path, text)


def declared(table: CellTable) -> Declaration:
    """Return what could have been declared of a region before its first wave."""
    starts: dict[str, tuple[int, ...]] = {}
    for organisation, cohort in sorted({(cell.organisation, cell.cohort) for cell in table.cells}):
        starts[organisation] = (*starts.get(organisation, ()), cohort)
    return Declaration(
        format=DECLARATION_FORMAT,
        declared=_DECLARED,
        primary=table.outcome.name,
        outcomes={table.outcome.name: Measured.of(table.outcome)},
        organisations=tuple(starts),
        waves=table.waves,
        complete=True,
        starts={name: several[0] if len(several) == 1 else several for name, several in starts.items()},
    )
