"""`release`: tables of people to what may be published, or a refusal that names what could be worked out.

Guards that standard output carries nothing but what may be published, and that a refusal has its own exit code (3).
"""

import argparse
import json
import sys
from pathlib import Path

from services.evaluation.commands import files
from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Refusal, Rule, Tables
from services.evaluation.evidence.errors import EvidenceError

HELP = "release tables: hide, round, and try to undo it before it is published"
REFUSED = 3
_DEFAULT = "default"
_LARGE = 100
"""Cells from which the attack may take more than a moment."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("tables", type=Path, metavar="TABLES", help="tables of exact counts (groundswell-tables/1)")
    parser.add_argument("--previous", type=Path, help="what the last release stood on, as --keep wrote it")
    parser.add_argument("--keep", type=Path, help="write what this release stands on; internal, exact counts")
    parser.add_argument(
        "--rule",
        default=_DEFAULT,
        help=f"one of {', '.join(rule.rule for rule in disclosure.rules().rules)} ({_DEFAULT})",
    )
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")


def run(given: argparse.Namespace) -> int:
    """Print the release, or say on standard error which figures an attacker could undo."""
    by = disclosure.rule(given.rule)
    tables = _tables(given.tables)
    previous = None if given.previous is None else _tables(given.previous)
    if by.rule != _DEFAULT:
        sys.stderr.write(f"{_weakness(by)}\n")
    if sum(len(table.counts) for table in tables.tables) > _LARGE:
        sys.stderr.write("Attacking every hidden figure; large tables take a while …\n")
    found = disclosure.release(tables, previous, by)
    if isinstance(found, Refusal):
        sys.stderr.write(_refusal(found))
        return REFUSED
    if given.keep is not None:
        _keep(given.keep, found.standing)
    shown = json.dumps(disclosure.document(found), indent=2) if given.json else disclosure.text(found)
    sys.stdout.write(f"{shown}\n")
    return 0


def _tables(path: Path) -> Tables:
    return disclosure.parse(files.document(path), str(path))


def _weakness(by: Rule) -> str:
    found = by.measured
    return (
        f"Rule {by.rule} ({by.title}), measured over all 2 x 2 tables with cells 0 to 20 and all totals: an attacker "
        f"recovers {found.recovered} % of the hidden cells exactly and narrows {found.narrowed} % to two values at "
        f"most; {found.refused} % of the tables are refused."
    )


def _refusal(found: Refusal) -> str:
    keeps = f"fewer than {found.rule.keeps} possible values"
    head = f"Refused. With rule {found.rule.rule} an attacker could leave these hidden figures {keeps}:"
    advice = "Nothing was published. Join small categories, show a grand total only, or leave the totals out."
    return "\n".join([head, *(f"  {cell}" for cell in found.cells), advice, ""])


def _keep(path: Path, standing: Tables) -> None:
    """Write exact counts so that only their owner can read them."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)  # a file that was there keeps its own otherwise
        path.write_text(json.dumps(disclosure.written(standing), indent=2) + "\n", "utf-8")
    except OSError as error:
        raise EvidenceError(f"cannot be written: {error.strerror}", file=str(path)) from error
