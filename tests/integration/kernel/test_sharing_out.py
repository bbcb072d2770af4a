"""What a projector does while its group shares the partitions out anew (P4, P10)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import pytest

from shared.errors import UnavailableError
from shared.mongo import Database
from shared.projector import Projector, worker
from shared.projector.storage import FencedError, Storage
from shared.projector.stream import TopicPartition
from shared.topics import Topics
from tests.toys import Minutes


class Client:
    """As much of Kafka's client as taking needs; its assignment outlives a revocation, as the real one's does."""

    def __init__(self) -> None:
        self.assigned: set[TopicPartition] = set()
        self.paused: set[TopicPartition] = set()

    def assignment(self) -> set[TopicPartition]:
        return self.assigned

    def pause(self, *places: TopicPartition) -> None:
        self.paused |= set(places)

    def resume(self, *places: TopicPartition) -> None:
        self.paused -= set(places)

    def seek(self, place: TopicPartition, offset: int) -> None:
        assert place in self.assigned, offset

    async def beginning_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 0)

    async def commit(self, positions: Mapping[TopicPartition, int]) -> None:
        assert positions


class World:
    """A projector without a broker: the group's decisions are made here."""

    def __init__(self, database: Database) -> None:
        topics = Topics()
        parking = cast("Any", None)  # nothing is parked
        self.projector = Projector(database, Minutes(), parking, brokers="", topics=topics, service="evaluation")
        self.client = self.projector._client = Client()
        self._topic = topics.events("engagement")

    def places(self, *numbers: int) -> list[TopicPartition]:
        return [TopicPartition(self._topic, number) for number in numbers]

    async def share_out(self, *numbers: int) -> None:
        self.client.assigned = set(self.places(*numbers))
        await self.projector.assigned(self.places(*numbers))

    async def step(self) -> set[int]:
        """Take what may be taken; return which partitions are held and handed out."""
        await self.projector._take_assigned()
        return {number for number in self.projector._partitions if not self.client.paused & set(self.places(number))}


@pytest.fixture
async def world(database: Database) -> World:
    world = World(database)
    await world.projector._open_generation()
    return world


async def test_nothing_is_taken_while_the_group_shares_out(world: World, database: Database) -> None:
    """Who takes what was theirs would fence whoever has it by then."""
    await world.share_out(2, 5)
    assert await world.step() == {2, 5}
    await world.projector.revoked(world.places(2, 5))
    other = Storage(database, Minutes(), world.projector._storage.generation)
    theirs = await other.take(2)
    assert await world.step() == set()
    assert await other.owned(theirs)


async def test_what_comes_back_is_handed_out_again(world: World) -> None:
    """Taken in between, it was held already when it was assigned, and stayed paused until the watchdog ended all."""
    await world.share_out(2, 5)
    await world.step()
    await world.projector.revoked(world.places(2, 5))
    await world.step()
    await world.share_out(2, 5, 7)
    assert await world.step() == {2, 5, 7}


async def test_what_is_revoked_while_it_is_being_taken_is_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.share_out(2)
    plain = world.client.beginning_offsets

    async def meanwhile(places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        world.projector._shared_out = False  # what `revoked` does first, before it waits for its turn
        return await plain(places)

    monkeypatch.setattr(world.client, "beginning_offsets", meanwhile)
    assert await world.step() == set()


async def test_what_could_not_be_written_when_it_was_revoked_is_let_go_all_the_same(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fenced, and then the database went away: kept on, it would be held already when it comes back, and paused."""
    await world.share_out(2, 5)
    await world.step()

    async def fenced(storage: Storage, partitions: Sequence[Any]) -> None:
        raise FencedError([partition.number for partition in partitions])

    async def away(*_: object) -> str:
        raise UnavailableError("the database is away")

    world.projector._partitions[2].moved = True
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "checkpoint", fenced)
        patch.setattr(worker, "live_generation", away)
        patch.setattr(worker, "keep", nothing)
        with suppress(UnavailableError):  # the client logs it and goes on
            await world.projector.revoked(world.places(2, 5))
    other = Storage(database, Minutes(), world.projector._storage.generation)
    await other.take(5)
    await world.share_out(2, 5)
    assert await world.step() == {2, 5}
    assert await other.owned(world.projector._partitions[5])


async def nothing(*_: object) -> None:
    """Nothing is parked."""
