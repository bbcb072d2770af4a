from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from shared.bus import watchdog
from shared.bus.watchdog import IdleClock, StalledError, Watchdog
from shared.errors import UnavailableError

PLACE = TopicPartition("t", 0)


class Consumer:
    """A consumer that stands where the test says."""

    def __init__(self, position: int = 5, *, running: bool = True) -> None:
        self.stands = position
        self.running = running

    @property
    def client(self) -> Any:
        return self

    def assignment(self) -> set[TopicPartition]:
        return {PLACE}

    async def position(self, _: TopicPartition) -> int:
        return self.stands


@pytest.fixture
def log_ends(monkeypatch: pytest.MonkeyPatch) -> dict[TopicPartition, int | None]:
    """Where the log ends; None is a broker that is away."""
    found: dict[TopicPartition, int | None] = {PLACE: 9}

    async def ends(_: str, places: Any) -> dict[TopicPartition, int]:
        end = found[PLACE]
        if end is None:
            raise UnavailableError("the broker is away")
        return dict.fromkeys(places, end)

    monkeypatch.setattr(watchdog.reader, "ends", ends)
    return found


async def test_a_reaction_that_stands_still_before_records_is_ended(log_ends: dict[TopicPartition, int | None]) -> None:
    """P10: a client can stop fetching after a broker restart without saying so."""
    dog = Watchdog("broker", patience=0)
    with pytest.raises(StalledError):
        await dog.look(Consumer(5), frozenset())


@pytest.mark.parametrize(("end", "held"), [(5, frozenset()), (None, frozenset()), (9, frozenset({PLACE}))])
async def test_nothing_to_read_a_broker_away_and_a_partition_held_back_are_no_reason(
    end: int | None, held: frozenset[TopicPartition], log_ends: dict[TopicPartition, int | None]
) -> None:
    log_ends[PLACE] = end
    consumer, dog = Consumer(5), Watchdog("broker", patience=0)
    await dog.look(consumer, held)
    await dog.look(consumer, held)
    assert consumer.running


async def test_a_loop_that_has_ended_is_noticed(log_ends: dict[TopicPartition, int | None]) -> None:
    with pytest.raises(StalledError):
        await Watchdog("broker").look(Consumer(running=False), frozenset())


def test_only_what_has_not_moved_for_long_is_asked_about() -> None:
    dog = Watchdog("broker", patience=60)
    assert dog.standing_still({PLACE: 5}, 0) == {}
    assert dog.standing_still({PLACE: 6}, 50) == {}
    assert dog.standing_still({PLACE: 6}, 109) == {}
    assert dog.standing_still({PLACE: 6}, 110) == {PLACE: 6}
    assert dog.standing_still({}, 111) == {}
    assert dog.standing_still({PLACE: 6}, 300) == {}


def test_a_position_that_is_not_known_stands_still_from_when_it_was_first_asked_for() -> None:
    dog = Watchdog("broker", patience=60)
    assert dog.standing_still({PLACE: -1}, 0) == {}
    assert dog.standing_still({PLACE: -1}, 60) == {PLACE: -1}


async def test_a_partition_that_waits_for_its_turn_behind_long_batches_is_no_reason(
    log_ends: dict[TopicPartition, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: after an outage a busy worker was ended every minute, before all partitions had had their turn."""
    time = SimpleNamespace(now=0.0, monotonic=lambda: time.now)
    monkeypatch.setattr(watchdog, "time", time)
    idle = IdleClock()
    dog = Watchdog("broker", clock=idle.seconds)
    for _ in range(10):
        with idle.standing():
            time.now += 50
            await dog.look(Consumer(5), frozenset())
        time.now += 1
        await dog.look(Consumer(5), frozenset())
    time.now += 60
    with pytest.raises(StalledError):
        await dog.look(Consumer(5), frozenset())


async def test_a_group_that_answers_no_commit_although_its_broker_answers_is_left(
    log_ends: dict[TopicPartition, int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """P10: a client can lose its group's coordinator in an outage and never find it again."""
    time = SimpleNamespace(now=100.0, monotonic=lambda: time.now)
    monkeypatch.setattr(watchdog, "time", time)
    dog, reaction = Watchdog("broker", patience=60), SimpleNamespace(unanswered_since=None)
    await dog.listen(reaction, {PLACE})
    reaction.unanswered_since = 50.0
    await dog.listen(reaction, {PLACE})
    time.now = 110.0
    await dog.listen(reaction, set())
    with pytest.raises(StalledError, match="no commit"):
        await dog.listen(reaction, {PLACE})
    log_ends[PLACE] = None
    await dog.listen(reaction, {PLACE})
    assert reaction.unanswered_since is None, "while the broker is away, nothing counts"
