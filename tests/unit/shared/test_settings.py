"""A process starts with everything it needs or says all that it lacks (docs/operations.md)."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings, read

RIGHT = {
    "GROUNDSWELL_BROKERS": "kafka-1:9092",
    "GROUNDSWELL_MONGO_URL": "mongodb://db-1/?replicaSet=rs0",
    "GROUNDSWELL_OIDC_ISSUER": "https://id.example.org",
    "GROUNDSWELL_OIDC_AUDIENCE": "groundswell",
    "GROUNDSWELL_OIDC_JWKS_URL": "https://id.example.org/keys",
    "GROUNDSWELL_DEPLOYMENT_KEY": base64.b64encode(b"d" * 32).decode(),
    "GROUNDSWELL_IDENTIFIER_KEY": base64.b64encode(b"i" * 32).decode(),
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ServiceSettings.model_fields:
        monkeypatch.delenv(f"GROUNDSWELL_{name.upper()}", raising=False)
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        read(ServiceSettings)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_complete_environment_is_read(environment: Any) -> None:
    settings = read(ServiceSettings, port=9000, health_port=None)

    assert settings.deployment_key == b"d" * 32
    assert (settings.port, settings.health_port, settings.host) == (9000, 8081, "127.0.0.1")
    assert (settings.environment, settings.idempotent_producer) == ("production", True)


def test_everything_that_is_missing_is_named_at_once(environment: Any, capsys: pytest.CaptureFixture[str]) -> None:
    for name in RIGHT:
        environment.delenv(name)

    text = complaint(capsys)

    assert [name for name in RIGHT if f"{name}: is not set; set it to " not in text] == []


def test_missing_and_wrong_values_are_named_together(environment: Any, capsys: pytest.CaptureFixture[str]) -> None:
    environment.delenv("GROUNDSWELL_BROKERS")
    environment.setenv("GROUNDSWELL_PORT", "eighty")
    environment.setenv("GROUNDSWELL_LOG_LEVEL", "loud")

    lines = complaint(capsys).splitlines()

    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        "GROUNDSWELL_BROKERS",
        "GROUNDSWELL_PORT",
        "GROUNDSWELL_LOG_LEVEL",
    ]


@pytest.mark.parametrize("name", ["DEPLOYMENT_KEY", "IDENTIFIER_KEY", "MONGO_URL", "PORT"])
def test_a_wrong_value_is_never_repeated(environment: Any, capsys: pytest.CaptureFixture[str], name: Any) -> None:
    environment.setenv(f"GROUNDSWELL_{name}", "c2VjcmV0LWNhbmFyeQ==")

    text = complaint(capsys)

    assert f"GROUNDSWELL_{name}" in text
    assert "c2VjcmV0LWNhbmFyeQ" not in text
    assert "secret-canary" not in text


def test_the_error_itself_hides_its_values_too(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GROUNDSWELL_MONGO_URL", "postgres://ada:secret-canary@db")

    with pytest.raises(ValidationError) as raised:
        ServiceSettings()
    assert "secret-canary" not in str(raised.value)


@pytest.mark.parametrize("key", ["", "short", "!!!!", base64.b64encode(b"x" * 31).decode(), "d" * 32])
def test_a_key_is_32_bytes_in_base64(environment: Any, capsys: pytest.CaptureFixture[str], key: Any) -> None:
    environment.setenv("GROUNDSWELL_DEPLOYMENT_KEY", key)

    assert "openssl rand -base64 32" in complaint(capsys)


def test_secrets_do_not_show_when_settings_are_printed(environment: Any) -> None:
    shown = repr(read(ServiceSettings)) + str(read(ServiceSettings))

    assert "dddd" not in shown
    assert "iiii" not in shown
    assert "db-1" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_ISSUER", "http://id.example.org"),
        ("OIDC_JWKS_URL", "http://id.example.org/keys"),
        ("IDEMPOTENT_PRODUCER", "false"),
    ],
)
def test_what_only_a_local_stack_may_do_is_refused_in_production(
    environment: Any, capsys: pytest.CaptureFixture[str], name: Any, value: Any
) -> None:
    environment.setenv(f"GROUNDSWELL_{name}", value)

    assert f"GROUNDSWELL_{name}" in complaint(capsys)

    environment.setenv("GROUNDSWELL_ENVIRONMENT", "local")
    assert read(ServiceSettings).environment == "local"


def test_a_service_has_a_database_of_its_own(environment: Any) -> None:
    environment.setenv("GROUNDSWELL_DATABASE_PREFIX", "north-")

    assert read(ServiceSettings).database_name("enrolment") == "north-enrolment"
