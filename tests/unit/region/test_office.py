"""The region's HTTP client: patient where patience is due, under the same key, and plain about a refusal."""

from collections.abc import Callable, Sequence

import httpx
import pytest

from deploy.local.region.clerks import Tokens, clerk
from deploy.local.region.errors import NotInTimeError, RefusedByPlatformError
from deploy.local.region.office import Office, Request
from deploy.local.region.waiting import until

COMMAND = Request(clerk("coordinator", "R0A"), "POST", "/enrolment/v1/participants", {"a": 1}, key="act-1")
Answer = Callable[[httpx.Request], httpx.Response]


class Platform:
    """Answers in turn and remembers what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.asked: list[httpx.Request] = []
        self._answers = list(answers)

    def office(self) -> Office:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://platform")
        return Office(http, Tokens(lambda subject, organisation, roles: f"{subject}/{organisation}/{','.join(roles)}"))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def keys(self) -> Sequence[str]:
        return [request.headers["Idempotency-Key"] for request in self.asked]


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"code": code, "detail": "…"}, headers=headers)


FINE = httpx.Response(201, json={"participant": "x"})


async def test_a_command_carries_the_token_of_its_clerk_and_its_key() -> None:
    platform = Platform(FINE)
    assert await platform.office().ask(COMMAND) == {"participant": "x"}
    assert platform.asked[0].headers["Authorization"] == "Bearer coordinator.r0a/R0A/coordinator"
    assert platform.keys() == ["act-1"]


async def test_a_busy_or_vanished_service_is_asked_again_under_the_same_key() -> None:
    busy = problem(503, "backlog-full", **{"Retry-After": "0"})
    platform = Platform(busy, httpx.ReadError("cut off"), busy, FINE)
    office = platform.office()
    await office.ask(COMMAND)
    assert platform.keys() == ["act-1"] * 4
    assert (office.counts.busy, office.counts.unreachable, office.counts.commands) == (2, 1, 1)


async def test_a_refusal_that_may_take_a_moment_is_asked_again() -> None:
    platform = Platform(problem(404, "account-not-linked"), FINE)
    office = platform.office()
    await office.ask(COMMAND)
    assert office.counts.not_yet == 1


async def test_a_refusal_for_good_says_what_was_asked_and_what_came_back() -> None:
    platform = Platform(problem(409, "already-enrolled"))
    with pytest.raises(RefusedByPlatformError, match=r"POST .*coordinator of R0A.*409.*already-enrolled"):
        await platform.office().ask(COMMAND)


async def test_waiting_ends_when_nothing_is_missing_and_says_what_still_was_when_time_is_over() -> None:
    left = ["two", "one", None]

    async def missing() -> str | None:
        return left.pop(0)

    async def never() -> str:
        return "all of it was missing"

    await until(missing, "the roster")
    assert left == []
    with pytest.raises(NotInTimeError, match="the roster: for 0 s all of it was missing"):
        await until(never, "the roster", patience=0)
