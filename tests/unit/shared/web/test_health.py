"""Whether a process lives, whether it can work, and what it has counted."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.web.health import Health, health_app


async def test_a_ready_process_says_so_without_a_token(http: httpx.AsyncClient) -> None:
    answer = await http.get("/readyz", headers={"authorization": ""})

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "missing": []})


async def test_readiness_names_what_is_missing(http: httpx.AsyncClient, still: Any, callers: Any) -> None:
    still.away = callers.away = True

    answer = await http.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["missing"] == [
        "database: the database is away",
        "identity: the identity provider is away",
    ]
    assert (await http.get("/livez")).status_code == 200


async def test_a_stopping_process_is_alive_and_not_ready(http: httpx.AsyncClient, api: Any) -> None:
    api.state.health.draining = True

    assert (await http.get("/readyz")).json()["missing"] == ["the process is stopping"]
    assert (await http.get("/livez")).status_code == 200


async def test_a_check_that_hangs_does_not_hang_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.health._PATIENCE_SECONDS", 0.01)
    health = Health()

    async def hangs() -> None:
        await asyncio.Event().wait()

    health.checks["broker"] = hangs

    assert await health.missing() == ["broker: no answer in time"]


async def test_a_worker_without_an_api_has_the_same_pages() -> None:
    health = Health()
    transport = httpx.ASGITransport(health_app(health))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answers = [await client.get(path) for path in ("/livez", "/readyz", "/metrics")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_commands_are_counted_by_what_became_of_them(http: httpx.AsyncClient, body: Any) -> Any:
    async def counted(outcome: str) -> float:
        wanted = f'groundswell_command_total{{outcome="{outcome}",service="enrolment"}}'
        lines = (await http.get("/metrics")).text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), 0.0)

    before = [await counted(outcome) for outcome in ("accepted", "refused", "unavailable", "failed")]
    for cohort in ("x", "full", "driver", "bug"):
        await http.post(f"/enrolment/v1/cohorts/{cohort}/enrolments", json=body)
    after = [await counted(outcome) for outcome in ("accepted", "refused", "unavailable", "failed")]

    assert [new - old for new, old in zip(after, before, strict=True)] == [1, 1, 1, 1]


async def test_metrics_never_hold_a_path_that_somebody_typed(http: httpx.AsyncClient, canary: Any) -> None:
    await http.get(f"/enrolment/v1/{canary}")

    assert canary not in (await http.get("/metrics")).text
