"""Workers that join and leave every two seconds, then one, four and two of them: nothing is lost and nothing twice."""

from collections.abc import Callable

import pytest

from tests.fault.aftermath import Aftermath
from tests.fault.long.churning import EVERY_SECONDS, Churn
from tests.fault.long.conftest import Undergo
from tests.fault.long.judging import WITHOUT_KILLS, named
from tests.fault.scenario import Faults

pytestmark = [pytest.mark.long, pytest.mark.reference]


@pytest.fixture(scope="module")
def churn(pytestconfig: pytest.Config) -> Churn:
    """The ordeal."""
    return Churn(pytestconfig.getoption("churn"))


@pytest.fixture(scope="module")
def aftermath(kafka_kind: str, seed: int, undergo: Undergo, churn: Churn) -> Aftermath:
    """What is left after the churn."""
    return undergo("churn", Faults(kafka_kind, seed, ordeal=churn))


@pytest.mark.parametrize("judgement", WITHOUT_KILLS, ids=named)
def test_after_the_churn(judgement: Callable[[Aftermath], None], aftermath: Aftermath) -> None:
    """Everything that holds after kills holds after any number of hand-overs (P1 to P8)."""
    judgement(aftermath)


def test_workers_came_and_went_all_the_time(aftermath: Aftermath, churn: Churn) -> None:
    """The run is worth its name."""
    assert churn.joined + churn.stopped + churn.killed >= 0.8 * churn.seconds / EVERY_SECONDS
    assert churn.stopped > 0
    assert churn.killed > 0
