"""`cells`: from answers, one a row, to the file of cells that `estimate` reads.

Guards that nobody's row leaves it, only sums; and that what was declared of a scale need not be typed a second time.
"""

import argparse
import json
import sys
from pathlib import Path

from pydantic import ValidationError

from services.evaluation.commands import files
from services.evaluation.evidence import answers, documents
from services.evaluation.evidence.cells import Outcome, written
from services.evaluation.evidence.claims import check_outcome, declaration
from services.evaluation.evidence.errors import EvidenceError

HELP = "count answers, one a row of a CSV file, into cells (JSON on stdout)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; the columns of the file are part of the help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = (
        f"columns of the CSV file, one row for each answer:\n{files.columns(answers.COLUMNS)}\n\n"
        "Put in all who answered before the start, also those who did not answer again. A cell of one person is\n"
        "that person's answers: the cells are internal."
    )
    parser.add_argument("answers", type=Path, metavar="ANSWERS", help="the answers to one question, a CSV file")
    parser.add_argument("--outcome", required=True, metavar="NAME", help="what was asked, as it was declared")
    parser.add_argument("--declaration", type=Path, metavar="FILE", help="takes scale, unit and better end from there")
    parser.add_argument("--scale", type=int, nargs=2, metavar=("LOW", "HIGH"), help="lowest and highest score")
    parser.add_argument("--unit", help="what scores are counted in (points)")
    parser.add_argument("--better", choices=("higher", "lower"), help="which end is better (higher)")
    parser.add_argument(
        "--looks-back",
        nargs=3,
        default=(),
        metavar=("BEFORE", "THEN", "AFTER"),
        help="three waves, where at THEN people rated how they had been at BEFORE",
    )


def run(given: argparse.Namespace) -> int:
    """Write the cells to stdout, and what was counted to stderr."""
    outcome = _outcome(given)
    check_outcome(outcome)
    sys.stderr.write(files.seen(f"Counting {given.answers} …\n"))
    found = answers.counted(files.text(given.answers), outcome, str(given.answers), given.looks_back)
    table = found.table
    sys.stdout.write(f"{json.dumps(written(table))}\n")
    organisations = len({cell.organisation for cell in table.cells})
    without = f"; {found.unanswered} rows without a score are no answers" if found.unanswered else ""
    sys.stderr.write(
        f"{found.answers} answers of {table.people} people in {organisations} organisations at {len(table.waves)} "
        f"waves, {len(table.cells)} cells{without}.\n"
    )
    return 0


def _outcome(given: argparse.Namespace) -> Outcome:
    """Return what was asked, as it was declared or as the options say."""
    typed = {name: value for name in ("scale", "unit", "better") if (value := getattr(given, name)) is not None}
    if given.declaration is not None:
        if typed:
            raise EvidenceError("said by the declaration; leave it out", field=f"--{next(iter(typed))}")
        declared = declaration(files.content(given.declaration), str(given.declaration)).outcomes.get(given.outcome)
        if declared is None:
            what = f"does not say how {given.outcome!r} is measured; add it, or give --scale instead of the declaration"
            raise EvidenceError(what, file=str(given.declaration), field="outcomes")
        typed = declared.model_dump()
    elif "scale" not in typed:
        raise EvidenceError("is missing: give it, or the declaration that does", field="--scale")
    low, high = typed.pop("scale")
    try:
        return Outcome(name=given.outcome, low=low, high=high, **typed)
    except ValidationError as error:
        raise documents.told(error, "", "") from None
