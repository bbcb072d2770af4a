"""Puts the tracker together; the only place where its parts are built.

Guards that API, worker and relay of one process share one database and one store door.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI

from services.recap_tracker import consumers, store
from services.recap_tracker.api import DESCRIPTION, ROUTERS, TAGS
from services.recap_tracker.settings import Settings
from services.recap_tracker.store import Keeping
from shared import inbox, outbox
from shared.auth import Authenticator
from shared.bus import Bus, Publisher
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import StoreDoor
from shared.relay import SEND_SECONDS, Relay
from shared.service import Runnable, Service
from shared.topics import Topics
from shared.web import create_api

NAME = "recap_tracker"
INDEXES = {**outbox.INDEXES, **inbox.INDEXES, **store.INDEXES}


@dataclass(frozen=True)
class Tracker:
    """The parts of the tracker, built over one database and one store door."""

    settings: Settings
    keeping: Keeping
    topics: Topics

    def api(self) -> FastAPI:
        """Return the HTTP application."""
        settings = self.settings
        api = create_api(
            NAME,
            title="RECAP tracker",
            description=DESCRIPTION,
            authenticator=Authenticator(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url),
            database=self.keeping.database,
            backlog=self.keeping.door.backlog.waiting,
            routers=ROUTERS,
            tags=TAGS,
        )
        api.state.keeping = self.keeping
        return api

    def workers(self) -> Sequence[Runnable]:
        """Return the bus with its reaction."""
        idempotent = self.settings.idempotent_producer
        bus = Bus(
            self.settings.brokers,
            service=NAME,
            database=self.keeping.database,
            topics=self.topics,
            idempotent=idempotent,
        )
        consumers.register(bus, self.topics, store.RegionStore(self.keeping))
        return [bus]

    def relay(self) -> Runnable:
        """Return the relay of this service's outbox."""
        settings = self.settings
        publisher = Publisher(settings.brokers, idempotent=settings.idempotent_producer, seconds=SEND_SECONDS)
        return Relay(self.keeping.database, publisher, Leases(self.keeping.database), NAME)

    async def prepare(self) -> None:
        """Create collections and indexes; may be run again at any time."""
        await self.keeping.database.ensure_indexes(INDEXES)


def build(settings: Settings) -> Service:
    """Return the tracker, ready to be run in parts or as a whole."""
    topics = Topics(settings.topic_prefix)
    database = Database(settings.mongo_url, settings.database_name(NAME))
    tracker = Tracker(settings, Keeping(database, StoreDoor(database, NAME, topics=topics)), topics)
    return Service(
        name=NAME,
        database=database,
        api=tracker.api,
        workers=tracker.workers,
        relay=tracker.relay,
        prepare=tracker.prepare,
    )
