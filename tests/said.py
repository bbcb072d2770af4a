"""What tests have to say at the end of the output, under headings: figures that a person wants to read.

Guards that nothing said is lost when the tests run in several processes: each hands its lines to the one that prints.
"""

from typing import Any

import pytest

SAID = pytest.StashKey[dict[str, list[str]]]()
_HANDED_OVER = "groundswell_said"


def say(config: pytest.Config, heading: str, line: str) -> None:
    """Keep a line for the end, under a heading."""
    config.stash.setdefault(SAID, {}).setdefault(heading, []).append(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what was said to the process that started this one, if there is one."""
    handed_over = getattr(session.config, "workeroutput", None)
    if handed_over is not None:
        handed_over[_HANDED_OVER] = session.config.stash.get(SAID, {})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what was said in a process that has ended."""
    for heading, lines in getattr(node, "workeroutput", {}).get(_HANDED_OVER, {}).items():
        for line in lines:
            say(node.config, heading, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was said, whatever the tests came to."""
    for heading, lines in config.stash.get(SAID, {}).items():
        terminalreporter.section(heading, sep="-")
        for line in lines:
            terminalreporter.write_line(line)
