"""The environment of the services in the local stack, with keys that are made at every start and kept nowhere.

Guards that a local key can never be a production key: nothing is read from a file, and the one file that is written,
for an operator of this stack, is readable by its owner only and gone with the stack.
"""

import base64
import os
import secrets
import shlex
from collections.abc import Mapping
from pathlib import Path

from shared.settings import KEY_BYTES, variable
from shared.testing.provider import AUDIENCE, OpenIdProvider
from shared.testing.servers import Broker, Server

ROOT = Path(__file__).parents[2]


def service_environments(
    broker: Broker, databases: Mapping[str, Server], provider: OpenIdProvider
) -> dict[str, dict[str, str]]:
    """Return what each service is told: the same keys, a database of its own; a new call makes new keys."""
    known: Mapping[str, str] = {
        "brokers": broker.url,
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
    everybody = {"PYTHONPATH": str(ROOT), **{variable(name): value for name, value in known.items()}}
    return {service: {**everybody, variable("mongo_url"): database.url} for service, database in databases.items()}


def write_for_operators(environment: Mapping[str, str], path: Path) -> None:
    """Write an environment as a shell reads it, for its owner's eyes only."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w") as file:
        file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in environment.items())


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
