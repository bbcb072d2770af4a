"""The environment of the services in the local stack, with keys that are made at every start and kept nowhere.

Guards that a local key can never be a production key: nothing here is read from a file or written to one.
"""

import base64
import secrets
from collections.abc import Mapping
from pathlib import Path

from shared.settings import KEY_BYTES, variable
from shared.testing.provider import AUDIENCE, OpenIdProvider
from shared.testing.servers import Broker, Server

ROOT = Path(__file__).parents[2]


def service_environment(broker: Broker, database: Server, provider: OpenIdProvider) -> dict[str, str]:
    """Return what every service of one stack is told; a new call makes new keys."""
    known: Mapping[str, str] = {
        "brokers": broker.url,
        "mongo_url": database.url,
        "topic_prefix": "",
        "database_prefix": "",
        "oidc_issuer": provider.issuer,
        "oidc_audience": AUDIENCE,
        "oidc_jwks_url": provider.jwks_url,
        "deployment_key": _new_key(),
        "identifier_key": _new_key(),
        "host": "127.0.0.1",
        "idempotent_producer": str(broker.idempotent_producer).lower(),
        "environment": "local",
    }
    return {"PYTHONPATH": str(ROOT), **{variable(name): value for name, value in known.items()}}


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
