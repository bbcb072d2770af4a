"""The composition root: the only place where the parts of enrolment are built and joined.

Guards that a process starts only with a catalogue that is right as a whole, and that the cohorts are stated before
anybody can enrol in one.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI

from services.enrolment import handlers, store
from services.enrolment.api import TAGS, routers
from services.enrolment.api.parts import Parts
from services.enrolment.consumers import react
from services.enrolment.domain.catalogue import Catalogue, read_catalogue
from services.enrolment.domain.source import CatalogueError
from services.enrolment.queries import Reads
from services.enrolment.settings import Settings
from services.enrolment.store import Keeping, RegionStore, Store
from shared import audit, clock, inbox, outbox, vault
from shared.audit import Audit
from shared.auth import Authenticator
from shared.bus import Bus, Publisher
from shared.events.ids import OrganisationId
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import Because, StoreDoor
from shared.relay import SEND_SECONDS, Relay
from shared.service import Runnable, Service
from shared.settings import WRONG_SETTINGS
from shared.topics import Topics
from shared.vault import Vault
from shared.web import create_api

NAME = "enrolment"
DESCRIPTION = """\
Programmes and their cohorts, and the people who apply to them, enrol, withdraw, move and ask to be forgotten.

Everything about people is of the organisation in the caller's token; anybody else's is not found. Every command can be
sent again with the same `Idempotency-Key`: it then takes effect once."""


@dataclass(frozen=True)
class Enrolment:
    """The parts of the service, each built when it is first needed."""

    settings: Settings
    catalogue: Catalogue

    @cached_property
    def topics(self) -> Topics:
        """The names of the topics."""
        return Topics(self.settings.topic_prefix)

    @cached_property
    def keeping(self) -> Keeping:
        """What the stores are made of."""
        database = Database(self.settings.mongo_url, self.settings.database_name(NAME))
        door = StoreDoor(database, NAME, topics=self.topics)
        key = self.settings.deployment_key
        return Keeping(
            database=database,
            door=door,
            vault=Vault(database, NAME, key),
            audit=Audit(database, door, key),
            identifier_key=self.settings.identifier_key,
        )

    def api(self) -> FastAPI:
        """Return the HTTP API."""
        settings, door = self.settings, self.keeping.door
        api = create_api(
            NAME,
            title="Enrolment",
            description=DESCRIPTION,
            authenticator=Authenticator(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url),
            database=self.keeping.database,
            backlog=door.backlog.waiting,
            routers=routers(),
            tags=TAGS,
        )
        api.state.enrolment = Parts(self.catalogue, self._store, self._reads, clock.now)
        return api

    def workers(self) -> Sequence[Runnable]:
        """Return what consumes."""
        settings = self.settings
        bus = Bus(
            settings.brokers,
            service=NAME,
            database=self.keeping.database,
            topics=self.topics,
            idempotent=settings.idempotent_producer,
        )
        react(bus, self.topics, RegionStore(self.keeping), clock.now)
        return [bus]

    def relay(self) -> Runnable:
        """Return what sends the outbox."""
        settings = self.settings
        publisher = Publisher(settings.brokers, idempotent=settings.idempotent_producer, seconds=SEND_SECONDS)
        return Relay(self.keeping.database, publisher, Leases(self.keeping.database), NAME)

    async def prepare(self) -> None:
        """Make collections and indexes, and state the cohorts whose content has changed; may be run at any time."""
        kernel = {**outbox.INDEXES, **inbox.INDEXES, **vault.INDEXES, **audit.INDEXES}
        await self.keeping.database.ensure_indexes({**kernel, **store.INDEXES})
        because = Because(correlation_id="catalogue", causation_id=None, organisation="region", actor="catalogue")
        await handlers.state_cohorts(RegionStore(self.keeping), self.catalogue, because)

    def _store(self, organisation: OrganisationId) -> Store:
        return Store(self.keeping, organisation)

    def _reads(self, organisation: OrganisationId) -> Reads:
        return Reads(self.keeping.database, self.keeping.vault, self.keeping.audit, organisation)


def build(settings: Settings) -> Service:
    """Return the service. A catalogue with faults ends the process, with every fault named."""
    try:
        catalogue = read_catalogue(catalogue_files(settings.catalogue))
    except CatalogueError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(WRONG_SETTINGS) from None
    parts = Enrolment(settings, catalogue)
    return Service(
        name=NAME,
        database=parts.keeping.database,
        api=parts.api,
        workers=parts.workers,
        relay=parts.relay,
        prepare=parts.prepare,
    )


def catalogue_files(folder: Path) -> dict[str, str]:
    """Return the texts of a catalogue's files by their names relative to its folder."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.yaml"))}
