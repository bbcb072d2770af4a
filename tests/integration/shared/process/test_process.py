"""A service as a real process: its command line, its signals, its pages (docs/operations.md)."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.testing.provider import OpenIdProvider

ROOT = Path(__file__).parents[4]
LIBRARY = Path(__file__).parent / "library.py"
KEY = base64.b64encode(b"k" * 32).decode()


class Process:
    """A running service; its log lines as they come."""

    def __init__(self, arguments: list[str], environment: dict[str, str]) -> None:
        self.child = subprocess.Popen(
            [sys.executable, str(LIBRARY), *arguments],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | environment,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.child.stderr is not None
        for line in self.child.stderr:
            self.lines.append(line.rstrip())

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
            if self.child.poll() is not None:
                self._reader.join(5)
                pytest.fail(f"the process ended early: {self.lines}")
            threading.Event().wait(0.02)
        return pytest.fail(f"waited in vain: {self.lines}")

    def said(self, text: str) -> str | None:
        return next((line for line in list(self.lines) if text in line), None)

    @property
    def url(self) -> str:
        line = self.wait_for(lambda: self.said('"listening"'))
        return f"http://127.0.0.1:{json.loads(line)['port']}"

    def ready(self) -> "Process":
        self.wait_for(lambda: httpx.get(f"{self.url}/readyz").status_code == 200)
        return self

    def end(self, number: int = signal.SIGTERM) -> int:
        self.child.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        code = self.child.wait(30)
        self._reader.join(5)
        return code


@pytest.fixture
def environment(mongo_url: str, database_prefix: str, provider: OpenIdProvider) -> dict[str, str]:
    return {
        "GROUNDSWELL_BROKERS": "127.0.0.1:1",
        "GROUNDSWELL_MONGO_URL": mongo_url,
        "GROUNDSWELL_DATABASE_PREFIX": database_prefix,
        "GROUNDSWELL_OIDC_ISSUER": provider.issuer,
        "GROUNDSWELL_OIDC_AUDIENCE": "groundswell",
        "GROUNDSWELL_OIDC_JWKS_URL": provider.jwks_url,
        "GROUNDSWELL_DEPLOYMENT_KEY": KEY,
        "GROUNDSWELL_IDENTIFIER_KEY": KEY,
        "GROUNDSWELL_ENVIRONMENT": "local",
        "GROUNDSWELL_PORT": "0",
        "GROUNDSWELL_HEALTH_PORT": "0",
    }


@pytest.fixture
def start(environment: dict[str, str]) -> Iterator[Callable[..., Process]]:
    running: list[Process] = []

    def begin(*arguments: str, **more: str) -> Process:
        running.append(Process(list(arguments), environment | more))
        return running[-1]

    yield begin
    for process in running:
        process.child.kill()
        process.child.wait()
        process._reader.join(5)
        for stream in (process.child.stdout, process.child.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize("part", ["run", "api", "worker", "relay"])
def test_every_part_has_the_health_pages_and_stops_when_asked(start: Callable[..., Process], part: str) -> None:
    process = start(part).ready()
    pages = [httpx.get(f"{process.url}{page}").status_code for page in ("/livez", "/readyz", "/metrics")]

    assert pages == [200, 200, 200]
    assert process.end() == 0
    assert process.said('"stopped"')


def test_everything_stops_in_order(start: Callable[..., Process]) -> None:
    process = start("run").ready()

    assert process.end(signal.SIGINT) == 0
    assert [line for line in process.lines if line.startswith("stopping")] == ["stopping worker", "stopping relay"]


def test_a_request_in_hand_is_answered_before_the_process_ends(start: Callable[..., Process]) -> None:
    process = start("api").ready()
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(f"{process.url}/library/v1/slow")))
    asking.start()
    process.wait_for(lambda: process.said("slow begins"))
    code = process.end()
    asking.join(10)

    assert (code, [answer.json() for answer in answers]) == (0, [{"done": True}])


def test_a_body_in_chunks_is_refused_beyond_the_limit(start: Callable[..., Process]) -> None:
    process = start("api").ready()
    chunks = (b"x" * 1024 for _ in range(500))
    answer = httpx.post(f"{process.url}/library/v1/loans", content=chunks)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_the_second_signal_ends_the_process_at_once(start: Callable[..., Process]) -> None:
    process = start("worker", TOY_HANG="worker").ready()
    process.child.send_signal(signal.SIGTERM)
    process.wait_for(lambda: process.said("stopping worker"))
    asked = time.monotonic()

    assert process.end() == 1
    assert time.monotonic() - asked < 5


def test_a_part_that_fails_ends_the_process_and_says_no_more_than_where(start: Callable[..., Process]) -> None:
    process = start("worker", TOY_CRASH="worker")

    assert process.ended() == 1
    line = json.loads(str(process.said('"the process ends"')))
    assert line["error"] == "RuntimeError"
    assert "Adeola" not in "".join(process.lines)


def test_a_process_without_its_database_lives_is_not_ready_and_can_be_stopped(start: Callable[..., Process]) -> None:
    away = "mongodb://127.0.0.1:1/?replicaSet=none&serverSelectionTimeoutMS=100"
    process = start("api", GROUNDSWELL_MONGO_URL=away)
    process.wait_for(lambda: httpx.get(f"{process.url}/livez").status_code == 200)
    readiness = httpx.get(f"{process.url}/readyz")

    assert readiness.status_code == 503
    assert "the process is starting" in readiness.json()["missing"]
    assert process.end() == 0


def test_a_port_that_is_taken_is_said_and_ends_the_process(start: Callable[..., Process]) -> None:
    first = start("api").ready()
    second = start("api", "--port", first.url.rpartition(":")[2])

    assert second.ended() == 1
    assert second.said("OSError")


def test_an_incomplete_environment_ends_the_process_with_code_2(start: Callable[..., Process]) -> None:
    process = start("api", GROUNDSWELL_DEPLOYMENT_KEY="nonsense", GROUNDSWELL_PORT="x")

    assert process.ended() == 2
    assert process.said("GROUNDSWELL_DEPLOYMENT_KEY")
    assert process.said("GROUNDSWELL_PORT")


def test_help_names_the_parts_and_the_environment(start: Callable[..., Process]) -> None:
    process = start("--help")

    assert process.child.stdout is not None
    text = process.child.stdout.read()
    assert process.ended() == 0
    assert [word for word in ("run", "api", "worker", "relay", "GROUNDSWELL_MONGO_URL") if word not in text] == []
    assert KEY not in text


def test_the_real_providers_tokens_are_understood(start: Callable[..., Process], provider: OpenIdProvider) -> None:
    process = start("api").ready()
    token = provider.token_for("ada", "R0A", ["coordinator"])
    answer = httpx.get(f"{process.url}/library/v1/me", headers={"authorization": f"Bearer {token}"})

    assert answer.json() == {"subject": "ada", "organisation": "R0A", "roles": ["coordinator"]}
