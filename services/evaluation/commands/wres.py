"""`wres`: a workforce race equality return to its indicators, with intervals, direction, flags and suppression.

Guards that what is below k people is printed only to who asks for the internal view, and asks by name.
"""

import argparse
import json
import sys
from pathlib import Path

from services.evaluation.commands import files
from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

HELP = "read a workforce race equality return: indicators, intervals, what was published against its counts"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options; the columns of the file are part of the help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"columns of the CSV file, one row for each group of each indicator:\n{files.columns(wres.COLUMNS)}"
    parser.add_argument("file", type=Path, metavar="RETURN", help="the return, a CSV file")
    parser.add_argument("--standard", choices=wres.names(), default="wres", help="which standard (wres)")
    parser.add_argument("--internal", action="store_true", help="show what is below k people; not for publication")
    parser.add_argument("--apart", action="store_true", help="no organisation in the file has people of another")
    parser.add_argument("--json", action="store_true", help="JSON instead of text")


def run(given: argparse.Namespace) -> int:
    """Print the indicators of a return; the figures of an error may be small and are said in the internal view only."""
    try:
        return _shown(given)
    except EvidenceError as error:
        raise error.internally() if given.internal else error from None


def _shown(given: argparse.Namespace) -> int:
    by = wres.standard(given.standard)
    returned = wres.parse(files.text(given.file), by, str(given.file))
    found = wres.read(returned, by, internal=given.internal, apart=given.apart)
    if given.internal:
        sys.stderr.write(f"Internal view: figures of fewer than {by.k} people are shown. Do not publish it.\n")
    if given.json:
        shown = json.dumps(wres.document(found, by, internal=given.internal), indent=2)
    else:
        shown = wres.text(found, by, internal=given.internal)
    sys.stdout.write(f"{shown}\n")
    return 0
