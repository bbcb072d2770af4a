"""One release after another: renamed, absent, new, under another rule; what is kept, and that nobody edits it."""

import copy
import json
from typing import Any

import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Refusal, Release
from services.evaluation.evidence.errors import EvidenceError

DEFAULT = disclosure.rule("default")


def _table(counts: Any, values: Any = "XYZ", *, table: str = "t", population: str = "p", **more: Any) -> dict[str, Any]:
    dimension = {"name": "org", "values": list(values), **more.pop("org", {})}
    return {
        "table": table,
        "population": population,
        "margins": "none",
        "dimensions": [dimension],
        "counts": counts,
    } | more


def _release(*tables: Any, previous: Kept | None = None, rule: Any = DEFAULT, **more: Any) -> Release:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(tables)})
    found = disclosure.release(parsed, previous, rule, **more)
    assert isinstance(found, Release)
    return found


def _stands(found: Release, table: int = 0) -> tuple[int, ...]:
    counts: tuple[int, ...] = found.standing.tables[table].counts
    return counts


FIRST = _release(_table([30, 40, 50]))


def test_a_renamed_table_or_population_does_not_let_a_cell_move_by_one() -> None:
    assert _stands(_release(_table([31, 41, 51], table="u"), previous=FIRST.standing)) == (30, 40, 50)
    renamed = _table([31, 41, 51], table="u", population="q", renamed_from="t")
    assert _stands(_release(renamed, previous=FIRST.standing)) == (30, 40, 50)
    with pytest.raises(EvidenceError, match="t: population: the last release has nothing of these people"):
        _release(_table([31, 41, 51], population="q"), previous=FIRST.standing)
    with pytest.raises(EvidenceError, match="u: renamed_from: the last release has no table s"):
        _release(_table([31, 41, 51], table="u", renamed_from="s"), previous=FIRST.standing)
    assert _stands(_release(_table([31, 41, 51], population="q", new=True), previous=FIRST.standing)) == (31, 41, 51)


def test_a_population_that_appears_while_another_vanishes_has_to_be_explained() -> None:
    two = _release(_table([30, 40, 50]), _table([20, 20, 20], table="u", population="q"))
    with pytest.raises(EvidenceError, match="v: population: new, while q of the last release is gone"):
        _release(_table([30, 40, 50]), _table([21, 20, 20], table="v", population="r"), previous=two.standing)


def test_a_renamed_value_stands_where_it_stood_and_an_unexplained_one_is_turned_away() -> None:
    again = _release(_table([31, 41, 51], "XYW", org={"renamed_from": {"W": "Z"}}), previous=FIRST.standing)
    assert _stands(again) == (30, 40, 50)
    later = _release(_table([31, 41, 51], "XYW", org={"renamed_from": {"W": "Z"}}), previous=again.standing)
    assert _stands(later) == (30, 40, 50)  # last quarter's declaration does no harm
    with pytest.raises(EvidenceError, match="t: org: W is new, while z of the last release is gone"):
        _release(_table([31, 41, 51], "XYW"), previous=FIRST.standing)
    fresh = _release(_table([31, 41, 51], "XYW", org={"new": ["W"]}), previous=FIRST.standing)
    assert _stands(fresh) == (30, 40, 51)
    with pytest.raises(EvidenceError, match="t: org: renamed_from: the last release has no V"):
        _release(_table([31, 41, 51], "XYW", org={"renamed_from": {"W": "V"}}), previous=FIRST.standing)


def test_what_is_absent_once_is_not_forgotten() -> None:
    without = _release(_table([30, 40], "XY"), previous=FIRST.standing)
    assert _stands(_release(_table([30, 40, 51]), previous=without.standing)) == (30, 40, 50)
    unknown = _table([99], "A", population="q")
    with pytest.raises(EvidenceError, match=r't: population: in no release before.* declare "new": true'):
        _release(_table([30, 40, 50], table="other"), unknown, previous=FIRST.standing)
    other = _release(_table([30, 40, 50], table="other"), {**unknown, "new": True}, previous=FIRST.standing)
    gone = _release(_table([99], "A", population="q"), previous=other.standing)
    assert _stands(_release(_table([31, 41, 51]), previous=gone.standing)) == (30, 40, 50)


