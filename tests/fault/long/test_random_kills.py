"""Three hundred kill -9 over relays, workers, APIs, broker and database, in rounds that are each judged."""

from collections.abc import Callable
from random import Random

import pytest

from tests.fault.aftermath import Aftermath
from tests.fault.long.conftest import Undergo
from tests.fault.long.judging import JUDGEMENTS, named
from tests.fault.scenario import Faults

pytestmark = [pytest.mark.long, pytest.mark.reference]
WEIGHTS = {"relay": 5, "worker": 5, "api": 5, "broker": 3, "database": 3}
SECONDS_FOR_A_KILL = 20.0


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make as many rounds as asked for."""
    if "number" in metafunc.fixturenames:
        rounds = range(1, metafunc.config.getoption("rounds", 5) + 1)
        metafunc.parametrize("number", rounds, ids=[f"round{number}" for number in rounds], scope="module")


@pytest.fixture(scope="module")
def aftermath(kafka_kind: str, number: int, seed: int, undergo: Undergo, pytestconfig: pytest.Config) -> Aftermath:
    """What is left after a round."""
    wanted = pytestconfig.getoption("kills")
    kills = _kills(Random(seed + number), wanted)
    faults = Faults(kafka_kind, seed + number, kills, patience=SECONDS_FOR_A_KILL * wanted)
    return undergo(f"kills round {number}", faults)


def _kills(chance: Random, wanted: int) -> dict[str, int]:
    """Return how many of each kind: at least two, the rest by chance."""
    kills = dict.fromkeys(WEIGHTS, 2)
    for kind in chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=max(0, wanted - 2 * len(WEIGHTS))):
        kills[kind] += 1
    return kills


@pytest.mark.parametrize("judgement", JUDGEMENTS, ids=named)
def test_after_a_round_of_kills(judgement: Callable[[Aftermath], None], aftermath: Aftermath) -> None:
    """Everything that holds after a few kills holds after many."""
    judgement(aftermath)
