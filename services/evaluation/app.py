"""The composition root: the only place where the parts of evaluation are built and joined.

Guards that everything which reads, folds or rebuilds a projection takes it from one list.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import FastAPI

from services.evaluation import consumers, store
from services.evaluation.api import DESCRIPTION, TAGS, router
from services.evaluation.projections import ParticipationProjection, ProjectsProjection
from services.evaluation.queries.reads import Views
from services.evaluation.settings import Settings
from services.evaluation.store import ErasureStore
from shared import inbox, outbox
from shared.auth import Authenticator
from shared.bus import Bus, Publisher
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import StoreDoor
from shared.projector import Projection, Projector, View, rebuild
from shared.relay import SEND_SECONDS, Relay
from shared.service import Runnable, Service, Tool
from shared.topics import Topics
from shared.web import create_api

NAME = "evaluation"
PROJECTIONS: Mapping[str, Callable[[], Projection[Any, Any]]] = {
    ParticipationProjection.name: ParticipationProjection,
    ProjectsProjection.name: ProjectsProjection,
}
"""Every projection by its name, as `rebuild` is told it."""
INDEXES = {**outbox.INDEXES, **inbox.INDEXES, **store.INDEXES}


@dataclass(frozen=True)
class Evaluation:
    """The parts of evaluation, each built when it is first needed."""

    settings: Settings

    @cached_property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.settings.topic_prefix)

    @cached_property
    def database(self) -> Database:
        """Figures, positions and confirmations."""
        return Database(self.settings.mongo_url, self.settings.database_name(NAME))

    @cached_property
    def door(self) -> StoreDoor:
        """The way to save a confirmation."""
        return StoreDoor(self.database, NAME, topics=self.topics)

    @cached_property
    def views(self) -> Views:
        """The projections that can be read."""
        return Views(
            participation=View(self.database, PROJECTIONS["participation"]()),
            projects=View(self.database, PROJECTIONS["projects"]()),
        )

    def api(self) -> FastAPI:
        """Return the HTTP API."""
        settings = self.settings
        api = create_api(
            NAME,
            title="Evaluation",
            description=DESCRIPTION,
            authenticator=Authenticator(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url),
            database=self.database,
            backlog=self.door.backlog.waiting,
            routers=[router],
            tags=TAGS,
        )
        api.state.views = self.views
        return api

    def workers(self) -> Sequence[Runnable]:
        """Return what consumes: a projector for each projection, and the bus with its reaction."""
        settings = self.settings
        bus = Bus(
            settings.brokers,
            service=NAME,
            database=self.database,
            topics=self.topics,
            idempotent=settings.idempotent_producer,
        )
        consumers.register(bus, self.topics, ErasureStore(self.database, self.door), self.views.participation)
        projectors = [
            Projector(
                self.database,
                projection(),
                bus.dead_letters,
                brokers=settings.brokers,
                topics=self.topics,
                service=NAME,
            )
            for projection in PROJECTIONS.values()
        ]
        return [*projectors, bus]

    def relay(self) -> Runnable:
        """Return what sends the outbox."""
        settings = self.settings
        publisher = Publisher(settings.brokers, idempotent=settings.idempotent_producer, seconds=SEND_SECONDS)
        return Relay(self.database, publisher, Leases(self.database), NAME)

    async def prepare(self) -> None:
        """Make collections and indexes; may be run at any time."""
        await self.database.ensure_indexes(INDEXES)


def build(settings: Settings) -> Service:
    """Return evaluation, ready to be run in parts or as a whole."""
    evaluation = Evaluation(settings)
    return Service(
        name=NAME,
        database=evaluation.database,
        api=evaluation.api,
        workers=evaluation.workers,
        relay=evaluation.relay,
        prepare=evaluation.prepare,
    )


def _rebuild_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("projection", choices=sorted(PROJECTIONS), help="which projection")
    parser.add_argument(
        "--accept", action="store_true", help="make the new one live even where it differs from the old one"
    )


async def _rebuild(settings: Settings, chosen: argparse.Namespace) -> int:
    """Rebuild a projection beside the live one; exit code 1 when they differ and the new one was not accepted."""
    parts = Evaluation(settings)
    try:
        result = await rebuild(
            parts.database,
            PROJECTIONS[chosen.projection](),
            brokers=settings.brokers,
            topics=parts.topics,
            progress=_say_progress,
            accept=chosen.accept,
        )
    finally:
        await parts.database.close()
    if result.different:
        sys.stderr.write(f"\npartitions that differ from the live projection: {list(result.different)}\n")
    outcome = "it is live now" if result.flipped else "it was kept aside; --accept makes it live"
    sys.stdout.write(f"generation {result.generation}: {result.records} records folded; {outcome}\n")
    return 0 if result.flipped else 1


def _say_progress(done: int, total: int) -> None:
    """Show progress on one line of standard error."""
    sys.stderr.write(f"\r{done} of {total} records folded")
    sys.stderr.flush()


REBUILD = Tool(
    help="fold a projection anew from the start of the log, compare it with the live one, and replace it",
    arguments=_rebuild_arguments,
    run=_rebuild,
)
