"""What attendance must be in the end, by the plainest reading of everything that was reported.

A facilitator's line prevails over systems; of several systems the latest time, then the id; what was voided does not
count, whenever the void came. Lines whose command was never answered are not judged.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.events import engagement
from shared.stream.record import Record
from shared.testing.checker import Stated
from shared.testing.history import Command
from tests.fault.people import Person

ATTENDANCE = (
    engagement.SessionAttended,
    engagement.SessionMissed,
    engagement.AttendanceCorrected,
    engagement.AttendanceVoided,
)
Seat = tuple[str, str]
"""Participant and session."""
Word = tuple[str, int] | None
"""Status and contact minutes; None for nothing that counts."""


@dataclass
class Report:
    """What one system said."""

    time: str
    id: str
    word: tuple[str, int]


@dataclass
class Expectation:
    """What was reported of one seat."""

    register: Word = None
    reports: list[Report] = field(default_factory=list)
    open: bool = False
    """Whether nobody knows if the last command about it took effect."""
    lost: bool = False
    """Whether a command about it got no answer at all, and might take effect at any time."""

    @property
    def word(self) -> Word:
        """What has to count."""
        latest = max(self.reports, key=lambda one: (one.time, one.id), default=None)
        return self.register or (latest.word if latest else None)


def expected(
    commands: Iterable[Command], heard: Sequence[Record], people: Sequence[Person], minutes: Mapping[str, int]
) -> dict[Seat, Expectation]:
    """Return what must count of each seat: from commands in their order, and from the records that were handled."""
    seats: dict[Seat, Expectation] = {}
    for command in commands:
        _carry_out(command, seats, minutes)
    known = {(person.organisation, value): person.id for person in people for value in (person.badge, person.account)}
    voids = {(record.topic, _named(body)) for record, body in _bodies(heard) if _is_void(body)}
    seen: set[tuple[str, str]] = set()
    for record, body in _bodies(heard):
        name = (record.topic, _id(body))
        if not _is_void(body) and name not in voids and name not in seen:
            seen.add(name)
            _report(record, body, known, seats, minutes)
    return seats


def told(stated: Iterable[Stated]) -> dict[Seat, Word]:
    """Return the latest word of engagement on each seat."""
    latest: dict[Seat, tuple[int, Word]] = {}
    for event in stated:
        fact = event.envelope.data
        if isinstance(fact, ATTENDANCE):
            seat = (fact.participant, fact.session)
            latest[seat] = max(latest.get(seat, (0, None)), (fact.version, _word(fact)), key=lambda one: one[0])
    return {seat: word for seat, (_, word) in latest.items()}


def _word(fact: Any) -> Word:
    match fact:
        case engagement.AttendanceCorrected():
            return fact.status, fact.contact_minutes
        case engagement.SessionAttended():
            return "attended", fact.contact_minutes
        case engagement.SessionMissed():
            return "missed", 0
    return None


def _carry_out(command: Command, seats: dict[Seat, Expectation], minutes: Mapping[str, int]) -> None:
    """Note what a register says, or that it was taken back."""
    asked = command.asked
    if asked.name not in ("attend", "void") or command.outcome == "refused":
        return
    session = asked.path.split("/")[4]
    for participant, word in _lines(asked.body, minutes[session]):
        seat = seats.setdefault((participant, session), Expectation())
        if command.outcome == "unknown":
            seat.open = True
            seat.lost |= any(attempt.status == 0 for attempt in command.attempts.values())
        else:
            # What was put off before and answered so has happened before this or never will.
            seat.register, seat.open = word, seat.lost


def _lines(body: Mapping[str, Any], length: int) -> Iterable[tuple[str, Word]]:
    for participant in body.get("participants", []):
        yield participant, None
    for line in body.get("entries", []):
        missed = line["status"] == "missed"
        yield line["participant"], ("missed", 0) if missed else ("attended", line.get("minutes", length))


def _report(
    record: Record,
    body: Mapping[str, Any],
    known: Mapping[tuple[str, str], str],
    seats: dict[Seat, Expectation],
    minutes: Mapping[str, int],
) -> None:
    """Note what a system says in either dialect."""
    person, session = _who(body), _session(body)
    participant = known.get((record.topic.rpartition(".")[2], person))
    if participant is not None:
        seat = seats.setdefault((participant, session), Expectation())
        seat.reports.append(Report(_time(body), _id(body), _said(body, minutes[session])))


def _bodies(records: Iterable[Record]) -> list[tuple[Record, dict[str, Any]]]:
    return [(record, json.loads(record.value or b"")) for record in records]


def _is_void(body: Mapping[str, Any]) -> bool:
    return "voided" in body.get("type", "") or "voided" in body.get("verb", {}).get("id", "")


def _named(body: Mapping[str, Any]) -> str:
    """Return the id of the record that a void names."""
    return str(body["data"]["record"] if "data" in body else body["object"]["id"])


def _id(body: Mapping[str, Any]) -> str:
    return str(body["id"])


def _time(body: Mapping[str, Any]) -> str:
    return str(body["time"] if "time" in body else body["stored"])


def _who(body: Mapping[str, Any]) -> str:
    return str(body["data"]["person"]["value"] if "data" in body else body["actor"]["account"]["name"])


def _session(body: Mapping[str, Any]) -> str:
    return str(body["data"]["session"] if "data" in body else body["object"]["id"].rpartition("/")[2])


def _said(body: Mapping[str, Any], length: int) -> tuple[str, int]:
    if "data" in body:
        status, said = body["data"]["status"], body["data"].get("minutes")
    else:
        result = body["result"]
        status = "attended" if result["completion"] else "missed"
        said = int(result["duration"].strip("PTM")) if "duration" in result else None
    return (status, 0) if status == "missed" else (status, length if said is None else min(said, length))
