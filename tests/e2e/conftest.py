"""The whole platform as twelve processes behind one origin, started once for all end-to-end tests."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from deploy.local.stack import Stack
from shared.testing import servers

ORGANISATIONS = ("R0A", "RM3")
ROLES = ("coordinator", "facilitator", "participant", "project_lead", "evaluator", "ops")
Call = Callable[..., httpx.Response]


class Caller:
    """Somebody with a role at an organisation, calling through the origin."""

    def __init__(self, stack: Stack, organisation: str, role: str) -> None:
        self.organisation, self.role = organisation, role
        token = stack.token_for(f"{role}-of-{organisation}", organisation, [role])
        self._client = httpx.Client(
            base_url=stack.origin, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False
        )

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        return self._client.request(method, path, json=body, headers=headers)

    def ok(self, method: str, path: str, body: object = None) -> Any:
        answer = self(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with Stack(kind=servers.chosen(), organisations=ORGANISATIONS, say=lambda _: None) as started:
        yield started


@pytest.fixture(scope="package")
def callers(stack: Stack) -> Iterator[dict[tuple[str, str], Caller]]:
    made = {(organisation, role): Caller(stack, organisation, role) for organisation in ORGANISATIONS for role in ROLES}
    yield made
    for caller in made.values():
        caller.close()


def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Ask again until the answer is true; the platform is eventually consistent, so readers wait for a condition."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come true within {seconds:.0f} s")
