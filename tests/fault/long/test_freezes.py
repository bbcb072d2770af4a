"""A process that stands still beyond its session and its lease, is replaced, and wakes: nothing it then does counts."""

from collections.abc import Callable

import pytest

from tests.fault.aftermath import Aftermath
from tests.fault.long.conftest import Undergo
from tests.fault.long.freezing import LEASE_SECONDS, SESSION_SECONDS, Freezes
from tests.fault.long.judging import WITHOUT_KILLS, named
from tests.fault.scenario import Faults

pytestmark = [pytest.mark.long, pytest.mark.reference]


@pytest.fixture(scope="module")
def freezes(pytestconfig: pytest.Config) -> Freezes:
    """The ordeal; it goes on until a zombie of each kind tried to write, four times as long at most."""
    times = pytestconfig.getoption("freezes")
    return Freezes(times, most=4 * times)


@pytest.fixture(scope="module")
def aftermath(kafka_kind: str, seed: int, undergo: Undergo, freezes: Freezes) -> Aftermath:
    """What is left after the freezes."""
    return undergo("freezes", Faults(kafka_kind, seed, ordeal=freezes))


@pytest.mark.parametrize("judgement", WITHOUT_KILLS, ids=named)
def test_after_the_freezes(judgement: Callable[[Aftermath], None], aftermath: Aftermath) -> None:
    """What zombies tried left no trace in anything that is kept (P1 to P8)."""
    judgement(aftermath)


def test_every_freeze_outlasted_what_it_had_to(aftermath: Aftermath, freezes: Freezes) -> None:
    """The run is worth its name: whoever was frozen had lost its work when it woke."""
    assert min(freezes.seconds["evaluation worker"] + freezes.seconds["engagement worker"]) > SESSION_SECONDS - 3
    assert min(freezes.seconds["engagement relay"]) > LEASE_SECONDS - 3


def test_zombies_of_every_kind_tried_to_write_and_were_refused(aftermath: Aftermath, freezes: Freezes) -> None:
    """P4: counted from what each of them says when it wakes."""
    assert all(freezes.refused.values()), freezes.refused
