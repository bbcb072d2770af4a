"""What may stand in a log line, and what never does (P11)."""

import io
import json
import logging
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from shared import logs

CANARY = "Adeola Canary"


class Lines:
    """Reads back what a process would have written to standard error."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def all(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, object]:
        return self.all[-1]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    stream = io.StringIO()
    root = logging.getLogger()
    before, level, ours = root.handlers, root.level, structlog.get_config()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure("library", "worker", "debug")
    yield Lines(stream)
    root.handlers = before
    root.setLevel(level)
    structlog.configure(**ours)


def test_a_line_is_one_json_object_with_what_it_belongs_to(lines: Any) -> None:
    with logs.bound(correlation_id="c-1", event_id="e-1", organisation="R0A"):
        logs.logger().info("handled", reaction="roster", outcome="applied")

    line = lines.last
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "service": "library",
        "process": "worker",
        "level": "info",
        "logger": "groundswell",
        "event": "handled",
        "correlation_id": "c-1",
        "event_id": "e-1",
        "organisation": "R0A",
        "reaction": "roster",
        "outcome": "applied",
    }


def test_what_was_bound_ends_with_its_block(lines: Any) -> None:
    with logs.bound(event_id="e-1"):
        pass
    logs.logger().info("later")

    assert "event_id" not in lines.last


@pytest.mark.parametrize("name", ["body", "given_name", "email", "token", "value", "text", "command", "name"])
def test_a_field_that_is_not_listed_is_left_out_and_missed(lines: Any, name: Any) -> None:
    logs.logger().info("registered", **{name: CANARY}, code="ok")

    assert CANARY not in lines.stream.getvalue()
    assert (lines.last["withheld"], lines.last["code"]) == (1, "ok")


def test_bound_fields_are_held_to_the_same_list(lines: Any) -> None:
    with logs.bound(email=CANARY):
        logs.logger().info("registered")

    assert CANARY not in lines.stream.getvalue()


def test_a_value_of_an_unknown_kind_is_named_by_its_kind(lines: Any) -> None:
    logs.logger().info("registered", subject={"person": object()}, code={CANARY})

    assert CANARY not in lines.stream.getvalue()
    assert lines.last["code"] == "<set>"


@pytest.mark.parametrize("how", ["exception", "error"])
def test_of_an_exception_only_kind_and_place_are_written(lines: Any, how: Any) -> None:
    def inner() -> None:
        raise ValueError(CANARY)

    def outer() -> None:
        try:
            inner()
        except ValueError as error:
            raise RuntimeError(CANARY) from error

    try:
        outer()
    except RuntimeError as error:
        given = {} if how == "exception" else {"exc_info": error}
        getattr(logs.logger(), how)("went wrong", **given)

    assert CANARY not in lines.stream.getvalue()
    assert lines.last["error"] == "RuntimeError < ValueError"
    assert "tests/unit/shared/test_logs.py" in str(lines.last["at"])
    assert not str(lines.last["at"]).startswith("['/")


def test_a_librarys_line_has_the_same_form_and_no_exception_message(lines: Any) -> None:
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("aiokafka.consumer").warning("the broker %s went away", "kafka-1", exc_info=True)

    assert lines.last["event"] == "the broker kafka-1 went away"
    assert lines.last["error"] == "ValueError"
    assert lines.last["service"] == "library"
    assert CANARY not in lines.stream.getvalue()


@pytest.mark.parametrize("name", ["httpx", "uvicorn.access", "aiokafka", "faststream", "pymongo"])
def test_what_libraries_tell_about_single_requests_is_not_written(lines: Any, name: Any) -> None:
    logging.getLogger(name).info("GET /people?email=%s", CANARY)

    assert lines.stream.getvalue() == ""


def test_text_of_any_language_can_be_logged_and_never_breaks_a_line(lines: Any) -> None:
    logs.logger().info("first\nsecond", code="café")

    assert len(lines.all) == 1
    assert lines.last["code"] == "café"


def test_what_a_library_says_again_and_again_is_written_once_in_ten_seconds(
    lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client says several times a second that its broker is away."""
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(logs, "time", clock)
    for tenth in range(205):
        clock.now = tenth / 10
        logging.getLogger("aiokafka.cluster").warning("Unable to connect to %s", f"broker-{tenth}")
        logs.logger().warning("a partition waits")
    theirs = [line["event"] for line in lines.all if line["logger"] == "aiokafka.cluster"]
    assert theirs == [
        "Unable to connect to broker-0",
        "Unable to connect to broker-100 (99 more like it before)",
        "Unable to connect to broker-200 (99 more like it before)",
    ]
    assert sum(line["event"] == "a partition waits" for line in lines.all) == 205


def test_lines_that_never_come_again_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """P10: a process that runs for months meets as many texts as there are failed tasks."""
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(logs, "time", clock)
    sparing = logs.Sparing()
    for number in range(100):
        clock.now = float(number)
        record = logging.LogRecord("asyncio", logging.ERROR, "", 0, f"task {number} failed", (), None)
        assert sparing.filter(record)
    assert len(sparing._said) <= logs.SPARING_SECONDS + 1
