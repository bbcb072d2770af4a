"""Whoever dies at any await of projector, relay or reactions, the next one takes over and all is exact (P1-P5, P7)."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from shared.testing.checker import listed
from shared.testing.crashing import Crash, sites
from tests.fault.kernel.deaths import Deaths
from tests.fault.kernel.scenes import Ground, Projecting, Reacting, Relaying, Scene

SCENES: dict[str, Callable[[Ground], Scene]] = {
    "projector": Projecting,
    "relay": Relaying,
    "reactions": Reacting,
}
CHOSEN: dict[str, tuple[Crash, ...]] = {
    "projector": (
        Crash("shared.projector.parking.keep/park", "after"),
        Crash("shared.projector.storage.Storage.checkpoint/transact", "before"),
        Crash("shared.projector.storage.Storage.checkpoint/transact", "after"),
        Crash("shared.projector.storage.Storage.take/_load", "before", 3),
    ),
    "relay": (
        Crash("shared.relay.Relay.send_once/publish", "before"),
        Crash("shared.relay.Relay.send_once/publish", "after"),
        Crash("shared.leases.Leases._renew/_take", "after"),
    ),
    "reactions": (
        Crash("shared.bus.handling.Handling._once/_handler", "after"),
        Crash("shared.mongo.Database._transact/_commit", "before", 2),
        Crash("shared.deadletters.writer.DeadLetters.keep/_publish", "after"),
        Crash("shared.bus.reaction.Reaction.settle/write_evidence", "after"),
    ),
}
Say = Callable[[str], None]


@pytest.mark.parametrize("role", SCENES)
async def test_a_death_at_the_most_telling_awaits_changes_nothing(
    role: str, ground: Ground, own_folder: Path, say: Say
) -> None:
    deaths = Deaths(SCENES[role](ground), own_folder)
    await deaths.die(CHOSEN[role])
    told = await deaths.judge(CHOSEN[role])
    assert not deaths.faults, listed(deaths.faults)
    assert not deaths.missed, deaths.missed
    say(f"{len(deaths.died)} deaths; {told}")


@pytest.mark.long
@pytest.mark.reference
@pytest.mark.parametrize("role", SCENES)
async def test_a_death_at_any_await_changes_nothing(role: str, ground: Ground, own_folder: Path, say: Say) -> None:
    deaths = Deaths(SCENES[role](ground), own_folder)
    for _ in range(2):
        assert not await deaths.live()
    every = sites(deaths.scene.modules)
    passed = [site for site in every if site in deaths.reached()]
    told = ""
    for _, group in groupby(passed, key=lambda site: site.partition("/")[0]):
        crashes = [crash for site in group for crash in (Crash(site, "before"), Crash(site, "after"))]
        await deaths.die(crashes)
        told = await deaths.judge(crashes)
    never = [site for site in every if site not in deaths.reached()]
    say(f"{len(every)} awaits, {len(passed)} passed in good times, {len(deaths.died)} deaths at them; {told}")
    say(f"not passed that time: {len(deaths.missed)}; only passed when something fails: {', '.join(never)}")
    assert not deaths.faults, listed(deaths.faults)
    assert len(deaths.died) >= len(passed)
