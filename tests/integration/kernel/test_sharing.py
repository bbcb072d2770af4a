"""Saves of one moment share a transaction, and each takes effect as if it had come alone (law 1, P1, P3)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, OperationFailure
from pymongo.synchronous.client_session import ClientSession

from shared import inbox, outbox
from shared.errors import ConflictError, IdTakenError, UnavailableError
from shared.inbox import AlreadyHandledError
from shared.mongo import Database
from shared.outbox import Change, StoreDoor
from shared.saving import SHARED
from shared.topics import Topics
from tests.toys import attended, because


@pytest.fixture
async def store(database: Database) -> AsyncIterator[Database]:
    await database.ensure_indexes({**outbox.INDEXES, **inbox.INDEXES, "docs": []})
    return database


@pytest.fixture
async def door(store: Database) -> StoreDoor:
    door = StoreDoor(store, "engagement", topics=Topics("t-"))
    await door.backlog.waiting()  # known for a second: otherwise the first of many is alone in asking
    return door


def change(participant: str, version: int = 1) -> Change:
    return Change("docs", participant, {"seen": version}, version - 1, [attended(participant, version)])


async def counts(store: Database) -> tuple[int, ...]:
    return tuple([await store.collection(name).count_documents({}) for name in ("docs", "outbox", "inbox")])


async def outcomes(*saves: Awaitable[None]) -> list[BaseException | None]:
    return await asyncio.gather(*saves, return_exceptions=True)


async def test_saves_of_one_moment_share_a_transaction(store: Database, door: StoreDoor) -> None:
    await asyncio.gather(*[door.save([change(f"p{n}")], because(f"m{n}")) for n in range(20)])
    assert store.transactions == 1
    assert await counts(store) == (20, 20, 20)


async def test_nobody_fails_because_of_somebody_else(store: Database, door: StoreDoor) -> None:
    """One came too late, one was handled before, one cannot be written at all; the others are saved, each once."""
    await door.save([change("old")], because("known"))
    wrong = Change("docs", "wrong", {"seen": object()}, 0, [attended("wrong", 1)])
    found = await outcomes(
        door.save([change("p1")], because("m1")),
        door.save([change("old")], because("m2")),
        door.save([change("p2")], because("known")),
        door.save([wrong], because("m3")),
        door.save([change("p3")], because("m4")),
    )
    assert (found[0], found[4]) == (None, None)
    assert isinstance(found[1], ConflictError)
    assert isinstance(found[2], AlreadyHandledError)
    assert type(found[3]).__module__.startswith("bson")
    assert await counts(store) == (3, 3, 3)


@pytest.fixture
def tried(store: Database, monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """How each transaction of the store ended, from now on."""
    endings: list[BaseException | None] = []
    transact = store.transact

    async def counting(*arguments: Any, **named: Any) -> None:
        ended: BaseException | None = None
        try:
            await transact(*arguments, **named)
        except BaseException as error:
            ended = error
            raise
        finally:
            endings.append(ended)

    monkeypatch.setattr(store, "transact", counting)
    return endings


async def test_who_is_late_costs_the_others_one_more_transaction(
    store: Database, door: StoreDoor, tried: list[BaseException | None]
) -> None:
    """One whose document moved on, one whose mark is there, one who takes an id that is taken, and twenty others."""
    await door.save([change("old")], because("known"))
    tried.clear()
    found = await outcomes(
        door.save([change("p1")], because("known")),
        *[door.save([change(f"q{n}")], because(f"m{n}")) for n in range(20)],
        door.save([change("old")], because("m20")),
        door.save([change("old", 3)], because("m21")),
    )
    assert isinstance(found[0], AlreadyHandledError)
    assert found[1:21] == [None] * 20
    assert isinstance(found[21], IdTakenError)
    assert isinstance(found[22], ConflictError)
    assert await counts(store) == (21, 21, 21)
    # Two writers of "old" cannot share: one of them is alone in finding out.
    assert [type(ended).__name__ for ended in tried] == ["ConflictError", "NoneType", "ConflictError"]


async def test_two_writers_of_one_document_never_share(store: Database, door: StoreDoor) -> None:
    found = await outcomes(*[door.save([change("p1")], because(f"m{n}")) for n in range(3)])
    assert sorted(type(one).__name__ for one in found) == ["IdTakenError", "IdTakenError", "NoneType"]
    assert await counts(store) == (1, 1, 1)


async def test_who_is_overtaken_by_one_under_way_is_tried_again(
    store: Database, door: StoreDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the database gave up leaves nothing to be seen: nobody is late, and all are tried together once more."""
    transact, tries = store.transact, 0

    async def given_up_once(*arguments: Any, **named: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ConflictError("the transaction was given up by the database")
        await transact(*arguments, **named)

    monkeypatch.setattr(store, "transact", given_up_once)
    found = await outcomes(*[door.save([change(f"p{n}")], because(f"m{n}")) for n in range(5)])
    assert found == [None] * 5
    assert (tries, await counts(store)) == (2, (5, 5, 5))


async def test_a_large_save_goes_alone_and_is_whole(store: Database, door: StoreDoor) -> None:
    many = [change(f"of-many-{n}") for n in range(SHARED)]
    await asyncio.gather(door.save(many, because("many")), *[door.save([change(f"p{n}")], because()) for n in range(3)])
    assert store.transactions == 2
    assert await counts(store) == (SHARED + 3, SHARED + 3, 1)


async def test_who_has_gone_is_saved_at_most_once(store: Database, door: StoreDoor) -> None:
    """A command whose caller hung up: sent again it is the same command."""
    saving = asyncio.create_task(door.save([change("p1")], because("m1")))
    async with asyncio.timeout(10):
        while door._saving._rounds._going is None:  # noqa: ASYNC110 - nothing tells that it is under way
            await asyncio.sleep(0)
    saving.cancel()
    await outcomes(saving)
    found = await outcomes(door.save([change("p1")], because("m1")))
    assert isinstance(found[0], AlreadyHandledError | None)
    assert await counts(store) == (1, 1, 1)


async def test_a_lost_answer_is_looked_up_for_all_who_share(
    store: Database, door: StoreDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the transaction the proof says no; after it, yes, although only some of the saves carry a mark."""
    said: list[bool] = []
    transact = store.transact

    async def asking(work: Callable[[Any], Awaitable[None]], *, proof: Callable[[], Awaitable[bool]]) -> None:
        said.append(await proof())
        await transact(work, proof=proof)
        said.append(await proof())

    monkeypatch.setattr(store, "transact", asking)
    await asyncio.gather(
        door.save([change("p1")], because()),
        door.save([change("p2")], because("m2")),
        door.save([change("p3")], because("m3")),
    )
    assert said == [False, True]
    assert await counts(store) == (3, 3, 2)


@pytest.fixture
def answer_lost(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The next commit takes effect and its answer is lost; by the driver's own repetition the server has forgotten."""
    commit = ClientSession._finish_transaction
    asked: list[str] = []

    def finish(self: ClientSession, connection: Any, command: str) -> Any:
        asked.append(command)
        match len(asked):
            case 1:
                commit(self, connection, command)
                raise AutoReconnect("the answer was lost")
            case 2:
                labels = {"code": 251, "errorLabels": ["TransientTransactionError"]}
                raise OperationFailure("no such transaction", 251, labels)
        return commit(self, connection, command)

    monkeypatch.setattr(ClientSession, "_finish_transaction", finish)
    return asked


async def test_who_was_kept_is_not_told_to_have_been_handled_before(
    store: Database, door: StoreDoor, answer_lost: list[str]
) -> None:
    """A reaction would count what it has done as a duplicate."""
    found = await outcomes(*[door.save([change(f"p{n}")], because(f"m{n}")) for n in range(5)])
    assert found == [None] * 5
    assert (len(answer_lost), await counts(store)) == (2, (5, 5, 5))


async def test_who_carries_no_mark_is_told_that_nothing_is_known(
    store: Database, door: StoreDoor, answer_lost: list[str]
) -> None:
    found = await outcomes(door.save([change("p1")], because()))
    assert type(found[0]) is UnavailableError
    assert (len(answer_lost), await counts(store)) == (2, (1, 1, 0))


async def test_a_database_that_is_away_is_asked_once_for_all(
    store: Database, door: StoreDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: nobody waits for it once more because others asked before them."""
    asked = 0

    async def away(*_: Any, **__: Any) -> None:
        nonlocal asked
        asked += 1
        raise UnavailableError("the database is away")

    monkeypatch.setattr(store, "transact", away)
    many = [change(f"of-many-{n}") for n in range(SHARED)]
    found = await outcomes(
        door.save(many, because("many")), *[door.save([change(f"p{n}")], because()) for n in range(5)]
    )
    assert all(isinstance(one, UnavailableError) for one in found)
    assert asked == 1
    assert await counts(store) == (0, 0, 0)
