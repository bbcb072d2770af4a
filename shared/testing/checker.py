"""Judges what lies on the stream in the end against a history: what was promised is there once, in order, and whole.

Guards the proof of P1 and P2 against kindness: every violation is named with its command or subject, and nothing that
cannot be explained by the history is passed over.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from shared.errors import PoisonError
from shared.events import Envelope, UnknownEventTypeError, event_id, parse
from shared.stream.reader import read_all
from shared.stream.record import Record
from shared.testing.history import Command, Expected, Story

_MOST_EVENTS = 1_000
"""Of one version of one document."""
_SHOWN = 30
Place = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass(frozen=True)
class Stated:
    """An event and where it lies."""

    record: Record
    envelope: Envelope

    @property
    def version(self) -> int:
        """The version of the document that states it."""
        return self.envelope.data.version

    def __str__(self) -> str:
        return f"{self.envelope.type} of {self.envelope.subject} version {self.version}"


@dataclass(frozen=True)
class Stream:
    """Everything that lies on some topics, by topic, partition and offset."""

    topics: Mapping[str, Sequence[Record]]

    @classmethod
    async def read(cls, brokers: str, topics: Iterable[str]) -> "Stream":
        """Read topics from their beginning to their end."""
        names = list(topics)
        found = await asyncio.gather(*(read_all(brokers, name) for name in names))
        return cls(dict(zip(names, found, strict=True)))

    def records(self, topics: Iterable[str]) -> list[Record]:
        """Return the records of some topics."""
        return [record for topic in topics for record in self.topics[topic]]

    def at(self) -> dict[Place, Record]:
        """Return every record by its place."""
        return {place_of(record): record for records in self.topics.values() for record in records}

    def stated(self, topics: Iterable[str]) -> list[Stated]:
        """Return the events on some topics, repetitions included; what is not one of our events is left out."""
        return [event for record in self.records(topics) if (event := _event(record)) is not None]

    def tombstones(self, topic: str) -> frozenset[str]:
        """Return the keys of which a compacted topic was told to forget."""
        return frozenset((record.key or b"").decode() for record in self.topics[topic] if record.value is None)


def place_of(record: Record) -> Place:
    """Return where a record lies."""
    return record.topic, record.partition, record.offset


def _event(record: Record) -> Stated | None:
    try:
        return Stated(record, parse(record.value))
    except (PoisonError, UnknownEventTypeError):
        return None


def once(stated: Iterable[Stated]) -> list[Stated]:
    """Return the first appearance of each event."""
    seen: dict[str, Stated] = {}
    for event in stated:
        seen.setdefault(event.envelope.id, event)
    return list(seen.values())


def judge_commands(story: Story, stated: Iterable[Stated], marks: Mapping[str, frozenset[str]]) -> list[str]:
    """Return every command that did not do what was answered: yes once, no never, no answer at most once.

    `marks` are the ids in each service's inbox.
    """
    caused: dict[str, list[Stated]] = defaultdict(list)
    for event in once(stated):
        if event.envelope.causationid is None:
            caused[event.envelope.correlationid].append(event)
    faults = []
    for command in story.commands.values():
        there = command.asked.mark in marks[command.asked.service]
        faults += [f"{command}: {fault}" for fault in _command_faults(command, caused, there)]
    return faults


def _command_faults(command: Command, caused: Mapping[str, list[Stated]], marked: bool) -> Iterable[str]:
    asked, outcome = command.asked, command.outcome
    effects = [caused[one.correlation] for one in command.attempts.values() if one.correlation in caused]
    needed = any(expected.least for expected in asked.expected)
    if any(attempt.status == 500 for attempt in command.attempts.values()):  # noqa: PLR2004 - a bug, by HTTP
        yield "was answered as a bug"
    if asked.must not in (None, outcome) and outcome != "unknown":
        yield f"was to be {asked.must}"
    if len(effects) > 1:
        yield f"took effect {len(effects)} times"
    if outcome == "refused" and effects:
        yield f"was refused and yet stated {_named(effects[0])}"
    if outcome == "ok" and needed and not effects:
        yield "was accepted and stated nothing"
    if effects and outcome != "refused":
        yield from _effect_faults(command, effects[0])
    yield from _mark_faults(command, bool(effects), marked)


def _mark_faults(command: Command, effective: bool, marked: bool) -> Iterable[str]:
    """Compare what happened with the mark that makes a command happen once."""
    if command.asked.key is None or command.asked.must == "refused":
        return
    if effective and not marked:
        yield "took effect without its mark"
    if command.outcome == "refused" and marked:
        yield "was refused and yet left its mark"
    if marked and not effective and any(expected.least for expected in command.asked.expected):
        yield "left its mark and stated nothing"


def _effect_faults(command: Command, events: Sequence[Stated]) -> Iterable[str]:
    """Compare what a command stated with what it had to state: all of it and nothing else."""
    left = list(events)
    for expected in command.asked.expected:
        fitting = [event for event in left if _fits(event, expected, command)]
        taken = fitting[: expected.most]
        left = [event for event in left if event not in taken]
        if len(taken) < expected.least:
            yield f"did not state {' or '.join(expected.types)} with {dict(expected.fields)}"
    if left:
        yield f"stated what nobody asked for: {_named(left)}"


def _fits(event: Stated, expected: Expected, command: Command) -> bool:
    data = event.envelope.data.model_dump(mode="json")
    wanted = dict(expected.fields)
    wanted |= {name: command.answer[name] for name in expected.answered if name in command.answer}
    return event.envelope.type in expected.types and all(data.get(name) == wanted[name] for name in wanted)


def _named(events: Iterable[Stated]) -> str:
    return ", ".join(map(str, events))


def judge_strays(story: Story, stated: Iterable[Stated], known: frozenset[str]) -> list[str]:
    """Return every event that no command of the history and nothing `known` caused, by correlation id."""
    asked = {attempt.correlation for command in story.commands.values() for attempt in command.attempts.values()}
    return [
        f"{event} was caused by nobody: {event.envelope.correlationid}"
        for event in once(stated)
        if event.envelope.causationid is None and event.envelope.correlationid not in asked | known
    ]


def judge_answers(story: Story) -> list[str]:
    """Return every request that was put off without a word of when to come back: only 503 may say "not now"."""
    return [
        f"{command} was answered {attempt.status} ({attempt.code}) without Retry-After"
        for command in story.commands.values()
        for attempt in command.attempts.values()
        if attempt.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        and (attempt.status != HTTPStatus.SERVICE_UNAVAILABLE or not attempt.retry_after)
    ]


def listed(faults: Iterable[str]) -> str:
    """Return faults as a text for people: how many, and the first of them."""
    found = list(faults)
    return "\n".join([f"{len(found)} violations:", *found[:_SHOWN]])


def judge_order(stated: Sequence[Stated]) -> list[str]:
    """Return every subject whose events first appeared in another order than that of its versions."""
    faults = []
    latest: dict[tuple[str, str], tuple[int, int]] = {}
    for event in once(stated):
        topic, subject = event.record.topic, event.envelope.subject
        ordinal = _ordinal(event)
        if ordinal is None:
            faults.append(f"{event} has an id that is not its own")
            continue
        before, now = latest.get((topic, subject), (0, 0)), (event.version, ordinal)
        if now <= before:
            faults.append(f"{event} came after version {before[0]} on {topic}")
        latest[topic, subject] = max(before, now)
    return faults


def judge_wholeness(stated: Sequence[Stated]) -> list[str]:
    """Return every version of a document of which some events are missing: they were saved together."""
    ordinals: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for event in once(stated):
        ordinal = _ordinal(event)
        if ordinal is not None:
            ordinals[event.envelope.source, event.envelope.subject, event.version].add(ordinal)
    return [
        f"version {version} of {subject} in {source} lacks some of its events: only {sorted(found)} are there"
        for (source, subject, version), found in ordinals.items()
        if found != set(range(len(found)))
    ]


def judge_versions(
    stated: Iterable[Stated], documents: Mapping[str, int], *, what: str, tombstones: Collection[str] = ()
) -> list[str]:
    """Return every document of which a version was never stated; for documents whose every version states something.

    `documents` are versions by subject, as they are in the database. The last version of those with a tombstone is it.
    """
    versions: dict[str, set[int]] = defaultdict(set)
    for event in stated:
        versions[event.envelope.subject].add(event.version)
    return [
        f"{what} {subject} is at version {version}; stated were {sorted(versions[subject])}"
        for subject, version in documents.items()
        if versions[subject] != set(range(1, version + (subject not in tombstones)))
    ]


def judge_published(story: Story, stream: Stream) -> list[str]:
    """Return every record that the broker acknowledged and that is not there with its exact bytes."""
    lying = Counter((record.topic, record.digest()) for records in stream.topics.values() for record in records)
    owed: Counter[tuple[str, str]] = Counter()
    for number, times in story.acknowledged.items():
        sent = story.sent[number]
        owed[sent.topic, sent.digest()] += times
    return [
        f"{times} records on {one[0]} were acknowledged, {lying[one]} are there"
        for one, times in owed.items()
        if lying[one] < times
    ]


def repetitions(stated: Sequence[Stated]) -> int:
    """Return how many events lie on the stream a second time: the price of never losing one."""
    return len(stated) - len(once(stated))


def late_copies(stated: Sequence[Stated]) -> int:
    """Return how many repetitions lie behind a newer version of their subject; readers have to see through them."""
    newest: dict[tuple[str, str], int] = {}
    late = 0
    for event in stated:
        thing = event.record.topic, event.envelope.subject
        late += event.version < newest.get(thing, 0)
        newest[thing] = max(event.version, newest.get(thing, 0))
    return late


def _ordinal(event: Stated) -> int | None:
    """Return which event of its document's version this is."""
    topic, subject = event.record.topic, event.envelope.subject
    ids = (event_id(topic, subject, event.version, ordinal) for ordinal in range(_MOST_EVENTS))
    return next((ordinal for ordinal, one in enumerate(ids) if one == event.envelope.id), None)
