"""The broker, the database and both away: people are told so, memory is bounded, and nobody has to help afterwards."""

from collections.abc import Callable

import pytest

from tests.fault.aftermath import Aftermath
from tests.fault.long.conftest import Undergo
from tests.fault.long.judging import WITHOUT_KILLS, named
from tests.fault.long.outages import PARTS, Outages
from tests.fault.scenario import Faults

pytestmark = [pytest.mark.long, pytest.mark.reference]
RECOVERY_SECONDS = 60.0
MOST_MEGABYTES = 256.0
GROWN_MEGABYTES = 64.0


@pytest.fixture(scope="module")
def outages(pytestconfig: pytest.Config) -> Outages:
    """The ordeal."""
    return Outages(pytestconfig.getoption("outage"))


@pytest.fixture(scope="module")
def aftermath(kafka_kind: str, seed: int, undergo: Undergo, outages: Outages) -> Aftermath:
    """What is left after the outages."""
    return undergo("outages", Faults(kafka_kind, seed, ordeal=outages))


@pytest.mark.parametrize("judgement", WITHOUT_KILLS, ids=named)
def test_after_the_outages(judgement: Callable[[Aftermath], None], aftermath: Aftermath) -> None:
    """Everything that holds after kills holds after outages (P1 to P10)."""
    judgement(aftermath)


def test_commands_are_accepted_while_the_broker_is_away(aftermath: Aftermath, outages: Outages) -> None:
    """P10: events wait in the outbox, and nobody notices."""
    answers = outages.told[0].answers
    assert sum(count for what, count in answers.items() if what.startswith("ok")) > 0
    assert not answers["unknown 503"] + answers["unknown 0"], answers


def test_commands_are_put_off_while_the_database_is_away(aftermath: Aftermath, outages: Outages) -> None:
    """P10: a 503, always in time; that it says when to come back is judged above."""
    for told in outages.told[1:]:
        assert told.answers["unknown 503"] > 0
        assert not told.answers["unknown 0"], told.answers
        assert not [what for what in told.answers if what.startswith("ok")], told.answers


def test_all_is_well_within_a_minute_of_the_return(aftermath: Aftermath, outages: Outages) -> None:
    """P10: ready, and everything that waited handled, without a person."""
    late = {told.parts: told.recovery for told in outages.told if told.recovery > RECOVERY_SECONDS}
    assert not late
    assert [told.parts for told in outages.told] == list(PARTS)


def test_memory_of_every_process_is_bounded(aftermath: Aftermath, outages: Outages) -> None:
    """P10: in megabytes, through the outage and the way back."""
    held = [(told.parts, name, held) for told in outages.told for name, held in told.memory.held.items()]
    assert not [one for one in held if one[2].most > MOST_MEGABYTES or one[2].grown > GROWN_MEGABYTES]
