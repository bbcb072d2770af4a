"""What is judged after every long run: all that must hold after the short one.

Guards that no long run is judged more mildly than the short one, and that a judgement added there counts here too.
"""

from tests.fault import test_kills

JUDGEMENTS = [judgement for name, judgement in vars(test_kills).items() if name.startswith("test_")]
KILLED = test_kills.test_every_kind_of_process_was_killed_at_least_twice_under_a_load_of_every_kind
WITHOUT_KILLS = [judgement for judgement in JUDGEMENTS if judgement is not KILLED]


def named(judgement: object) -> str:
    """Return how a judgement is called in the list of tests."""
    return getattr(judgement, "__name__", "").removeprefix("test_")
