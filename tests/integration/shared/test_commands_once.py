"""A command that is sent twice under one key takes effect once and is answered twice (P1, P3)."""

import asyncio
from typing import Any

import httpx

from shared.mongo import Database

KEY = {"idempotency-key": "loan-1"}


async def test_a_repeated_command_is_answered_with_its_first_answer(
    library: httpx.AsyncClient, prepared: Database
) -> None:
    first = await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)
    again = await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert prepared.transactions == 1


async def test_a_repetition_is_counted_as_one(library: httpx.AsyncClient) -> None:
    async def counted() -> float:
        wanted = 'groundswell_command_total{outcome="replayed",service="library"}'
        lines = (await library.get("/metrics")).text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), 0.0)

    before = await counted()
    for _ in range(3):
        await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)

    assert await counted() - before == 2


async def test_without_a_key_the_second_command_is_judged_by_itself(library: httpx.AsyncClient) -> None:
    await library.post("/library/v1/loans", json={"book": "a"})
    again = await library.post("/library/v1/loans", json={"book": "a"})

    assert (again.status_code, again.json()["code"]) == (409, "already-lent")


async def test_the_same_command_many_times_at_once_takes_effect_once(
    library: httpx.AsyncClient, prepared: Database
) -> None:
    async def send() -> httpx.Response:
        return await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)

    answers = await asyncio.gather(*(send() for _ in range(6)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["loan"] for answer in answers}) == 1
    assert prepared.transactions == 1


async def test_a_key_cannot_be_used_for_another_command(library: httpx.AsyncClient, prepared: Database) -> None:
    await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)
    other = await library.post("/library/v1/loans", json={"book": "b"}, headers=KEY)

    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert await prepared.collection("books").count_documents({}) == 1


async def test_a_refused_command_leaves_nothing_and_its_key_can_be_used_again(
    library: httpx.AsyncClient, prepared: Database
) -> None:
    await library.post("/library/v1/loans", json={"book": "a"})
    refused = await library.post("/library/v1/loans", json={"book": "a"}, headers=KEY)
    marks = await prepared.collection("inbox").count_documents({})
    accepted = await library.post("/library/v1/loans", json={"book": "b"}, headers=KEY)

    assert (refused.status_code, marks, accepted.status_code) == (409, 0, 201)


async def test_two_people_may_choose_the_same_key(library: httpx.AsyncClient, prepared: Database) -> None:
    people = ("R0A:ada", "R0A:grace", "RXQ:ada")
    answers = [
        await library.post(
            "/library/v1/loans", json={"book": person}, headers=KEY | {"authorization": f"Bearer {person}"}
        )
        for person in people
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["loan"] for answer in answers}) == 3
    assert await prepared.collection("books").count_documents({}) == 3


async def test_a_key_of_a_wrong_form_is_refused(library: httpx.AsyncClient) -> None:
    async def code(key: Any) -> str:
        answer = await library.post("/library/v1/loans", json={"book": "a"}, headers={"idempotency-key": key})
        return str(answer.json()["code"])

    assert [await code(key) for key in ("", "a|b", "a b", "x" * 129)] == ["idempotency-key-invalid"] * 4
