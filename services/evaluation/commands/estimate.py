"""`estimate`: from cells to the claim they allow, with what may be shown beside it.

Guards that nothing is printed but what the room of claims hands out: no figure of the estimate itself, which may be
more than the data hold.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from services.evaluation.evidence.cells import CellTable, parse
from services.evaluation.evidence.claims import (
    Beside,
    Circumstances,
    Claim,
    Declaration,
    beside,
    canonical,
    conclude,
    declaration,
)
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import Estimate, Options, estimate

HELP = "say what the cells of an outcome allow to be said of it"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("cells", type=Path, nargs="+", metavar="FILE", help="cells, one outcome a file")
    parser.add_argument("--outcome", help="the name of the outcome; needed with several files")
    parser.add_argument("--declaration", type=Path, metavar="FILE", help="protocol, outcomes and lottery, as declared")
    parser.add_argument("--instrument", help="needed where cells come from several")
    parser.add_argument(
        "--control", choices=("never_treated", "not_yet_treated"), help="never_treated if there are any"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap (0)")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(given: argparse.Namespace) -> int:
    """Print the claim of the chosen outcome; the other files are the outcomes it was looked at together with."""
    tables = {path: _one_instrument(parse(_read(path), str(path)), given.instrument) for path in given.cells}
    chosen = _chosen(tables, given.outcome)
    options = Options(control=given.control, seed=given.seed)
    found = {path: _estimated(path, table, options) for path, table in tables.items()}
    declared = Declaration.nothing()
    if given.declaration:
        declared = declaration(_read(given.declaration), str(given.declaration))
    others = {tables[path].outcome.name: one.p_value for path, one in found.items() if path != chosen}
    known = Circumstances(declared, {name: p for name, p in others.items() if p is not None})
    claim = conclude(tables[chosen], found[chosen], known)
    aside = beside(claim, tables[chosen], found[chosen])
    sys.stdout.write(_plain(claim, aside) if given.json else readable(claim, aside))
    sys.stdout.write("\n")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"cannot be read: {error.strerror}", file=str(path)) from error


def _one_instrument(table: CellTable, instrument: str | None) -> CellTable:
    if instrument is None:
        return table
    if instrument not in table.instruments:
        raise EvidenceError(f"no cell has the instrument {instrument!r}", field="--instrument")
    return table.where(lambda cell: cell.instrument == instrument)


def _chosen(tables: Mapping[Path, CellTable], outcome: str | None) -> Path:
    named = [path for path, table in tables.items() if outcome in (None, table.outcome.name)]
    if len(named) != 1:
        names = ", ".join(sorted(table.outcome.name for table in tables.values()))
        raise EvidenceError(f"name one outcome of these, each in one file: {names}", field="--outcome")
    return named[0]


def _estimated(path: Path, table: CellTable, options: Options) -> Estimate:
    sys.stderr.write(f"Estimating from {path} …\n")
    try:
        return estimate(table, options)
    except EvidenceError as error:
        raise error.inside(str(path)) from None


def _plain(claim: Claim, aside: Beside) -> str:
    return json.dumps({"claim": json.loads(canonical(claim)), "beside": asdict(aside)}, indent=2, ensure_ascii=False)


def readable(claim: Claim, aside: Beside) -> str:
    """Return the claim as lines for people: the sentence first, then its figures, then what holds it up or back."""
    lines = [claim.sentence, "", f"Level {claim.level}: {claim.strength}; Maryland scale {claim.maryland or 'none'}."]
    lines += [f"{name:<24} {value}" for name, value in _figures(claim) if value is not None]
    lines += [f"Assumed: {text}" for text in claim.assumptions]
    lines += [f"Not more, because: {text}" for text in claim.limits]
    return "\n".join([*lines, *_waves(aside), "", f"{claim.rule}; {claim.library}; seed {claim.seed}; {claim.method}."])


def _figures(claim: Claim) -> list[tuple[str, object]]:
    return [
        ("observed change", claim.observed),
        ("expected without", claim.expected_without),
        ("difference", claim.difference),
        ("95 % interval", _span(claim.interval)),
        ("detected", None if claim.detected is None else "yes" if claim.detected else "no"),
        ("smallest detectable", claim.smallest_detectable),
        ("those who left: between", _span(claim.attrition)),
        ("people (rounded)", claim.people),
        ("people compared", claim.people_comparison),
        ("organisations", claim.organisations),
        ("organisations compared", claim.organisations_comparison),
        ("counted up to", _named(claim.cut_off)),
        ("standards", _named(claim.standards)),
    ]


def _named(values: Mapping[str, object]) -> str | None:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or None


def _span(ends: tuple[float, float] | None) -> str | None:
    return None if ends is None else f"{ends[0]:g} to {ends[1]:g}"


def _waves(aside: Beside) -> list[str]:
    lines = [f"{wave:>5}  {value:>10g}  {low:>8g}  {high:>8g}" for wave, value, low, high in aside.event_study]
    lines = ["", " wave  difference       low      high   (band over all waves)", *lines] if lines else []
    return [
        *lines,
        *(f"If trends bend by {bend:g} a wave: {low:g} to {high:g}." for bend, low, high in aside.sensitivity),
    ]
