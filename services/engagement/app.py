"""Puts engagement together; the only place where its parts are built.

Guards that API, worker and relay of one process share one database and one store door.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI

from services.engagement import consumers, store
from services.engagement.api import DESCRIPTION, ROUTERS, TAGS
from services.engagement.api.callers import Parts
from services.engagement.handlers.desk import Desk
from services.engagement.settings import Settings
from services.engagement.store import Reading, Store
from shared import audit, clock, inbox, outbox, vault
from shared.audit import Audit
from shared.auth import Authenticator
from shared.bus import Bus, Publisher
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import StoreDoor
from shared.relay import SEND_SECONDS, Relay
from shared.service import Runnable, Service
from shared.topics import Topics
from shared.vault import Vault
from shared.web import create_api

NAME = "engagement"
INDEXES = {**outbox.INDEXES, **inbox.INDEXES, **vault.INDEXES, **audit.INDEXES, **store.INDEXES}


@dataclass(frozen=True)
class Engagement:
    """The parts of engagement, built over one database and one store door."""

    settings: Settings
    database: Database
    door: StoreDoor
    desk: Desk
    topics: Topics

    def api(self) -> FastAPI:
        """Return the HTTP application."""
        settings = self.settings
        api = create_api(
            NAME,
            title="Engagement",
            description=DESCRIPTION,
            authenticator=Authenticator(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url),
            database=self.database,
            backlog=self.door.backlog.waiting,
            routers=ROUTERS,
            tags=TAGS,
        )
        api.state.engagement = Parts(self.desk, self.database, clock.now)
        return api

    def workers(self) -> Sequence[Runnable]:
        """Return the bus with its reactions."""
        idempotent = self.settings.idempotent_producer
        bus = Bus(
            self.settings.brokers, service=NAME, database=self.database, topics=self.topics, idempotent=idempotent
        )
        consumers.register(bus, self.topics, self.desk)
        return [bus]

    def relay(self) -> Runnable:
        """Return the relay of this service's outbox."""
        settings = self.settings
        publisher = Publisher(settings.brokers, idempotent=settings.idempotent_producer, seconds=SEND_SECONDS)
        return Relay(self.database, publisher, Leases(self.database), NAME)

    async def prepare(self) -> None:
        """Create collections and indexes; may be run again at any time."""
        await self.database.ensure_indexes(INDEXES)


def desk_over(database: Database, door: StoreDoor, deployment_key: bytes, identifier_key: bytes) -> Desk:
    """Return what the handlers work with, over one database."""
    return Desk(
        store=Store(Reading(database), door),
        vault=Vault(database, NAME, deployment_key),
        audit=Audit(database, door, deployment_key),
        identifier_key=identifier_key,
    )


def build(settings: Settings) -> Service:
    """Return engagement, ready to be run in parts or as a whole."""
    topics = Topics(settings.topic_prefix)
    database = Database(settings.mongo_url, settings.database_name(NAME))
    door = StoreDoor(database, NAME, topics=topics)
    desk = desk_over(database, door, settings.deployment_key, settings.identifier_key)
    engagement = Engagement(settings, database, door, desk, topics)
    return Service(
        name=NAME,
        database=database,
        api=engagement.api,
        workers=engagement.workers,
        relay=engagement.relay,
        prepare=engagement.prepare,
    )
