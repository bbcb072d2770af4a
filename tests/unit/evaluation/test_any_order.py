"""Law 3 for every projection: any order and any number of the same events give the same state and the same figures."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.projections import ParticipationProjection, ProjectsProjection
from shared.events import Fact
from tests.unit.evaluation.folding import count, count_by_differences, fold, tell
from tests.unit.evaluation.stories import ERASURES, FACTS_OF_PEOPLE, FACTS_OF_PROJECTS, QUIET

PEOPLE = st.lists(st.one_of(FACTS_OF_PEOPLE, FACTS_OF_PEOPLE, FACTS_OF_PEOPLE, ERASURES), max_size=40)
CASES = [(ParticipationProjection, PEOPLE), (ProjectsProjection, st.lists(FACTS_OF_PROJECTS, max_size=40))]


@pytest.mark.parametrize(("kind", "stories"), CASES)
@settings(QUIET)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_shuffled_and_repeated_events_give_the_same_state(kind: Any, stories: Any, data: Any, seed: int) -> None:
    """P3: equal versions with different content included; the packed page is equal byte for byte (P8)."""
    facts: list[Fact] = data.draw(stories)
    projection = kind()
    again = [fact for fact in facts for _ in range(random.Random(seed).randint(1, 5))]
    random.Random(seed).shuffle(again)
    states, others = fold(projection, facts), fold(kind(), again)
    assert states == others
    assert projection.pack(states) == projection.pack(others)
    assert count(projection, states) == count(projection, others)


@pytest.mark.parametrize(("kind", "stories"), CASES)
@settings(QUIET)
@given(data=st.data(), every=st.integers(1, 7))
def test_figures_kept_by_differences_equal_figures_counted_from_nothing(
    kind: Any, stories: Any, data: Any, every: int
) -> None:
    """P4: a change takes the old contribution out and puts the new one in."""
    facts: list[Fact] = data.draw(stories)
    projection = kind()
    assert count_by_differences(projection, facts, every) == count(projection, fold(projection, facts))


@pytest.mark.parametrize(("kind", "stories"), CASES)
@settings(QUIET)
@given(data=st.data())
def test_a_page_gives_back_the_states_that_were_put_on_it(kind: Any, stories: Any, data: Any) -> None:
    """P8: what is loaded after a restart is what was there, and folds on in the same way."""
    facts: list[Fact] = data.draw(stories)
    states = fold(kind(), facts)
    page = kind().pack(states)
    assert kind().unpack(page) == states
    assert kind().pack(kind().unpack(page)) == page
    assert kind().pack(dict(reversed(states.items()))) == page


@pytest.mark.parametrize(("kind", "stories"), CASES)
@settings(QUIET)
@given(data=st.data())
def test_every_event_told_again_is_a_duplicate(kind: Any, stories: Any, data: Any) -> None:
    """P5: what changes nothing is counted as a duplicate, so that every record is accounted for."""
    facts: list[Fact] = data.draw(stories)
    projection = kind()
    states = fold(projection, facts)
    assert [tell(projection, states, fact) for fact in facts] == [False] * len(facts)