def test_what_is_kept_grows_with_what_moved_and_not_with_what_was_only_said_again() -> None:
    found = FIRST
    for people in (45, 45, 49, 60, 75, 75):
        found = _release(_table([people, 40, 50]), previous=found.standing)
    assert [release.tables[0].counts[0] for release in found.standing.releases] == [75, 60, 45, 30]


def _tries(*tables: Any, previous: Kept | None) -> Release | Refusal:
    parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": list(tables)})
    return disclosure.release(parsed, previous, DEFAULT)


def test_a_hidden_cell_that_stands_still_is_not_recovered_from_three_releases() -> None:
    """All 25, 145 and 60 beside 10 and 15, 60 and 80, 20 and 30: only 4 fits the hidden cell of all three."""
    first = _release(_table([4, 10, 13], margins="grand_total"))
    second = _release(_table([4, 60, 80], margins="grand_total"), previous=first.standing)
    third = _table([4, 22, 32], margins="grand_total")
    assert isinstance(_tries(third, previous=first.standing), Refusal)
    assert isinstance(_tries(third, previous=second.standing), Refusal)


@pytest.mark.parametrize("backwards", [False, True])
def test_releases_that_hid_nothing_do_not_tell_what_is_hidden_later(backwards: bool) -> None:
    """All 80 beside 10 and four of 18 at least: the first has 10, and so nobody when at least ten have gone."""
    steps = [[10, 18, 18, 18, 18], [10, 30, 31, 29, 33], [0, 30, 31, 29, 33]]
    if backwards:
        steps = [[0, 30, 31, 29, 33], [10, 41, 42, 40, 44], [10, 18, 18, 18, 18]]
    first = _release(_table(steps[0], "ABCDE", margins="grand_total"))
    second = _release(_table(steps[1], "ABCDE", margins="grand_total"), previous=first.standing)
    found = _tries(_table(steps[2], "ABCDE", margins="grand_total"), previous=second.standing)
    assert isinstance(found, Refusal)


def test_what_moved_by_k_again_and_again_does_not_tell_what_is_hidden_last() -> None:
    """Nothing stands still: 20 at most, then ten fewer and ten fewer again, is nobody."""
    first = _release(_table([20, 18, 18, 18, 18], "ABCDE", margins="grand_total"))
    second = _release(_table([10, 30, 31, 29, 33], "ABCDE", margins="grand_total"), previous=first.standing)
    third = _table([0, 41, 42, 40, 44], "ABCDE", margins="grand_total")
    assert isinstance(_tries(third, previous=second.standing), Refusal)


