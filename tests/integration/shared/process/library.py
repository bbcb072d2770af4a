"""A service of the least kind, to be run as a real process by the tests of the runner."""

import asyncio
import os
import sys

from fastapi import FastAPI

from shared.auth import Authenticator
from shared.mongo import Database
from shared.service import Service, main
from shared.settings import ServiceSettings
from shared.web import Caller, create_api


class Quiet:
    """A part that does nothing until its time is over, as the environment wants it."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def start(self) -> None:
        if os.environ.get("TOY_CRASH") == self.name:
            raise RuntimeError("Adeola Canary")

    async def stop(self) -> None:
        sys.stderr.write(f"stopping {self.name}\n")
        if os.environ.get("TOY_HANG") == self.name:
            await asyncio.Event().wait()

    def ready(self) -> str | None:
        return None

    async def wait(self) -> None:
        await asyncio.Event().wait()


def build(settings: ServiceSettings) -> Service:
    database = Database(settings.mongo_url, settings.database_name("library"))
    authenticator = Authenticator(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url)

    async def prepare() -> None:
        await database.ping()

    def api() -> FastAPI:
        app = create_api("library", title="t", description="d", authenticator=authenticator, database=database)

        @app.get("/library/v1/slow")
        async def slow() -> dict[str, bool]:
            sys.stderr.write("slow begins\n")
            while not app.state.health.draining:  # noqa: ASYNC110 - a flag is all there is
                await asyncio.sleep(0.01)
            return {"done": True}

        @app.get("/library/v1/me")
        async def me(identity: Caller) -> dict[str, object]:
            return {
                "subject": identity.subject,
                "organisation": identity.organisation,
                "roles": sorted(identity.roles),
            }

        return app

    return Service("library", database, api, lambda: [Quiet("worker")], lambda: Quiet("relay"), prepare)


if __name__ == "__main__":
    main("library", ServiceSettings, build)
