"""The answers beside the truth, and the last line that sums them up."""

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from deploy.local.region import deadletters
from deploy.local.region.catalogue import read_catalogue
from deploy.local.region.comparison import change_projects, participation
from deploy.local.region.deadletters import DeadLetter
from deploy.local.region.report import tell, weigh
from deploy.local.region.size import Size
from deploy.local.region.truth import PARTICIPATION, PROJECTS, Cell, Figures, Truth
from deploy.local.region.world import build_world

CELL = Cell("p", "c", "A", "g")
LETTER = DeadLetter("ext.attendance.v1.A", "k", "invalid")


def figures(**counted: int) -> Figures:
    made = Figures()
    for name, amount in counted.items():
        made.add(CELL, name, amount)
    return made


def nothing() -> Figures:
    return Figures()


def test_equal_figures_are_exact_and_the_last_line_says_how_many() -> None:
    sides = (participation(figures(enrolled=3), figures(enrolled=3)), change_projects(nothing(), nothing()))
    outcome = weigh(sides, Counter([LETTER]), Counter([LETTER]))
    assert outcome.is_exact
    assert outcome.verdict() == "exact: 10 of 10 figures equal the simulated truth; 1 dead letters, all expected"


@pytest.mark.parametrize(
    ("said", "true"),
    [(figures(enrolled=4), figures(enrolled=3)), (figures(enrolled=1), nothing()), (nothing(), figures(enrolled=1))],
    ids=["otherwise", "too much", "too little"],
)
def test_a_figure_that_differs_either_way_is_not_exact(said: Figures, true: Figures) -> None:
    outcome = weigh((participation(said, true), change_projects(nothing(), nothing())), Counter(), Counter())
    assert not outcome.is_exact
    assert [difference.figure for difference in outcome.differences] == ["enrolled"]
    assert outcome.verdict().startswith("NOT EXACT: 9 of 10 figures")


def test_a_figure_of_nought_is_equal_to_one_that_is_not_told() -> None:
    assert not list(participation(figures(enrolled=0), nothing()).differences())


@pytest.mark.parametrize(
    ("found", "expected"), [([LETTER, LETTER], [LETTER]), ([], [LETTER])], ids=["one too many", "one missing"]
)
def test_a_dead_letter_too_many_or_too_few_is_not_exact(found: list[DeadLetter], expected: list[DeadLetter]) -> None:
    sides = (participation(nothing(), nothing()), change_projects(nothing(), nothing()))
    outcome = weigh(sides, Counter(found), Counter(expected))
    assert not outcome.is_exact
    assert outcome.verdict().endswith("not those that were expected")


def test_the_tables_show_every_organisation_and_the_last_line_is_the_verdict() -> None:
    world = build_world(read_catalogue(), Size(people=60, organisations=4))
    truth = Truth(world.cohorts).hear_all(world.acts())
    sides = (
        participation(truth.participation(), truth.participation()),
        change_projects(truth.change_projects(), truth.change_projects()),
    )
    letters = deadletters.expected(world.acts())
    console = Console(width=132, file=StringIO())
    with console.capture() as captured:
        tell(console, world, weigh(sides, letters, letters))
    said = captured.get()
    assert all(said.count(organisation.code) == 3 for organisation in world.organisations)
    assert said.rstrip().splitlines()[-1].startswith("exact: ")
    assert f"; {letters.total()} dead letters, all expected" in said


def test_the_names_of_the_figures_are_those_of_the_evaluation_service() -> None:
    assert (len(PARTICIPATION), len(PROJECTS)) == (10, 7)