def test_tables_of_the_same_people_are_kept_with_the_one_that_hides() -> None:
    def both(*counts: int) -> list[dict[str, Any]]:
        other = {"name": "sex", "values": ["F", "M"], "unrelated": ["org"]}
        whole = sum(counts)
        beside = {**_table([whole // 2, whole - whole // 2], table="u"), "dimensions": [other]}
        return [_table(list(counts)), beside, _table([99], "A", table="v", population="q")]

    first = _release(*both(4, 100, 130))
    second = _release(*both(4, 160, 180), previous=first.standing)
    assert [[table.table for table in one.tables] for one in second.standing.releases] == [["t", "u", "v"], ["t", "u"]]
    third = _release(*both(40, 160, 180), previous=second.standing)
    assert len(third.standing.releases) == 3  # it moved, but others stand and tell what it was


@pytest.mark.parametrize("people", [4, 400])
def test_no_more_than_twelve_releases_are_kept_of_the_same_people(people: int) -> None:
    found = _release(_table([people, 100, 50]))
    for quarter in range(1, 15):
        found = _release(_table([people, 100 + 20 * quarter, 50]), previous=found.standing)
    assert len(found.standing.releases) == 12


def test_another_rule_has_to_be_meant_and_is_attacked_together_with_the_last() -> None:
    """12 people are 10 by one rule; 8 of them 10 by the other, so that both together narrow what each would hide."""
    strict = disclosure.rule("nhs-digital")
    with pytest.raises(EvidenceError, match="rule: the last release went by default"):
        _release(_table([30, 40, 50]), previous=FIRST.standing, rule=strict)
    again = _release(_table([30, 40, 50]), previous=FIRST.standing, rule=strict, another_rule=True)
    assert [release.rule.rule for release in again.standing.releases] == ["nhs-digital", "default"]
    hidden = _release(_table([8, 40, 50]))
    tables = disclosure.parse({"format": "groundswell-tables/1", "tables": [_table([8, 40, 50])]})
    assert isinstance(disclosure.release(tables, hidden.standing, strict, another_rule=True), Refusal)


@pytest.mark.parametrize(
    ("last", "now", "moved"),
    [("default", "nhs-digital", (9, 1)), ("ons-10-5", "nhs-digital", (8, 0)), ("nhs-digital", "default", (2, 12))],
)
def test_what_moved_under_another_rule_is_known_to_have_moved_by_the_k_of_that_rule(
    last: str, now: str, moved: tuple[int, int]
) -> None:
    """0 to 9, then 1 to 7, and eight fewer at least: it was 9. 1 to 7, then 10 to 12, and ten more: it was 1 or 2."""
    first = _release(_table([moved[0], 40, 50]), rule=disclosure.rule(last))
    tables = disclosure.parse({"format": "groundswell-tables/1", "tables": [_table([moved[1], 40, 50])]})
    found = disclosure.release(tables, first.standing, disclosure.rule(now), another_rule=True)
    assert isinstance(found, Refusal)
    assert "t: X (before)" in found.cells


def _written() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(disclosure.kept.written(FIRST.standing)))
    return document


def test_what_was_kept_is_read_again_and_nothing_else_is() -> None:
    assert disclosure.kept.parse(_written()) == FIRST.standing
    edited = _written()
    edited["releases"][0]["tables"][0]["counts"][0] = 31
    with pytest.raises(EvidenceError, match=r"kept.json: digest: was changed since --keep wrote it"):
        disclosure.kept.parse(edited, "kept.json")
    raw = {"format": "groundswell-tables/1", "tables": [_table([30, 40, 50])]}
    for wrong in (raw, [], None, {}, {**_written(), "format": "groundswell-kept/9"}):
        with pytest.raises(EvidenceError, match=r"kept.json: format: not what --keep wrote"):
            disclosure.kept.parse(copy.deepcopy(wrong), "kept.json")


def test_every_release_says_that_figures_may_be_older_whether_one_is_or_not() -> None:
    held = _release(_table([31, 40, 50]), previous=FIRST.standing)
    notes = {disclosure.document(found)["note"] for found in (FIRST, held)}
    assert len(notes) == 1
    assert "may be older than this release" in disclosure.text(held)


@pytest.mark.parametrize("table", ["t", "u"])
def test_a_score_keeps_its_scale_because_cells_that_are_held_keep_their_sums(table: str) -> None:
    """From 1 to 5, then from 0 to 10: 200 of 60 people was 3.3 of 5, and would be 3.3 of 10."""
    score = {"name": "score", "answers": 5}
    first = _release(_table([60, 60, 60], means=[{**score, "low": 1, "high": 5, "sums": [200, 180, 150]}]))
    scored = {**score, "low": 0, "high": 10, "sums": [350, 420, 230]}
    with pytest.raises(EvidenceError, match="declared from 1 to 5, in another table of the same people or in an earl"):
        _release(_table([62, 90, 60], table=table, means=[scored]), previous=first.standing)
    further = _table([62, 90, 60], table="u", means=[{**scored, "name": "score of ten"}])
    assert _release(further, previous=first.standing)
