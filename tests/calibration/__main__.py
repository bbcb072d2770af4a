"""Calibration: what the engine says of many regions whose truth is known, by number of organisations.

Guards that a 95 % interval holds the truth in 93 to 97 of 100 regions, that with no effect and an ordinary trend at
most 5 of 100 claims are of level 3 or above, and that neither staggered starts nor sides or organisations of different
size find more effects that are not there. `make calibrate` writes docs/evidence-calibration.md anew.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import TypeVar

from services.evaluation.commands.progress import Progress
from tests.calibration.page import design_line, line, page
from tests.calibration.trying import DESIGNS, REGIONS, SIZES, calibrated, design, found_in, harmless, row, seen

T = TypeVar("T")
PAGE = Path("docs/evidence-calibration.md")


def _told(name: str, regions: Iterable[T], of: int) -> Iterator[T]:
    """Yield what was found in each region, and say how far it is."""
    with Progress(f"{name}: {{done}} of {{of}} regions") as progress:
        for done, one in enumerate(regions, 1):
            progress.tell(done, of)
            yield one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--regions", type=int, default=REGIONS, help="for each number of organisations")
    parser.add_argument("--jobs", type=int, default=cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    given = parser.parse_args()
    rows, designs = [], []
    with ProcessPoolExecutor(given.jobs) as pool:
        for organisations in SIZES:
            regions = pool.map(partial(seen, organisations), range(given.regions), chunksize=5)
            rows.append(row(organisations, _told(f"{organisations} organisations", regions, given.regions)))
            sys.stdout.write(f"{line(rows[-1])}\n")
            sys.stdout.flush()
        for name in DESIGNS:
            found = pool.map(partial(found_in, name), range(given.regions), chunksize=5)
            designs.append(design(name, _told(name, found, given.regions)))
            sys.stdout.write(f"{design_line(designs[-1])}\n")
            sys.stdout.flush()
    if given.write:
        PAGE.write_text(page(rows, designs, given.regions), "utf-8")
    return 0 if all(map(calibrated, rows)) and all(map(harmless, designs)) else 1


if __name__ == "__main__":
    sys.exit(main())
