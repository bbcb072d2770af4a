"""A region for evaluation's tests: its real parts, and what the other services would have said on the stream."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.evaluation.app import NAME, Evaluation
from services.evaluation.settings import Settings
from shared.auth import Identity
from shared.bus import Bus, Publisher
from shared.errors import UnauthenticatedError
from shared.events import Envelope, Fact, parse
from shared.projector import View
from shared.service import Runnable
from shared.testing.servers import Broker
from shared.testing.settling import settle
from shared.testing.stream import Follower, projection, reaction
from shared.topics import Topics
from tests.unit.evaluation.stories import wire

KEY = b"k" * 32


class Doorman:
    """Takes `organisation:role` for a token; the real check is tested where it lives."""

    async def identify(self, token: str) -> Identity:
        organisation, _, role = token.partition(":")
        if not role:
            raise UnauthenticatedError(reason="the token cannot be read")
        return Identity(f"somebody-at-{organisation}", organisation, frozenset({role}))


@dataclass
class World:
    """Evaluation on a database and, where a test has one, a broker."""

    mongo_url: str
    database_prefix: str
    broker: Broker | None = None
    topics: Topics = field(default_factory=Topics)

    def __post_init__(self) -> None:
        self.parts = Evaluation(
            Settings(
                brokers="127.0.0.1:1" if self.broker is None else self.broker.url,
                mongo_url=self.mongo_url,
                database_prefix=self.database_prefix,
                topic_prefix=self.topics.prefix,
                oidc_issuer="http://127.0.0.1:1",
                oidc_audience="groundswell",
                oidc_jwks_url="http://127.0.0.1:1/jwks",
                deployment_key=KEY,
                identifier_key=KEY,
                environment="local",
                idempotent_producer=self.broker is not None and self.broker.idempotent_producer,
            )
        )
        self.database = self.parts.database

    @asynccontextmanager
    async def asking(self, organisation: str = "R0A", role: str = "evaluator") -> AsyncIterator[httpx.AsyncClient]:
        """Speak to the API for an organisation."""
        api = self.parts.api()
        api.state.authenticator = Doorman()
        headers = {"Authorization": f"Bearer {organisation}:{role}"}
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://here/{NAME}/v1", headers=headers) as http:
            yield http

    async def table(self, question: str, organisation: str = "R0A", /, **wanted: str) -> dict[str, Any]:
        """Return what an organisation's evaluator is answered."""
        async with self.asking(organisation) as http:
            answer = await http.get(f"/{question}", params=wanted)
            assert answer.status_code == 200, answer.text
            body: dict[str, Any] = answer.json()
            return body

    async def cells(self, question: str, organisations: Iterable[str]) -> dict[tuple[str, ...], Mapping[str, int]]:
        """Return all rows of some organisations as cells, without noughts."""
        found = {}
        for organisation in organisations:
            for row in (await self.table(question, organisation))["rows"]:
                place = (row["programme"], row["cohort"], organisation, *([row["group"]] if "group" in row else []))
                found[place] = {name: figure for name, figure in row["figures"].items() if figure}
        return found

    async def say(self, facts: Sequence[Fact | tuple[str, str, bytes]]) -> None:
        """Publish facts, or any bytes as (service, key, value); all at once, since no projection minds their order."""
        assert self.broker is not None
        publisher = Publisher(self.broker.url, idempotent=self.broker.idempotent_producer)
        said = [fact if isinstance(fact, tuple) else spoken(fact) for fact in facts]
        rows = [
            {"_id": str(number), "topic": self.topics.events(service), "key": key, "value": value, "headers": []}
            for number, (service, key, value) in enumerate(said)
        ]
        assert len(await publisher.publish(rows)) == len(rows)
        await publisher.close()

    @asynccontextmanager
    async def running(self, workers: Sequence[Runnable]) -> AsyncIterator[None]:
        """Let workers run while the block does."""
        for worker in workers:
            await worker.start()
        try:
            yield
        finally:
            for worker in workers:
                await worker.stop()

    async def settled(self, workers: Sequence[Runnable]) -> None:
        """Wait until the workers have come to the end of what they read."""
        assert self.broker is not None
        projectors = [worker for worker in workers if not isinstance(worker, Bus)]
        followers = [self.follower("participation"), self.follower("projects")] if projectors else []
        if len(projectors) < len(workers):
            group = f"{self.topics.prefix}{NAME}.erasure"
            followers.append(reaction(self.broker.url, group, [self.topics.events("enrolment")]))
        await settle(self.broker.url, followers=followers, workers=workers, deadline=90)

    def follower(self, name: str) -> Follower:
        """Return a projection to be waited for."""
        view: View = getattr(self.parts.views, name)
        services = {"participation": ("enrolment", "engagement"), "projects": ("recap_tracker",)}[name]
        return projection(name, view.as_of, [self.topics.events(service) for service in services])

    async def waiting(self) -> list[Envelope]:
        """Return what waits to be sent."""
        rows = await self.database.collection("outbox").find().sort([("at", 1)]).to_list(None)
        return [parse(row["value"]) for row in rows]


def spoken(fact: Fact) -> tuple[str, str, bytes]:
    """Return which service says a fact, under which key, and the bytes."""
    key = str(getattr(fact, "participant", None) or getattr(fact, "project", None))
    return fact.topic.removesuffix(".events"), key, wire(fact)
