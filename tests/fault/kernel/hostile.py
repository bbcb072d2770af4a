"""Records that no publisher should send, each with what must become of it.

Guards that the expectation is made from how a record was broken, never from what the platform said of it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from shared.deadletters.letter import BEHIND, ID_HEADER
from shared.stream.record import Headers, Record
from shared.topics import Topics
from tests.integration.engagement.said import DAY, HERE, SECOND_DAY, THERE, recorded, statement

PEOPLE = tuple(f"p-{number}" for number in range(60))
LATE_DAY = "recap-2024-day-3"
"""A session that is scheduled only later: what speaks of it can be repaired."""
GOOD = "good"
REPAIRABLE = "unknown-session"
PERIL = 0.12
"""How many records come under a key that others use as well."""
Body = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A record and its fate: `good`, or the code under which it must be kept."""

    number: int
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    fate: str
    flaw: str

    @property
    def row(self) -> dict[str, Any]:
        """The record as it is sent."""
        return {
            "_id": str(self.number),
            "topic": self.topic,
            "key": self.key,
            "headers": self.headers,
            "value": self.value,
        }

    def digest(self) -> str:
        """The hash of its bytes."""
        return Record(self.topic, 0, 0, self.key, self.value, self.headers).digest()


class Hostile:
    """Makes records, half of them broken in some way; the same ones for the same seed but for their times."""

    def __init__(self, topics: Topics, chance: Random) -> None:
        self._topics, self._chance = topics, chance
        self._numbers = count(1)
        self._blocked: set[tuple[str, bytes]] = set()
        self._said: list[Sent] = []
        self._flaws: dict[str, tuple[str, Callable[[Body], bytes | None]]] = {
            "truncated JSON": ("undecodable", lambda body: _json(body)[: self._chance.randint(1, 60)]),
            "no text": ("undecodable", lambda _: bytes([255, 254, self._chance.randrange(256)])),
            "another value than an object": (
                "undecodable",
                lambda _: self._chance.choice([b"[]", b"7", b'"x"', b"null"]),
            ),
            "no value": ("undecodable", lambda _: None),
            "an empty value": ("undecodable", lambda _: b""),
            "nested without end": ("undecodable", lambda _: b"[" * 20_000),
            "half a character": (
                "undecodable",
                lambda body: _json(body).replace(b'"badges"', b'"\\ud800' + _nonce(self) + b'"'),
            ),
            "a number that is a word": ("invalid", lambda body: _json(_data(body, minutes="an hour or so"))),
            "minutes beyond a day": ("invalid", lambda body: _json(_data(body, minutes=10**30))),
            "no number": ("invalid", lambda body: _json(_data(body, minutes=float("nan")))),
            "a person that is a list": ("invalid", lambda body: _json(_data(body, person=["badge", "p-1"]))),
            "no id": ("invalid", lambda body: _json({**body, "id": None})),
            "no zone": ("invalid", lambda body: _json({**body, "time": "2024-03-04T09:00:00"})),
            "another CloudEvents": ("invalid", lambda body: _json({**body, "specversion": "2.0"})),
            "a type of tomorrow": ("unknown-dialect", lambda body: _json({**body, "type": "attendance.guessed.v1"})),
            "a version of tomorrow": (
                "unknown-dialect",
                lambda body: _json({**body, "type": "attendance.recorded.v2"}),
            ),
            "no dialect": ("unknown-dialect", lambda body: _json({"hello": body["id"]})),
            "another organisation": ("wrong-organisation", lambda body: _json({**body, "organisation": THERE})),
            "another organisation inside": ("wrong-organisation", lambda body: _json(_data(body, organisation=THERE))),
            "too old": ("too-old", lambda body: _json({**body, "time": _from_now(days=-20)})),
            "as old as can be": ("too-old", lambda body: _json({**body, "time": "0001-01-01T00:00:00+14:00"})),
            "from the future": ("from-the-future", lambda body: _json({**body, "time": _from_now(days=2)})),
            "from the last day": ("from-the-future", lambda body: _json({**body, "time": "9999-12-31T23:59:59-14:00"})),
        }

    def records(self, wanted: int) -> Iterator[Sent]:
        """Yield as many records: a quarter good, a quarter repairable, the rest broken for good."""
        for _ in range(wanted):
            yield self.one()

    def one(self) -> Sent:
        """Return the next record."""
        drawn = self._chance.random()
        if drawn < 0.25:
            return self.good()
        if drawn < 0.50:
            return self._repairable()
        if drawn < 0.55 and self._said:
            return self._reused()
        return self._broken()

    def good(self) -> Sent:
        """Return a record that must count, whatever its headers are."""
        number, person = next(self._numbers), self._chance.choice(PEOPLE)
        body = statement(_name(number), person) if self._chance.random() < 0.5 else self._report(number, person)
        key = f"good-{person}" if self._chance.random() < PERIL else f"good-{number}"
        sent = self._sent(number, key.encode(), _json(body), GOOD, "none")
        self._said.append(sent)
        return sent

    def _report(self, number: int, person: str, session: str | None = None) -> Body:
        session = session or self._chance.choice([DAY, SECOND_DAY])
        return recorded(_name(number), person, minutes=self._chance.randint(1, 360), session=session)

    def _repairable(self) -> Sent:
        """Return a record of a session that is not known yet, sometimes with something good behind it."""
        number, person = next(self._numbers), self._chance.choice(PEOPLE)
        value = _json(self._report(number, person, LATE_DAY))
        shared = self._chance.random() < PERIL
        key = f"late-{person}" if shared else f"late-{number}"
        return self._sent(number, key.encode(), value, REPAIRABLE, "a session that is not known yet")

    def _reused(self) -> Sent:
        """Return the id of an earlier record with other bytes; under the key of that one it cannot overtake it."""
        earlier, number = self._chance.choice(self._said), next(self._numbers)
        value = (earlier.value or b"") + b" " * self._chance.randint(1, 40)
        # From then on nothing good may come under this key.
        self._said = [sent for sent in self._said if sent.key != earlier.key]
        sent = self._sent(number, earlier.key, value, "conflict", "an id used again")
        return replace(sent, topic=earlier.topic)

    def _broken(self) -> Sent:
        flaw = self._chance.choice(list(self._flaws))
        fate, spoil = self._flaws[flaw]
        number = next(self._numbers)
        value = spoil(self._report(number, self._chance.choice(PEOPLE)))
        return self._sent(number, self._key(number), value, fate, flaw)

    def _key(self, number: int) -> bytes | None:
        drawn = self._chance.random()
        if drawn < PERIL:
            return f"hostile-{self._chance.randrange(8)}".encode()
        return None if drawn < 2 * PERIL else f"hostile-{number}-".encode() + b"\xff"

    def _sent(self, number: int, key: bytes | None, value: bytes | None, fate: str, flaw: str) -> Sent:
        topic = self._topics.attendance(HERE)
        if key is not None and (topic, key) in self._blocked:
            fate = BEHIND
        if key is not None and fate != GOOD:
            self._blocked.add((topic, key))
        bare = Record(topic, 0, 0, key, value).digest()[:16]
        return Sent(number, topic, key, value, self._headers(number, bare), fate, flaw)

    def _headers(self, number: int, bare: str) -> Headers:
        """Return headers that a parser may stumble over, none for every third record.

        `bare` is the hash of the record without headers, from which anybody can make the id of a dead letter.
        """
        forged = f"attendance:{self._topics.attendance(HERE)}:99:{number}:".encode()
        odd: tuple[Headers, ...] = (
            (),
            (("content-type", None),),
            (("x", b"\xff\xfe"), ("", b"")),
            (("same", b"1"), ("same", None), ("same", b"2")),
            (("\udcff\udcfe", b"a name that is not text"),),
            (("reply_to", b"engagement.events"), ("correlation_id", b"\x00")),
            ((ID_HEADER, forged + b"0" * 16),),
            ((ID_HEADER, forged + bare.encode()),),
            tuple((f"h{one}", b"v" * 30) for one in range(60)),
        )
        return () if number % 3 == 0 else self._chance.choice(odd)


def huge(topics: Topics) -> Sent:
    """Return a record of ten megabytes, which its topic must not take."""
    return Sent(0, topics.attendance(HERE), b"huge", b'{"x":"' + b"x" * 10_000_000 + b'"}', (), "undecodable", "10 MB")


def _name(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def _nonce(hostile: Hostile) -> bytes:
    return str(next(hostile._numbers)).encode()


def _data(body: Body, **other: Any) -> Body:
    return {**body, "data": {**body["data"], **other}}


def _json(body: Body) -> bytes:
    return json.dumps(body).encode()


def _from_now(**much: float) -> str:
    return (datetime.now(UTC) + timedelta(**much)).isoformat()
