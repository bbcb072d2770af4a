"""Forgetting somebody: keys destroyed, records ignored, confirmed once."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from shared.events import Fact
from shared.vault import SubjectErasedError
from tests.integration.engagement.said import (
    COHORT,
    HERE,
    SECOND_DAY,
    THERE,
    enrolled,
    erased,
    identified,
    last_word,
    moved,
    recorded,
    schedule,
    voided,
)
from tests.integration.engagement.world import World


async def somebody(world: World) -> None:
    """Somebody with attendance, a journal, a record waiting for them and one that a coordinator dismissed."""
    await world.ready("p-0")
    await world.receives(recorded("r-1", "p-0"))
    await world.hears(identified("p-0", version=2, names=["p-0", "old badge"]))
    async with world.client("participant", HERE, "p-0") as client:
        entry = {"cohort": COHORT, "written_on": "2024-03-05", "text": "canary text"}
        assert (await client.post("/journals", json=entry)).status_code == 201


async def test_an_erased_person_leaves_a_marker_and_a_confirmation_and_nothing_else(world: World) -> None:
    """Erasure reaches everything engagement holds (P11)."""
    await somebody(world)
    before = world.database.transactions
    await world.hears(erased("p-0"))
    assert world.database.transactions == before + 1
    assert "erasure_confirmed" not in [kind for kind, _ in await world.told("p-0")]
    await world.hears(last_word("p-0"))
    assert world.database.transactions == before + 2
    confirmation = (await world.said("p-0"))[-1]
    assert confirmation.type == "engagement.subject.erasure_confirmed.v1"
    assert confirmation.organisation == HERE
    (learner,) = await world.documents("learners")
    kept = {name: value for name, value in learner.items() if value and name not in {"_id", "version", "saved_at"}}
    assert kept == {"erased": True, "unknown": True, "confirmed": True}
    assert await world.documents("journals") == []
    (statement,) = await world.documents("statements")
    kept = {name: value for name, value in statement.items() if value and name not in {"_id", "version", "saved_at"}}
    assert kept == {"organisation": HERE, "outcome": "closed"}
    with pytest.raises(SubjectErasedError):
        await world.desk.vault.key("p-0", HERE)


@pytest.mark.parametrize("parts", [(erased, last_word), (last_word, erased)], ids=["erasure first", "word first"])
async def test_an_erasure_heard_again_is_confirmed_once(world: World, parts: Sequence[Callable[..., Fact]]) -> None:
    """P11: confirmed when both topics have been heard, whichever comes first."""
    await somebody(world)
    for part in parts:
        await world.hears(part("p-0"))
    for part in parts:
        assert (await world.hears(part("p-0", version=10))).skipped
    await world.tombstone("p-0")
    assert [kind for kind, _ in await world.told("p-0")].count("erasure_confirmed") == 1


@pytest.mark.parametrize("is_first", [True, False])
async def test_records_in_flight_about_an_erased_person_change_nothing(world: World, is_first: bool) -> None:
    """Erasure while that person's events are still in flight (traps): ignored and counted as skipped."""
    await somebody(world)
    if is_first:
        await world.hears(last_word("p-0"))
        await world.hears(erased("p-0"))
    else:
        await world.hears(erased("p-0"))
        await world.hears(last_word("p-0"))
    await world.tombstone("p-0")
    said = len(await world.said())
    late = [await world.receives(recorded("r-9", name, session=SECOND_DAY)) for name in ("p-0", "old badge")]
    assert [delivery.skipped for delivery in late] == [True, True]
    await world.hears(enrolled("p-0", version=20))
    await world.hears(identified("p-0", version=20))
    await world.receives(recorded("r-10", "p-0", session=SECOND_DAY))
    await world.receives(voided("r-1"))
    assert len(await world.said()) == said
    assert await world.queue() == []


async def test_an_erasure_while_a_record_is_saved_wins(world: World) -> None:
    await world.ready("p-0")
    await world.receives(recorded("r-1", "p-0"), desk=world.interrupted(lambda: world.hears(erased("p-0"))))
    assert await world.told("p-0") == []
    assert await world.status("p-0") is None


async def test_a_record_while_an_erasure_is_saved_is_forgotten_with_the_person(world: World) -> None:
    await world.ready("p-0")
    await world.hears(erased("p-0"), desk=world.interrupted(lambda: world.receives(recorded("r-1", "p-0"))))
    (statement,) = await world.documents("statements")
    assert (statement["outcome"], statement["participant"]) == ("closed", None)
    assert [kind for kind, _ in await world.told("p-0")] == ["attended"]


async def test_what_waited_for_a_key_is_unreadable_once_its_person_is_erased(world: World) -> None:
    """A record waits, its person becomes known elsewhere and is erased before anybody looked."""
    await world.hears(schedule())
    await world.receives(recorded("r-1", "canary name"))
    await world.hears(erased("p-0"))
    await world.hears(identified("p-0", names=["canary name"]))
    assert await world.queue() == []
    sealed = [one for one in await world.documents("vault_keys") if one["_id"].startswith("external:")]
    assert len(sealed) == 3
    assert all("wrapped" not in one for one in sealed)


async def test_what_waited_for_a_key_from_before_a_move_is_unreadable_once_its_person_is_erased(world: World) -> None:
    """Moved, then erased: the old trust's records, which nobody is known to any more, are about nobody."""
    await world.ready("p-0")
    await world.hears(moved("p-0", date(2024, 3, 20)))
    await world.hears(identified("p-0", THERE, 2))
    await world.receives(recorded("r-1", "p-0"))
    assert [one["value"] for one in await world.queue()] == ["p-0"]
    await world.hears(erased("p-0"))
    assert await world.queue() == []
    assert (await world.receives(recorded("r-2", "p-0"))).skipped
    sealed = [one for one in await world.documents("vault_keys") if one["_id"].startswith("external:")]
    assert len(sealed) == 6
    assert all("wrapped" not in one for one in sealed)


async def test_somebody_engagement_never_met_is_confirmed_too(world: World) -> None:
    await world.hears(erased("p-unknown"))
    await world.hears(last_word("p-unknown"))
    assert await world.told("p-unknown") == [("erasure_confirmed", 2)]
    await world.hears(schedule())
    late = await world.hears(enrolled("p-unknown"))
    assert late.skipped
