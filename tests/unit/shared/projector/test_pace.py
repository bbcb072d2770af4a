"""When a checkpoint is written: soon when live, seldom when far behind, and never most of the time."""

import pytest

from shared.projector.pace import CATCH_UP_SECONDS, LIVE_SECONDS, Pace


@pytest.mark.parametrize(
    ("took", "quiet", "behind", "wait"),
    [
        (0.0, False, False, LIVE_SECONDS),
        (0.6, False, False, 2.4),
        (0.6, True, False, LIVE_SECONDS),
        (0.6, False, True, CATCH_UP_SECONDS),
        (2.0, False, True, 8.0),
    ],
)
def test_how_long_it_waits_after_the_last_one(took: float, quiet: bool, behind: bool, wait: float) -> None:
    pace = Pace(quiet=quiet, behind=behind)
    pace.wrote(10.0, 10.0 + took)
    assert not pace.due(10.0 + took + wait - 0.01)
    assert pace.due(10.0 + took + wait + 0.01)


def test_the_first_one_is_due_at_once() -> None:
    assert Pace(behind=True).due(0.0)
