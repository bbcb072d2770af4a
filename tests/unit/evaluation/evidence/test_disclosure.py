"""What a release shows and hides, how it moves, and how bad tables and undoable ones are turned away."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Refusal, Release
from services.evaluation.evidence.disclosure.rules import figure, interval
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.declared import document, tables

DEFAULT = disclosure.rule("default")
NHS = disclosure.rule("nhs-digital")


def _released(table: Any, rule: str = "default", previous: Any = None) -> Release:
    found = disclosure.release(table, previous, disclosure.rule(rule))
    assert isinstance(found, Release)
    return found


def _counts(found: Release) -> list[float | None]:
    return [entry.count.value for entry in found.tables[0].entries]


@pytest.mark.parametrize("name", [rule.rule for rule in disclosure.rules().rules])
@given(st.integers(0, 400), st.sampled_from(["all", "grand_total", "none"]))
def test_a_figure_says_exactly_the_counts_that_are_shown_alike(name: str, count: int, margins: Any) -> None:
    by = disclosure.rule(name)
    shown = figure(count, by, margins)
    low, high = interval(shown, by, margins)
    alike = [other for other in range(420) if figure(other, by, margins) == shown]
    assert [low, high] == [alike[0], alike[-1]]
    assert len(alike) == high - low + 1


def test_the_default_rounds_to_ten_beside_margins_and_to_five_beside_a_grand_total() -> None:
    assert _counts(_released(tables([[14, 26], [33, 9]])))[:4] == [10, 30, 30, None]
    assert _counts(_released(tables([[14, 26], [33, 9]], margins="grand_total"))) == [15, 25, 35, None, 80]
    assert _counts(_released(tables([14, 26, 33]))) == [15, 25, 35, 75]


def test_zero_stays_zero_by_the_nhs_rule_only() -> None:
    assert _counts(_released(tables([0, 7, 8, 40]), "nhs-digital")) == [0, None, 10, 40, 55]
    assert _counts(_released(tables([0, 7, 8, 40])))[:3] == [None, None, None]


def test_hidden_is_a_null_that_says_so_whether_first_or_in_consequence() -> None:
    strict = _released(tables([[4, 30], [40, 60]]), "k10-strict")
    written = disclosure.document(strict)["tables"][0]["entries"]
    first, in_consequence = written[0]["count"], written[4]["count"]
    assert first == in_consequence == {"value": None, "suppressed": True}
    assert written[4]["at"] == {"organisation": "o0"}
    assert "Hidden" in disclosure.text(strict)
    assert " 0 " not in disclosure.text(strict)


def test_percentages_come_from_rounded_counts() -> None:
    found = _released(tables([[14, 86], [52, 48]], percent_of=["organisation"]))
    percents = [entry.percent.value for entry in found.tables[0].entries[:4] if entry.percent]
    assert percents == [10, 90, 50, 50]


def test_none_and_all_of_a_small_base_are_hidden() -> None:
    found = _released(tables([[0, 40], [0, 400]], percent_of=["organisation"]), "nhs-digital")
    percents = [entry.percent.value for entry in found.tables[0].entries[:4] if entry.percent]
    assert percents == [None, None, 0, 100]


def test_means_have_one_decimal_and_ten_people() -> None:
    def mean(people: int, total: int, rule: str = "nhs-digital") -> float | None:
        score = {"name": "confidence", "low": 1, "high": 5, "sums": [total, 300]}
        entries = _released(tables([people, 100], means=[score]), rule).tables[0].entries
        return entries[0].means[0][1].value

    assert mean(16, 40) == 2.5
    assert mean(40, 133) == 3.3
    assert mean(20, 67) == 3.4
    assert mean(9, 30) is None
    assert mean(12, 30) is None  # shown as 10, which may be 8
    assert mean(16, 80) is None  # all gave the highest score
    assert mean(60, 300) == 5.0


def test_a_mean_over_something_hidden_is_hidden() -> None:
    score = {"name": "confidence", "low": 1, "high": 5, "answers": 5, "sums": [12, 120, 90]}
    means = [entry.means[0][1].value for entry in _released(tables([4, 40, 30], means=[score])).tables[0].entries]
    assert means == [None, 3.0, 3.0, None]


def test_a_mean_over_what_another_table_of_the_same_people_hides_is_hidden() -> None:
    score = {"name": "confidence", "low": 1, "high": 5, "answers": 5}
    fine = document([[6, 30], [40, 60]], population="staff", means=[{**score, "sums": [[18, 90], [120, 180]]}])
    coarse = document([36, 100], population="staff", means=[{**score, "sums": [108, 300]}])
    coarse["tables"][0]["table"] = "by-organisation"
    fine["tables"] += coarse["tables"]
    found = _released(disclosure.parse(fine))
    assert [entry.means[0][1].value for entry in found.tables[0].entries] == [None, 3.0, 3.0, 3.0, *[None] * 5]
    assert [entry.means[0][1].value for entry in found.tables[1].entries] == [None, None, None]
    coarse["tables"] += fine["tables"][:1]  # of means that share people the first is shown
    found = _released(disclosure.parse(coarse))
    assert [entry.means[0][1].value for entry in found.tables[0].entries] == [None, 3.0, None]
    assert [entry.means[0][1].value for entry in found.tables[1].entries][:4] == [None, 3.0, None, None]


@given(st.lists(st.integers(0, 80), min_size=4, max_size=4), st.lists(st.integers(0, 80), min_size=4, max_size=4))
def test_a_cell_moves_by_nobody_or_by_at_least_k_people(before: list[int], now: list[int]) -> None:
    first = disclosure.release(tables(np.reshape(before, (2, 2))), None, DEFAULT)
    if isinstance(first, Refusal):
        return
    second = disclosure.release(tables(np.reshape(now, (2, 2))), first.standing, DEFAULT)
    if isinstance(second, Release):
        for old, new in zip(before, second.standing.tables[0].counts, strict=True):
            assert new == old or abs(new - old) >= DEFAULT.k


def test_the_same_people_give_the_same_release() -> None:
    table = tables([[14, 26], [33, 9]], percent_of=[])
    first = _released(table)
    again = _released(table, previous=first.standing)
    assert json.dumps(disclosure.document(again)) == json.dumps(disclosure.document(first))
    assert disclosure.kept.parse(disclosure.kept.written(again.standing)) == again.standing


def test_a_mean_does_not_move_with_one_newcomer() -> None:
    def declared(people: int, total: int) -> Any:
        return tables([people, 50], means=[{"name": "confidence", "low": 1, "high": 5, "sums": [total, 150]}])

    first = _released(declared(30, 109))
    second = _released(declared(31, 110), previous=first.standing)
    assert disclosure.document(second) == disclosure.document(first)
    third = _released(declared(42, 140), previous=second.standing)
    assert third.tables[0].entries[0].means[0][1].value == 3.3


def test_small_steps_add_up_until_a_cell_moves() -> None:
    found = _released(tables([20, 50]))
    seen = []
    for people in (24, 29, 30, 34):
        found = _released(tables([people, 50]), previous=found.standing)
        seen.append(found.standing.tables[0].counts[0])
    assert seen == [20, 20, 30, 30]


def test_a_new_organisation_stands_as_it_is_and_a_table_declared_otherwise_is_an_error() -> None:
    first = _released(tables([20, 50]))
    assert _released(tables([20, 50, 12]), previous=first.standing).standing.tables[0].counts == (20, 50, 12)
    with pytest.raises(EvidenceError, match="people: declared otherwise in the last release"):
        disclosure.release(tables([[20, 50], [30, 40]]), first.standing, DEFAULT)


def test_a_refusal_names_the_cells_without_their_numbers() -> None:
    found = disclosure.release(tables([[1, 14], [13, 20]]), None, NHS)
    exposed = disclosure.release(tables([[7, 7], [8, 8]]), None, NHS)
    assert isinstance(found, Release)
    assert isinstance(exposed, Refusal)
    assert exposed.cells == ("people: o0, g0 (now)", "people: o0, g1 (now)")


def test_a_rule_nobody_has_is_named_beside_those_there_are() -> None:
    with pytest.raises(EvidenceError, match="rule: no rule 'gut-feeling'; there are default, k10-round10"):
        disclosure.rule("gut-feeling")


def _broken(**changes: Any) -> Any:
    whole = document([[14, 26], [33, 9]])
    whole["tables"][0] |= changes
    return whole


_SCORE = {"name": "confidence", "low": 1, "high": 5}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"format": "groundswell-tables/9", "tables": []},
            "last.json: format: wrong version: this program reads groundswell-tables/1",
        ),
        ([], "last.json: must be names with values, in braces"),
        (_broken(counts=[[14, -1], [3, 9]]), "last.json: people: o0, g1: counts: not a whole number of people"),
        (_broken(counts=[[14, 2.0], [3, 9]]), "last.json: people: o0, g1: counts: not a whole number of people"),
        (_broken(counts=[[14, float("nan")], [3, 9]]), "last.json: people: o0, g1: counts: not a whole number"),
        (_broken(counts=[[14, True], [3, 9]]), "last.json: people: o0, g1: counts: not a whole number"),
        (_broken(counts=[[14, 2, 1], [3, 9]]), "last.json: people: o0, g0: counts: its shape is not 2 x 2"),
        (_broken(counts=[14, 2, 3, 9]), "last.json: people: o0, g0: counts: its shape is not 2 x 2"),
        (_broken(counts=None), "last.json: people: o0, g0: counts: its shape"),
        (_broken(margins="some"), "last.json: tables[0].margins: must be 'all'"),
        (_broken(colour="red"), "last.json: tables[0].colour: no such field; take it out"),
        (_broken(percent_of=["organisation", "group"]), "last.json: people: percent_of: name some of the dimensions"),
        (_broken(percent_of=["age"]), "last.json: people: percent_of: name some of the dimensions"),
        (_broken(margins="none", percent_of=[]), "last.json: people: percent_of: their base is not among"),
        (
            _broken(dimensions=[{"name": "x", "values": ["a", "a"]}]),
            "last.json: tables[0].dimensions[0]: a value is there twice",
        ),
        (_broken(means=[{**_SCORE, "sums": [[14, 26], [166, 9]]}]), "last.json: people: o1, g0: confidence: the sum"),
        (_broken(means=[{**_SCORE, "sums": 3}]), "last.json: people: o0, g0: confidence: its shape"),
        (_broken(means=[{**_SCORE, "low": 5, "sums": 3}]), "last.json: people: confidence: the scale's low end"),
    ],
)
def test_what_cannot_be_a_table_of_people_is_named_with_file_cell_and_field(wrong: Any, said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        disclosure.parse(wrong, "last.json")
    assert str(caught.value).startswith(said)


def test_more_cells_than_can_be_attacked_are_turned_away() -> None:
    large = document([[1] * 150] * 150)
    with pytest.raises(EvidenceError, match="more than 20000 cells"):
        disclosure.parse(large)


@pytest.mark.parametrize("margins", ["grand_total", "none"])
def test_a_table_that_would_be_attacked_for_hours_is_turned_away_with_what_to_do(margins: str) -> None:
    large = np.zeros((21, 20, 20), dtype=int)
    with pytest.raises(
        EvidenceError, match="people: margins: more than 8000 cells in three dimensions with all totals"
    ):
        tables(large)
    assert tables(large, margins=margins)
