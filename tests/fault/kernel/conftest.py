"""What the faults of the kernel came to, in figures, at the end of the output."""

import logging
from collections.abc import Callable, Iterator

import pytest

SAID = pytest.StashKey[list[str]]()


@pytest.fixture
def say(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Keep a line for the end of the run, under the name of its test."""
    lines = pytestconfig.stash.setdefault(SAID, [])
    return lambda line: lines.append(f"{request.node.name}: {line}")


@pytest.fixture(autouse=True)
def quiet_client() -> Iterator[None]:
    """A client that meets a dead broker says so many times; nobody reads that."""
    client = logging.getLogger("aiokafka")
    before = client.level
    client.setLevel(logging.CRITICAL)
    yield
    client.setLevel(before)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures, whatever the tests came to."""
    lines = config.stash.get(SAID, [])
    if lines:
        terminalreporter.section("faults of the kernel", sep="-")
        for line in lines:
            terminalreporter.write_line(line)
