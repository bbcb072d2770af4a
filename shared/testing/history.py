"""What was asked of the platform and what it answered, written as it happens, outside every process that is killed.

Guards the proof of P1: a line is on the disk before a request leaves and another one once its answer is there, so that
whatever dies, the judge knows what was promised, to whom, and what was left open.
"""

import base64
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from shared.stream.record import Record

Outcome = Literal["ok", "refused", "unknown"]


@dataclass(frozen=True)
class Expected:
    """A fact that a command states if it takes effect: one of some types, with these fields among its data.

    `answered` names fields whose value the answer repeats. It is stated `least` to `most` times.
    """

    types: Sequence[str]
    fields: Mapping[str, Any] = field(default_factory=dict)
    answered: Sequence[str] = ()
    least: int = 1
    most: int = 1


@dataclass(frozen=True)
class Asked:
    """A command as it was given. `must` is the only outcome it may have, if that is known beforehand."""

    name: str
    method: str
    path: str
    body: Any
    organisation: str
    actor: str
    key: str | None
    expected: Sequence[Expected] = ()
    must: Outcome | None = None

    @property
    def service(self) -> str:
        """The service that was asked: the first segment of the path."""
        return self.path.split("/")[1]

    @property
    def mark(self) -> str | None:
        """The id of the mark under which the service remembers the command."""
        return None if self.key is None else f"command|{self.organisation}|{self.actor}|{self.key}"


@dataclass
class Attempt:
    """One request of a command, known on the stream by its correlation id; unknown until it is answered."""

    correlation: str
    outcome: Outcome = "unknown"
    status: int = 0
    code: str | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    retry_after: str | None = None
    """What the answer says of when to come back."""


@dataclass
class Command:
    """A command with everything that was tried to have it carried out."""

    number: int
    asked: Asked
    attempts: dict[int, Attempt] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """What the one who asked may rely on: a single yes counts, and so does a no when nothing is left open."""
        outcomes = [attempt.outcome for attempt in self.attempts.values()]
        if "ok" in outcomes:
            return "ok"
        return "unknown" if "unknown" in outcomes and outcomes[-1] != "refused" else "refused"

    @property
    def answer(self) -> Mapping[str, Any]:
        """The first answer that said yes."""
        return next((attempt.answer for attempt in self.attempts.values() if attempt.outcome == "ok"), {})

    def __str__(self) -> str:
        said = ", ".join(f"{attempt.outcome} {attempt.status}" for attempt in self.attempts.values())
        return f"command {self.number} ({self.asked.name} of {self.asked.organisation}: {said})"


@dataclass(frozen=True)
class Sent:
    """A record that an outside system published. `kind` says what it is meant to be."""

    number: int
    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    kind: str

    def digest(self) -> str:
        """Return the hash by which the record is recognised where it lies."""
        return Record(self.topic, 0, 0, self.key, self.value, self.headers).digest()


@dataclass
class Story:
    """Everything that a history tells."""

    commands: dict[int, Command] = field(default_factory=dict)
    sent: dict[int, Sent] = field(default_factory=dict)
    acknowledged: dict[int, int] = field(default_factory=dict)
    """By record: how many times the broker said that it had it."""
    faults: list[Mapping[str, Any]] = field(default_factory=list)


class History:
    """Appends lines to a file; every line is written in one piece before the method returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._numbers = itertools.count(1)
        self.tally = Counter[str]()
        """How much was written so far, in words: outcomes of requests with their status, records, faults."""

    def asked(self, asked: Asked) -> int:
        """Note a command before it is sent; return its number."""
        number = next(self._numbers)
        self._write("asked", number, asked=asdict(asked))
        return number

    def invoked(self, number: int, attempt: int, correlation: str) -> None:
        """Note a request before it leaves."""
        self._write("invoked", number, attempt=attempt, correlation=correlation)

    def answered(self, number: int, attempt: int, told: Attempt) -> None:
        """Note what became of a request; one without an answer may be noted as unknown or not at all."""
        self.tally[f"{told.outcome} {told.status}"] += 1
        self._write("answered", number, attempt=attempt, told=asdict(told))

    def sending(self, sent: Sent) -> None:
        """Note a record before it is published; `sent.number` comes from `next_number`."""
        told = {"topic": sent.topic, "key": _text(sent.key), "value": _text(sent.value), "kind": sent.kind}
        self._write("sending", sent.number, headers=[[name, _text(value)] for name, value in sent.headers], **told)

    def taken(self, number: int) -> None:
        """Note that the broker acknowledged a record."""
        self.tally["taken"] += 1
        self._write("taken", number)

    def fault(self, what: str, name: str, kind: str) -> None:
        """Note what was done to a process."""
        self.tally[what] += 1
        self._write("fault", next(self._numbers), what=what, name=name, kind=kind)

    def next_number(self) -> int:
        """Return a number that nothing else in this history has."""
        return next(self._numbers)

    def close(self) -> None:
        """Write no more."""
        os.close(self._file)

    def _write(self, line: str, number: int, **told: Any) -> None:
        entry = {"line": line, "number": number, "at": time.time(), **told}
        os.write(self._file, json.dumps(entry).encode() + b"\n")


def read(path: Path) -> Story:
    """Return what a history tells; a line that was never finished was never written."""
    story = Story()
    for text in path.read_text().splitlines():
        line = json.loads(text)
        _READERS[line["line"]](story, line["number"], line)
    return story


def _asked(story: Story, number: int, line: Mapping[str, Any]) -> None:
    told = line["asked"]
    expected = tuple(Expected(**one) for one in told["expected"])
    story.commands[number] = Command(number, Asked(**{**told, "expected": expected}))


def _invoked(story: Story, number: int, line: Mapping[str, Any]) -> None:
    story.commands[number].attempts[line["attempt"]] = Attempt(line["correlation"])


def _answered(story: Story, number: int, line: Mapping[str, Any]) -> None:
    story.commands[number].attempts[line["attempt"]] = Attempt(**line["told"])


def _sending(story: Story, number: int, line: Mapping[str, Any]) -> None:
    headers = tuple((name, _bytes(value)) for name, value in line["headers"])
    key, value = _bytes(line["key"]), _bytes(line["value"])
    story.sent[number] = Sent(number, line["topic"], key, value, headers, line["kind"])


def _taken(story: Story, number: int, _: Mapping[str, Any]) -> None:
    story.acknowledged[number] = story.acknowledged.get(number, 0) + 1


def _fault(story: Story, _: int, line: Mapping[str, Any]) -> None:
    story.faults.append(line)


_READERS = {
    "asked": _asked,
    "invoked": _invoked,
    "answered": _answered,
    "sending": _sending,
    "taken": _taken,
    "fault": _fault,
}


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
