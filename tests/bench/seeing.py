"""A command is accepted: how long until evaluation's answer holds it, on a whole platform under a steady load.

Guards that the figure is what a person would see: the clock starts when a command is answered and stops when the
projection, as readers see it, is past its event. Commands are given at the stated rate whether or not earlier ones
are answered, so a platform that cannot keep up shows it: what was given up counts as long as it was waited for.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.stack import Stack
from services.evaluation.app import PROJECTIONS
from shared.events import parse
from shared.mongo import Database
from shared.projector import View
from shared.testing.settling import eventually
from tests.bench.figures import Figure
from tests.bench.workload import PARTITIONS
from tests.bench.world import World
from tests.fault.people import COHORTS

HERE, PEOPLE = "R0A", 48
COHORT = "recap-2024"
SESSIONS = tuple(f"{COHORT}-day-{day}" for day in range(1, 7))
"""Registers of one session are a chain in the audit, one after the other; on a busy day several are taken."""
RATES = (5, 20, 40)
"""Commands a second: a calm day, a busy one, and the one that is aimed at where a core is free."""
SECONDS = 60.0
P99_MS = 500.0
_LOOK_SECONDS = 0.05
"""Added to each figure at most; to look oftener costs the database that is looked at more than it tells."""
_PATIENCE = 60.0
"""Seconds for which a command is given again and waited for."""


async def seeing(world: World, scale: float) -> AsyncIterator[Figure]:
    """Yield p50 and p99 from a command's answer to evaluation's, at each rate."""
    with Stack(kind=world.kind, organisations=[HERE], say=lambda _: None) as stack:
        load = _Load(stack)
        try:
            people = await load.prepare()
            for rate in RATES:
                seen = await load.drive(people, rate, SECONDS * scale)
                cuts = quantiles([*seen.took.values(), *seen.given_up], n=100)
                aim = P99_MS if rate == max(RATES) else None
                told = f"{len(seen.took)} seen; {len(seen.given_up)} given up, counted as long as they were waited for"
                told += "".join(f"; {many} {why}" for why, many in seen.why.most_common())
                yield Figure(f"seen after, {rate} commands a second, p50", cuts[49] * 1e3, "ms", told)
                yield Figure(f"seen after, {rate} commands a second, p99", cuts[98] * 1e3, "ms", told, most=aim)
        finally:
            await load.close()


class RefusedTooLongError(Exception):
    """A command was not accepted for as long as it was given; `code` is that of the last answer."""

    def __init__(self, said: str, code: int) -> None:
        super().__init__(said)
        self.code = code


@dataclass
class _Seen:
    """By correlation id: when a command was answered, where its event lies, and the seconds until it was seen."""

    answered: dict[str, float] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    given_up: list[float] = field(default_factory=list)
    """The seconds for which the others were waited for."""
    why: Counter[str] = field(default_factory=Counter)
    """What was given up, by what the last answer was."""

    def give_up(self, seconds: float, why: str) -> None:
        """Count a command that nobody waits for any more."""
        self.given_up.append(seconds)
        self.why[why] += 1

    @property
    def decided(self) -> int:
        """How many commands nobody waits for any more."""
        return len(self.took) + len(self.given_up)

    def look(self, positions: dict[int, int]) -> None:
        """Note what is past its event by now."""
        moment = time.monotonic()
        for name in [name for name in self.answered if name in self.places]:
            partition, offset = self.places[name]
            if positions.get(partition, 0) > offset:
                self.took[name] = max(0.0, moment - self.answered.pop(name))
        for name in [name for name, at in self.answered.items() if moment - at > _PATIENCE]:
            where = "its event read on the topic" if name in self.places else "no event of it on the topic"
            self.give_up(moment - self.answered.pop(name), f"answered and not seen, {where}")


class _Load:
    """Commands for one platform."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._topic = stack.topics.events("engagement")
        self._http = httpx.AsyncClient(
            base_url=stack.origin, timeout=_PATIENCE, limits=httpx.Limits(max_connections=None), trust_env=False
        )
        self._tokens = {role: stack.token_for(role, HERE, [role]) for role in ("coordinator", "facilitator")}
        self._database = Database(stack.databases["evaluation"].url, "evaluation")
        self._view = View(self._database, PROJECTIONS["participation"]())

    async def close(self) -> None:
        await self._http.aclose()
        await self._database.close()

    async def prepare(self) -> list[str]:
        """Enrol people and take their first register, and return them."""
        people = [await self._enrolled(number) for number in range(PEOPLE)]
        for session in SESSIONS:
            await self._register(session, people, 20, f"first-of-{session}")
        return people

    async def drive(self, people: list[str], rate: int, seconds: float) -> _Seen:
        """Correct minutes at a rate, and return how long each took to be seen."""
        seen, wanted = _Seen(), round(rate * seconds)
        watching = [asyncio.create_task(self._follow(seen)), asyncio.create_task(self._look(seen))]
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as commands:
                for number in range(wanted):
                    await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                    commands.create_task(self._correct(people, number, f"command-{rate}-{number}", seen))
            await eventually(lambda: _is(seen.decided == wanted), deadline=2 * _PATIENCE, what="that all was seen")
        finally:
            for task in watching:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        return seen

    async def _correct(self, people: list[str], number: int, name: str, seen: _Seen) -> None:
        """Give one person other minutes than they had: the same again would be no news."""
        session, began = SESSIONS[number % len(SESSIONS)], time.monotonic()
        try:
            await self._register(session, [people[number % PEOPLE]], 30 + number // PEOPLE % 60, name)
        except (httpx.TransportError, RefusedTooLongError) as error:
            seen.give_up(time.monotonic() - began, f"not accepted ({_short(error)})")
        else:
            seen.answered[name] = time.monotonic()

    async def _register(self, session: str, people: list[str], minutes: int, name: str) -> None:
        entries = [{"participant": person, "status": "attended", "minutes": minutes} for person in people]
        path = f"/engagement/v1/sessions/{session}/register"
        await self._ok("facilitator", "PUT", path, {"entries": entries}, name)

    async def _follow(self, seen: _Seen) -> None:
        """Learn where each event lies."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._stack.broker.url)
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self._topic, number) for number in range(PARTITIONS)])
            async for record in consumer:
                seen.places[parse(record.value).correlationid] = (record.partition, record.offset)
        finally:
            await consumer.stop()

    async def _look(self, seen: _Seen) -> None:
        while True:
            positions = (await self._view.as_of()).positions
            seen.look(dict(positions.get(self._topic, {})))
            await asyncio.sleep(_LOOK_SECONDS)

    async def _enrolled(self, number: int) -> str:
        body: dict[str, Any] = {"given_name": "Ada", "family_name": f"Number {number}", "email": "ada@example.org"}
        body["identifiers"] = [{"system": "account", "value": f"account-{number}"}]
        person = str((await self._ok("coordinator", "POST", "/enrolment/v1/participants", body))["participant"])
        path = f"/enrolment/v1/participants/{person}"
        applied = {"cohort": COHORT, "group": COHORTS[COHORT], "applied_on": "2023-09-01"}
        await self._ok("coordinator", "POST", f"{path}/applications", applied)
        await self._ok("coordinator", "POST", f"{path}/enrolments", {"cohort": COHORT, "enrolled_on": "2023-09-02"})
        return person

    async def _ok(
        self, role: str, method: str, path: str, body: dict[str, Any], name: str | None = None
    ) -> dict[str, Any]:
        """Give a command until it is accepted: what it builds on may take a moment to arrive."""
        headers = {"Authorization": f"Bearer {self._tokens[role]}"}
        headers |= {} if name is None else {"X-Correlation-Id": name, "Idempotency-Key": name}
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                answer = await self._http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:  # a connection that was closed as it was used again: its key makes it safe
                if name is None or time.monotonic() > until:
                    raise
                continue
            if answer.is_success:
                return dict(answer.json())
            if time.monotonic() > until:
                raise RefusedTooLongError(f"{method} {path}: {answer.status_code} {answer.text}", answer.status_code)
            await asyncio.sleep(float(answer.headers.get("Retry-After", 0.2)))


async def _is(true: bool) -> bool:
    return true


def _short(error: Exception) -> str:
    """Return what refused a command in a word: two of one kind are one line of the table."""
    return str(error.code) if isinstance(error, RefusedTooLongError) else type(error).__name__
