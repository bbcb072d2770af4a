"""`release`: tables of people to what may be published, or a refusal that names what could be worked out.

Guards that standard output carries nothing but what may be published, that nobody's counts are overwritten, and that a
refusal has its own exit code (3).
"""

import argparse
import json
import os
import stat
import sys
from pathlib import Path

from services.evaluation.commands import files
from services.evaluation.commands.progress import Progress
from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Refusal, Release, Rule
from services.evaluation.evidence.errors import EvidenceError

HELP = "release tables: hide, round, and try to undo it before it is published"
REFUSED = 3
_DEFAULT = "default"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("tables", type=Path, metavar="TABLES", help="tables of exact counts (groundswell-tables/1)")
    follows = parser.add_mutually_exclusive_group(required=True)
    follows.add_argument("--previous", type=Path, help="what the last release stood on, as --keep wrote it")
    follows.add_argument("--first", action="store_true", help="nothing was ever released of these people")
    parser.add_argument("--keep", type=Path, help="write what this release stands on; internal, exact counts")
    parser.add_argument(
        "--rule",
        default=_DEFAULT,
        help=f"one of {', '.join(rule.rule for rule in disclosure.rules().rules)} ({_DEFAULT})",
    )
    parser.add_argument("--another-rule", action="store_true", help="the last release went by another rule, knowingly")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument("--csv", type=Path, help="write the release as CSV too, [c] where a figure is hidden")


def run(given: argparse.Namespace) -> int:
    """Print the release, or say on standard error which figures an attacker could undo."""
    by = disclosure.rule(given.rule)
    tables = disclosure.parse(files.document(given.tables), str(given.tables))
    last = given.previous
    previous = None if last is None else disclosure.kept.parse(files.document(last), str(last))
    for path in (given.keep, given.csv):
        _may_be_written(path, [given.tables, last, given.keep if path is given.csv else None])
    _spared(given)
    if by.rule != _DEFAULT:
        sys.stderr.write(f"{_weakness(by)}\n")
    try:
        with Progress("Attacking: {done} of {of} hidden figures") as progress:
            found = disclosure.release(tables, previous, by, another_rule=given.another_rule, tell=progress.tell)
    except EvidenceError as error:
        raise error.inside(str(given.tables)) from error
    if isinstance(found, Refusal):
        sys.stderr.write(_refusal(found))
        return REFUSED
    _hand_out(found, given)
    return 0


def _hand_out(found: Release, given: argparse.Namespace) -> None:
    _follows(found, given.keep)
    shown = json.dumps(disclosure.document(found), indent=2) if given.json else disclosure.text(found)
    if given.keep is not None:
        files.write(given.keep, json.dumps(disclosure.kept.written(found.standing), indent=2) + "\n")
    if given.csv is not None:
        files.write(given.csv, disclosure.csv(found))
    sys.stdout.write(f"{shown}\n")


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
    advice = (
        "Nothing was published. Join small categories, show a grand total only, or leave out totals, means or a table "
        "of the same people."
    )
    return "\n".join([head, *(f"  {cell}" for cell in found.cells), advice, ""])


def _spared(given: argparse.Namespace) -> None:
    """Refuse a target that another command reads, or the next release needs: what a former one stood on above all."""
    for path, may in ((given.csv, None), (given.keep, None if given.first else disclosure.KEPT_FORMAT)):
        there = None if path is None else _format(path)
        if there == disclosure.KEPT_FORMAT != may:
            said = "holds what an earlier release stood on; give it as --previous, or write to a file of its own"
            raise EvidenceError(said, file=str(path))
        if there not in (None, disclosure.KEPT_FORMAT):
            raise EvidenceError(f"is one of {there}; write to a file of its own", file=str(path))


def _follows(found: Release, path: Path | None) -> None:
    """Refuse to write over what a release stood on that this one does not know: a stale `--previous` was given."""
    if path is None or _format(path) != disclosure.KEPT_FORMAT:
        return
    if disclosure.kept.parse(files.document(path), str(path)).releases[0] not in found.standing.releases:
        said = "holds what a release stood on that this one does not know; give the last one as --previous"
        raise EvidenceError(said, file=str(path))


def _may_be_written(path: Path | None, others: list[Path | None]) -> None:
    """Refuse a target that is one of the inputs, standard output, a link, no regular file, or in a folder that nobody
    can write in: found out while writing, one of two would be there already.
    """
    if path is None:
        return
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise EvidenceError("cannot be written: its folder is not there, or not yours to write in", file=str(path))
    if not (path.exists() or path.is_symlink()):
        if any(other is not None and other.absolute() == path.absolute() for other in others):
            raise EvidenceError("named twice; give each its own file", file=str(path))
        return
    if path.is_symlink() or not path.is_file():
        raise EvidenceError("cannot be written: not a regular file; name a file of its own", file=str(path))
    if any(other is not None and other.exists() and path.samefile(other) for other in others):
        raise EvidenceError("would overwrite what is read; name a file of its own", file=str(path))
    if _is_output(path):
        raise EvidenceError("is where the release is printed to; name a file of its own", file=str(path))


def _format(path: Path) -> str | None:
    """Return which format of these commands a file says that it has; None where it says none."""
    try:
        found = files.document(path) if path.is_file() else None
    except EvidenceError:
        return None
    name = found.get("format") if isinstance(found, dict) else None
    return name if isinstance(name, str) and name.startswith("groundswell-") else None


def _is_output(path: Path) -> bool:
    try:
        out = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(out.st_mode) and os.path.samestat(out, path.stat())
