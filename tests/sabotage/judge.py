"""Runs some tests in the tree it is started in, and writes what became of each as JSON.

Guards the difference between a test that judged and failed and one that could not run: only an assertion, an exception
that was expected and did not come, or a deadline of the test itself is `red`; all else that is not green is `broken`.

    python -m tests.sabotage.judge VERDICTS.json NODE_ID ...
"""

import json
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

GREEN, RED, BROKEN = "green", "red", "broken"
_JUDGED = (AssertionError, TimeoutError, pytest.fail.Exception)
_QUIET = ("-q", "-p", "no:cacheprovider", "--no-header", "--tb=short")
_MESSAGE = 300


class Verdicts:
    """A pytest plugin that remembers the worst of each test, and what collection complained of."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if call.excinfo is not None:
            judged = call.when == "call" and isinstance(call.excinfo.value, _JUDGED)
            # What goes wrong while tidying up after a judgement does not take the judgement back.
            self.found.setdefault(item.nodeid, (RED if judged else BROKEN, call.excinfo.exconly()[:_MESSAGE]))
        elif call.when == "teardown":
            self.found.setdefault(item.nodeid, (GREEN, ""))
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.found[report.nodeid] = (BROKEN, str(report.longrepr)[-_MESSAGE:])


def main(arguments: list[str]) -> int:
    """Run the tests and write the verdicts; the exit code is pytest's."""
    path, *tests = arguments
    verdicts = Verdicts()
    try:
        return int(pytest.main([*_QUIET, *tests], plugins=[verdicts]))
    finally:
        # pytest may raise at its very end, for what a failed test left behind.
        Path(path).write_text(json.dumps(verdicts.found), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
