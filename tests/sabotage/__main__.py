"""Shows that the tests notice: puts one deliberate bug after another into a copy of the tree and runs its tests.

Guards the guards: a promise whose test stays green although the promise is broken has no test. Exit code 1 names every
sabotage that stayed green, broke the run instead of a promise, or does not apply to the source any more.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence

from tests.sabotage.every import SABOTAGES
from tests.sabotage.judge import BROKEN, GREEN
from tests.sabotage.page import PAGE, page
from tests.sabotage.sabotage import Sabotage
from tests.sabotage.trial import ROOT, Result, Verdict, try_as_it_is, try_with

_LINE = 110


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the sabotages that were chosen; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.page:
        (ROOT / PAGE).write_text(page(SABOTAGES), "utf-8")
        return 0
    chosen = [one for one in SABOTAGES if not options.only or one.name in options.only]
    if not _all_green(sorted({test for one in chosen for test in one.red})):
        return 1
    results = {one: _tried(one, f"{number}/{len(chosen)}") for number, one in enumerate(chosen, 1)}
    _say("\n" + _table(results))
    return 0 if all(result.red for result in results.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sabotage", description=(__doc__ or "").split("\n\n")[0])
    names = [one.name for one in SABOTAGES]
    told = f"try this one; may be said again; the names are in {PAGE}"
    parser.add_argument("--only", action="append", metavar="NAME", choices=names, help=told)
    parser.add_argument("--page", action="store_true", help=f"try nothing, write {PAGE} anew")
    return parser


def _all_green(tests: Sequence[str]) -> bool:
    """Run every test on the tree as it is: what is red without a sabotage shows nothing."""
    _say(f"without sabotage: {len(tests)} tests ... ", end="")
    result = try_as_it_is(tests)
    _say(f"{'green' if result.green else 'NOT GREEN'} in {result.seconds:.0f} s")
    _tell(verdict for verdict in result.verdicts if verdict.outcome != GREEN)
    return result.green


def _tried(sabotage: Sabotage, number: str) -> Result:
    _say(f"[{number}] {sabotage.name} ... ", end="")
    result = try_with(sabotage)
    _say(f"{_verdict(result)} in {result.seconds:.0f} s. {result.trouble}")
    _tell(result.verdicts)
    return result


def _verdict(result: Result) -> str:
    if result.trouble:
        return "NOT TRIED"
    return "red" if result.red else "NOT RED"


def _tell(verdicts: Iterable[Verdict]) -> None:
    """Say of each test what became of it, and why: in a line where it judged, in full where it could not."""
    for verdict in verdicts:
        said = verdict.said if verdict.outcome == BROKEN else verdict.said.partition("\n")[0][:_LINE]
        _say(f"    {verdict.outcome}: {verdict.test}")
        _say(f"        {said or 'it passed'}")


def _table(results: Mapping[Sabotage, Result]) -> str:
    """Return one line for each test: which sabotage, which promise, what became of it."""
    rows = [
        (one.name, one.promise, _verdict(result), test.rpartition("::")[2])
        for one, result in results.items()
        for test in one.red
    ]
    lines = [("sabotage", "promise", "", "test"), *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(4)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
