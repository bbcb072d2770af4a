"""The HTTP APIs of the four services as OpenAPI documents, made without starting anything.

Guards that the committed description of an API is the one its code answers with.
"""

from importlib import import_module
from typing import Any

from shared.topics import SERVICES

_SETTINGS = {
    "brokers": "127.0.0.1:1",
    "mongo_url": "mongodb://127.0.0.1:1/?replicaSet=none",
    "oidc_issuer": "https://identity.example",
    "oidc_audience": "groundswell",
    "oidc_jwks_url": "https://identity.example/jwks",
    "deployment_key": bytes(32),
    "identifier_key": bytes(32),
}
"""Nothing is ever asked at these addresses: only routes are read."""


def openapis() -> dict[str, dict[str, Any]]:
    """Return each service's document."""
    return {service: _openapi(service) for service in SERVICES}


def _openapi(service: str) -> dict[str, Any]:
    settings = import_module(f"services.{service}.settings").Settings(**_SETTINGS)
    built = import_module(f"services.{service}.app").build(settings)
    description: dict[str, Any] = built.api().openapi()
    return description
