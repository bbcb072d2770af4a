"""What every service needs from its environment, read once at the door.

Guards that a process starts with everything it needs or not at all: one error names every missing or wrong variable and
says what to do about it, and never repeats a value, because some of them are secrets.
"""

import base64
import binascii
import sys
from typing import Annotated, Any, Literal, NoReturn, Self, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "GROUNDSWELL_"
KEY_BYTES = 32
WRONG_SETTINGS = 2
"""The exit code of a process whose environment is not complete."""


def _key(value: object) -> object:
    """Return the bytes of a key written in base64."""
    if isinstance(value, bytes):
        return value
    try:
        key = base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"is a key of {len(key)} bytes, not {KEY_BYTES}")
    return key


Key = Annotated[bytes, BeforeValidator(_key)]
"""32 random bytes, written in base64 in the environment."""


class ServiceSettings(BaseSettings):
    """Settings of every service; a service adds its own by inheriting."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", validate_default=True, hide_input_in_errors=True
    )

    brokers: str = Field(min_length=1, description="the Kafka brokers, for example kafka-1:9092,kafka-2:9092")
    mongo_url: str = Field(
        pattern=r"^mongodb(\+srv)?://",
        repr=False,
        description="the MongoDB replica set, for example mongodb://db-1,db-2/?replicaSet=rs0",
    )
    topic_prefix: str = Field(default="", description="a prefix for all topics, for a second installation")
    database_prefix: str = Field(default="", description="a prefix for all databases, for a second installation")
    oidc_issuer: str = Field(
        pattern=r"^https?://", description="the issuer that tokens must name, exactly as the provider writes it"
    )
    oidc_audience: str = Field(min_length=1, description="the audience that tokens must name")
    oidc_jwks_url: str = Field(pattern=r"^https?://", description="where the provider publishes its keys")
    deployment_key: Key = Field(
        repr=False, description="32 random bytes in base64 that wrap personal keys: openssl rand -base64 32"
    )
    identifier_key: Key = Field(
        repr=False,
        description="32 random bytes in base64 that match external identifiers, the same for all services: "
        "openssl rand -base64 32",
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on; 0.0.0.0 in a container")
    port: int = Field(default=8080, ge=0, le=65535, description="the port of the API; 0 takes a free one")
    health_port: int = Field(
        default=8081, ge=0, le=65535, description="the port of a worker's or relay's health pages; 0 takes a free one"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least serious log lines to write"
    )
    idempotent_producer: bool = Field(
        default=True, description="true, unless the local broker lacks idempotent producers"
    )
    environment: Literal["production", "local"] = Field(
        default="production", description="production, or local for a machine of one's own"
    )

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        """Refuse in production what only a local stack may do."""
        if self.environment == "production":
            insecure = [
                name for name in ("oidc_issuer", "oidc_jwks_url") if not str(getattr(self, name)).startswith("https://")
            ]
            if insecure:
                variables = " and ".join(variable(name) for name in insecure)
                raise ValueError(f"{variables} must begin with https:// in production")
            if not self.idempotent_producer:
                raise ValueError(f"{variable('idempotent_producer')} must be true in production")
        return self

    def database_name(self, service: str) -> str:
        """Return the name of a service's database."""
        return f"{self.database_prefix}{service}"


S = TypeVar("S", bound=BaseSettings)


def read(settings: type[S], **given: Any) -> S:
    """Return the settings; `given` (not None) prevails over the environment.

    If anything is missing or wrong, print all of it to standard error and end the process with exit code 2.
    """
    try:
        return settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        _end(describe(settings, error))


def describe(settings: type[BaseSettings], error: ValidationError) -> str:
    """Return one text that names every missing or wrong variable and what to do, without any value."""
    lines = ["The environment is not complete; nothing was started."]
    for problem in error.errors(include_input=False, include_url=False, include_context=False):
        reason = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            lines.append(f"  {reason}")
            continue
        name = str(problem["loc"][0])
        field = settings.model_fields.get(name)
        reason = "is not set" if problem["type"] == "missing" else reason[:1].lower() + reason[1:]
        lines.append(f"  {variable(name)}: {reason}; set it to {field.description if field else 'a right value'}")
    return "\n".join(lines)


def variable(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _end(message: str) -> NoReturn:
    sys.stderr.write(message + "\n")
    raise SystemExit(WRONG_SETTINGS)
