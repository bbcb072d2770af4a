"""Outside systems that publish attendance: both dialects, repetitions, voids before originals, and poison.

Guards that what must become of each record is known beforehand, and that systems behave as systems do: what was not
acknowledged is sent again, byte for byte.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from shared.errors import UnavailableError
from shared.stream import Publisher
from shared.testing.history import History, Sent
from shared.testing.servers import Broker
from shared.topics import Topics
from tests.fault.desk import pause
from tests.fault.people import LEARNING, Person, Session

PACE_SECONDS = 0.35
SEND_SECONDS = 15.0
AGAIN_SECONDS = 0.5
GOOD = "good"
"""The kind of a record that must be handled; any other kind is the code under which it must be parked."""
Body = dict[str, Any]
Headers = tuple[tuple[str, bytes | None], ...]


class Systems:
    """All outside systems of the region."""

    def __init__(self, broker: Broker, people: Sequence[Person], history: History, chance: Random) -> None:
        self._publisher = Publisher(broker.url, idempotent=broker.idempotent_producer, seconds=SEND_SECONDS)
        self._topics, self._people, self._history, self._chance = Topics(), people, history, chance
        self._sessions: Mapping[str, Sequence[Session]] = {}
        self._numbers = itertools.count(1)
        self._late: list[Sent] = []
        self._over = asyncio.Event()
        self._flaws: Sequence[Callable[[Person], Sent]] = (
            self._truncated,
            self._wrong_type,
            self._unknown_dialect,
            self._wrong_organisation,
            self._unknown_session,
            self._too_old,
            self._from_the_future,
            self._empty,
            self._foreign,
        )

    def learn(self, sessions: Mapping[str, Sequence[Session]]) -> None:
        """Learn of the sessions of each cohort."""
        self._sessions = sessions

    async def work(self, enough: asyncio.Event) -> None:
        """Publish until it is enough, then what is still owed."""
        while not enough.is_set():
            for sent in self._some():
                await self._publish(sent)
            await pause(enough, self._chance.uniform(0, 2 * PACE_SECONDS))
        for sent in self._late:
            await self._publish(sent)
        await self._publisher.close()

    def _some(self) -> list[Sent]:
        """Return what is published together: a record, perhaps again later, perhaps voided, perhaps poison."""
        if self._chance.random() < 0.08:
            return [self._chance.choice(self._flaws)(self._chance.choice(self._people))]
        if self._late and self._chance.random() < 0.25:
            return [self._late.pop(self._chance.randrange(len(self._late)))]
        person = self._chance.choice(self._people)
        records = self._reported(person) if self._chance.random() < 0.6 else self._stated(person)
        if self._chance.random() < 0.15:
            self._late.append(self._chance.choice(records))
        if self._chance.random() < 0.02:
            records.append(self._conflicting(records[0]))
        return records

    async def _publish(self, sent: Sent) -> None:
        """Send a record until it is acknowledged; the broker may have it more than once then."""
        self._history.sending(sent)
        row = {
            "_id": str(sent.number),
            "topic": sent.topic,
            "key": sent.key,
            "value": sent.value,
            "headers": sent.headers,
        }
        while not await self._is_taken(row):
            await pause(self._over, AGAIN_SECONDS)
        self._history.taken(sent.number)

    async def _is_taken(self, row: Mapping[str, Any]) -> bool:
        try:
            return bool(await self._publisher.publish([row]))
        except UnavailableError:
            return False

    def _reported(self, person: Person) -> list[Sent]:
        """Return a record in our own dialect, sometimes with its void, sometimes the void first."""
        session, identity = self._session(person), self._id()
        told: Body = {"person": {"system": "badge", "value": person.badge}, "session": session.id}
        told["status"] = "missed" if self._chance.random() < 0.2 else "attended"
        if told["status"] == "attended" and self._chance.random() < 0.8:
            told["minutes"] = self._even(session)
        record = self._event(person, "attendance.recorded.v1", identity, told)
        if self._chance.random() > 0.15:
            return [record]
        void = self._event(person, "attendance.voided.v1", self._id(), {"record": identity})
        return self._chance.sample([record, void], 2)

    def _stated(self, person: Person) -> list[Sent]:
        """Return an xAPI statement, sometimes with its void, sometimes the void first."""
        session, identity = self._session(person), self._id()
        result: Body = {"completion": self._chance.random() > 0.2}
        if result["completion"]:
            result["duration"] = f"PT{self._even(session)}M"
        told = {
            "actor": {"account": {"homePage": LEARNING, "name": person.account}},
            "verb": {"id": "http://activitystrea.ms/schema/1.0/attend"},
            "object": {"id": f"{LEARNING}/sessions/{session.id}"},
            "result": result,
        }
        record = self._statement(person, identity, told)
        if self._chance.random() > 0.15:
            return [record]
        verb = {"id": "http://adlnet.gov/expapi/verbs/voided"}
        void = self._statement(
            person, self._id(), {"verb": verb, "object": {"objectType": "StatementRef", "id": identity}}
        )
        return self._chance.sample([record, void], 2)

    def _session(self, person: Person) -> Session:
        return self._chance.choice(self._sessions[person.cohort][2:])

    def _even(self, session: Session) -> int:
        """Return minutes that no facilitator reports."""
        return 2 * self._chance.randint(1, session.minutes // 2)

    def _event(self, person: Person, kind: str, identity: str, data: Body, **other: Any) -> Sent:
        body = {
            "specversion": "1.0",
            "type": kind,
            "source": "badges",
            "id": identity,
            "time": datetime.now(UTC).isoformat(),
            "data": data,
            **other,
        }
        return self._sent(person, person.badge, json.dumps(body).encode())

    def _statement(self, person: Person, identity: str, told: Body) -> Sent:
        body = {"id": identity, "stored": datetime.now(UTC).isoformat(), **told}
        return self._sent(person, person.account, json.dumps(body).encode())

    def _sent(self, person: Person, key: str, value: bytes | None, kind: str = GOOD, headers: Headers = ()) -> Sent:
        """Return a record; half of them with headers that no parser of ours may stumble over."""
        odd: Headers = (("content-type", None), ("x", b"\xff\xfe"), ("reply_to", b"enrolment.events"))
        headers = headers or (odd if self._chance.random() < 0.5 else ())
        topic = self._topics.attendance(person.organisation)
        return Sent(self._history.next_number(), topic, key.encode(), value, headers, kind)

    def _id(self) -> str:
        return str(UUID(int=self._chance.getrandbits(128), version=4))

    def _flawed(self, person: Person, kind: str, **other: Any) -> Sent:
        """Return a record with a flaw, mostly under a key of its own."""
        told = {"person": {"system": "badge", "value": person.badge}, "session": self._session(person).id}
        data = {**told, "status": "attended", **other.pop("data", {})}
        sent = self._event(person, other.pop("type", "attendance.recorded.v1"), self._id(), data, **other)
        key = sent.key if self._chance.random() < 0.12 else f"poison-{sent.number}".encode()
        return Sent(sent.number, sent.topic, key, sent.value, sent.headers, kind)

    def _truncated(self, person: Person) -> Sent:
        sent = self._flawed(person, "undecodable")
        return Sent(sent.number, sent.topic, sent.key, (sent.value or b"")[:40], sent.headers, sent.kind)

    def _wrong_type(self, person: Person) -> Sent:
        return self._flawed(person, "invalid", data={"minutes": "an hour or so"})

    def _unknown_dialect(self, person: Person) -> Sent:
        return self._flawed(person, "unknown-dialect", type="attendance.guessed.v7")

    def _wrong_organisation(self, person: Person) -> Sent:
        return self._flawed(person, "wrong-organisation", organisation="SOMEBODY-ELSE")

    def _unknown_session(self, person: Person) -> Sent:
        return self._flawed(person, "unknown-session", data={"session": "nobody-scheduled-this"})

    def _too_old(self, person: Person) -> Sent:
        return self._flawed(person, "too-old", time=(datetime.now(UTC) - timedelta(days=20)).isoformat())

    def _from_the_future(self, person: Person) -> Sent:
        return self._flawed(person, "from-the-future", time=(datetime.now(UTC) + timedelta(days=2)).isoformat())

    def _empty(self, person: Person) -> Sent:
        number = self._history.next_number()
        topic, headers = self._topics.attendance(person.organisation), ((("\udcff"), b"a name that is not text"),)
        return Sent(number, topic, f"poison-{number}".encode(), None, headers, "undecodable")

    def _foreign(self, person: Person) -> Sent:
        """Return something that has no business on one of our own topics."""
        number, topic = (
            self._history.next_number(),
            self._topics.events(self._chance.choice(["engagement", "recap_tracker"])),
        )
        if self._chance.random() < 0.5:
            return Sent(number, topic, f"foreign-{number}".encode(), b"\x00\xff not JSON", (), "undecodable")
        unknown = {"specversion": "1.0", "id": self._id(), "source": "/elsewhere", "type": "a.type.of.tomorrow.v9"}
        body = {**unknown, "subject": "x", "time": datetime.now(UTC).isoformat(), "organisation": person.organisation}
        value = json.dumps({**body, "correlationid": "x", "data": {"version": 1}}).encode()
        return Sent(number, topic, f"foreign-{number}".encode(), value, (), GOOD)

    def _conflicting(self, sent: Sent) -> Sent:
        """Return a record with the id of another one and other bytes."""
        value = (sent.value or b"") + b" "
        return Sent(self._history.next_number(), sent.topic, sent.key, value, sent.headers, "conflict")
