"""`estimate`: from cells to what changed, how sure that is, and what would have been needed to see more.

Guards that a figure is printed with its inference and its smallest detectable change, and that one that cannot be
estimated is printed as the reason why.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from services.evaluation.evidence.cells import CellTable, parse
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import Estimate, Options, estimate

HELP = "estimate what a programme changed, from cells"
_LARGE = 20_000_000
"""Bytes from which reading takes long enough to say so."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("cells", type=Path, nargs="+", metavar="FILE", help="cells, one outcome a file")
    parser.add_argument("--outcome", help="the name of the outcome; needed with several files")
    parser.add_argument("--instrument", help="needed where cells come from several")
    parser.add_argument(
        "--control", choices=("never_treated", "not_yet_treated"), help="never_treated if there are any"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(given: argparse.Namespace) -> int:
    """Print the estimate of the chosen outcome."""
    table = _table(given.cells, given.outcome)
    found = estimate(table, Options(control=given.control, seed=given.seed), given.instrument)
    sys.stdout.write(json.dumps(asdict(found), indent=2, allow_nan=False) if given.json else readable(table, found))
    sys.stdout.write("\n")
    return 0


def _table(paths: list[Path], outcome: str | None) -> CellTable:
    tables = [_read(path) for path in paths]
    if outcome is None and len(tables) == 1:
        return tables[0]
    names = [table.outcome.name for table in tables]
    if names.count(outcome or "") != 1:
        raise EvidenceError(f"choose one of {', '.join(sorted(names))}", field="--outcome")
    return tables[names.index(outcome or "")]


def _read(path: Path) -> CellTable:
    try:
        if path.stat().st_size > _LARGE:
            sys.stderr.write(f"Reading {path} …\n")
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=str(path)) from error


def readable(table: CellTable, found: Estimate) -> str:
    """Return the estimate as lines for people; figures in the outcome's unit."""
    people = f"{found.people_treated} people of {found.organisations_treated} organisations"
    others = f"{found.people_comparison} people of {found.organisations_comparison}"
    head = [f"{table.outcome.name}: {people} against {others} ({found.control.replace('_', ' ')})."]
    if not found.attempted or found.effect is None:
        return "\n".join([*head, f"Not estimated: {found.reason}."])
    return "\n".join([*head, *_figures(table.outcome.unit, found), *_waves(found)])


def _figures(unit: str, found: Estimate) -> list[str]:
    lines = [f"Changed more than the comparison by {found.effect:.3g} {unit} ({found.method})."]
    if found.interval is None or found.smallest_detectable is None:
        return [*lines, "Too few organisations to judge chance by: a description only."]
    low, high = found.interval
    lines += [
        f"95 % interval {low:.3g} to {high:.3g}, p = {found.p_value:.3g} ({found.inference}, seed {found.seed}).",
        f"Smallest change that would have been found four times in five: {found.smallest_detectable:.3g} {unit}.",
        f"Waves before the first start: {found.pre_periods}.{_before(found)}",
    ]
    lines += [f"If trends bend by {bend:.3g} a wave: {a:.3g} to {b:.3g}." for bend, a, b in found.sensitivity]
    return [*lines, f"Estimated with {found.library}."]


def _before(found: Estimate) -> str:
    if found.pre_test_p is None:
        return " Whether both moved alike before cannot be tested."
    power = "could" if found.pre_test_powered else "could not"
    return f" Alike before: p = {found.pre_test_p:.3g}; the test {power} have found a drift as large as the estimate."


def _waves(found: Estimate) -> list[str]:
    lines = [f"{wave:>5}  {effect:>8.3g}  {error:>6.2g}  {low:>8.3g}  {high:>8.3g}"
             for wave, effect, error, low, high in found.event_study]  # fmt: skip
    return ["", " wave    effect   error       low      high   (band over all waves)", *lines] if lines else []
