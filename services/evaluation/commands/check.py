"""`check`: whether a claim that somebody hands over fits together, and whether its cells make the very same one.

Guards that a claim is not believed for its looks: a forgery in which all fits together is caught only by making it
again, and what differs is named.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.evaluation.commands import estimate, files, saying
from services.evaluation.evidence.claims import Claim, read, rule
from services.evaluation.evidence.errors import EvidenceError

HELP = "see whether a claim fits together, and whether its cells make the very same one"
ANOTHER = 3
_ABSENT = "not there"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("claim", type=Path, metavar="CLAIM", help="what `estimate --json` printed")
    parser.add_argument(
        "cells", type=Path, nargs="*", metavar="FILE", help="the cells it was made from, to make it again"
    )
    estimate.choices(parser)
    parser.epilog = (
        "Comparison, seed and instrument are those that the claim names, unless they are given. Exit codes: 0 it fits "
        "together, and with cells it is the same; 1 it does not fit together, or a file cannot be used; 3 the cells "
        "make another claim, and what differs is printed."
    )


def run(given: argparse.Namespace) -> int:
    """Print what was found out about a claim, and return 0 or ANOTHER."""
    shown = _shown(given.claim)
    claim = _read(given.claim, shown["claim"])
    if not given.cells:
        _write(
            f"{given.claim}: fits together. Whether it is what its cells say is found out only from them: name them."
        )
        return 0
    _as_it_was_made(given, claim)
    again: Mapping[str, Any] = json.loads(saying.document(estimate.made(given)))
    differing = list(_differing(shown, again if len(shown) > 1 else {"claim": again["claim"]}))
    if not differing:
        _write(f"{given.claim}: the same, byte for byte, as what these files make.")
        return 0
    for way, here, there in differing:
        _write(f"{given.claim}: {way}: {_plain(here)}; from these files {_plain(there)}")
    return ANOTHER


def _shown(path: Path) -> Mapping[str, Any]:
    """Return a claim with what stands beside it, also where the file holds the claim alone."""
    shown = files.document(path)
    claim = shown.get("claim", shown) if isinstance(shown, dict) else None
    if not isinstance(claim, dict) or "sentence" not in claim:
        raise EvidenceError("no claim, but it should be what `estimate --json` printed", file=str(path))
    return {"claim": claim} if claim is shown else shown


def _read(path: Path, plain: Mapping[str, Any]) -> Claim:
    made_by = plain.get("rule")
    if isinstance(made_by, str) and made_by != rule():
        what = f"made by other rules than this program has ({rule()}): check it with the version that made it"
        raise EvidenceError(what, file=str(path), field="rule")
    try:
        return read(json.dumps(plain).encode())
    except EvidenceError as error:
        raise error.inside(str(path)) from None


def _as_it_was_made(given: argparse.Namespace, claim: Claim) -> None:
    """Choose what the claim names, where nothing else is asked for."""
    made = claim.made_from
    given.control = given.control or made.control or None
    given.instrument = given.instrument or made.instrument or None
    if given.seed is None and claim.seed:
        given.seed = claim.seed


def _differing(here: Any, there: Any, way: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield each place at which two documents differ, with what stands there."""
    if isinstance(here, dict) and isinstance(there, dict):
        for name in sorted({*here, *there}):
            inner = f"{way}.{name}" if way else name
            yield from _differing(here.get(name, _ABSENT), there.get(name, _ABSENT), inner)
    elif json.dumps(here) != json.dumps(there):
        yield way, here, there


def _plain(value: Any) -> str:
    return value if value is _ABSENT else json.dumps(value, ensure_ascii=False)


def _write(line: str) -> None:
    sys.stdout.write(f"{files.seen(line)}\n")
