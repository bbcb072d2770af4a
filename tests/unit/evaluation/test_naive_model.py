"""The figures against a plain model of what they mean."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.evaluation.projections import ParticipationProjection, ProjectsProjection
from shared.events import Fact
from tests.unit.evaluation.folding import count, fold
from tests.unit.evaluation.plain_model import as_said, participation, projects
from tests.unit.evaluation.stories import ERASURES, FACTS_OF_PEOPLE, FACTS_OF_PROJECTS, QUIET


@settings(QUIET)
@given(st.lists(st.one_of(FACTS_OF_PEOPLE, FACTS_OF_PEOPLE, FACTS_OF_PEOPLE, ERASURES), max_size=60))
def test_participation_equals_the_plain_model(drawn: list[Fact]) -> None:
    """P4, REC-8, REC-16: figures are exact."""
    facts = as_said(drawn)
    projection = ParticipationProjection()
    assert count(projection, fold(projection, facts)) == participation(facts)


@settings(QUIET)
@given(st.lists(FACTS_OF_PROJECTS, max_size=40))
def test_projects_equal_the_plain_model(drawn: list[Fact]) -> None:
    """P4, REC-2, REC-17: figures are exact."""
    facts = as_said(drawn)
    projection = ProjectsProjection()
    assert count(projection, fold(projection, facts)) == projects(facts)
