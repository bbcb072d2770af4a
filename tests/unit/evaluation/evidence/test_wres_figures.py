"""Ratios and differences from counts, and a published figure held against them: each known mistake in words (WRE)."""

from math import hypot, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from scipy.stats.contingency import relative_risk

from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import Part, reconciling

NAMES = ("BME", "white")
NOBODY = Part(0, 0)
BME, WHITE = Part(27, 122), Part(44, 487)


def _ends(measure: wres.Measure, digits: int) -> list[float]:
    assert measure.value is not None
    assert measure.low is not None
    assert measure.high is not None
    return [round(end, digits) for end in (measure.value, measure.low, measure.high)]


def test_the_golden_ratio_and_its_interval() -> None:
    assert _ends(wres.ratio(BME, WHITE), 4) == [2.4495, 1.5837, 3.7887]


@given(st.integers(1, 60), st.integers(0, 500), st.integers(1, 60), st.integers(0, 500))
def test_a_ratio_is_scipys_relative_risk(a: int, more: int, c: int, others: int) -> None:
    found = wres.ratio(Part(a, a + more), Part(c, c + others))
    expected = relative_risk(a, a + more, c, c + others)
    interval = expected.confidence_interval()
    assert (found.value, found.low, found.high) == (expected.relative_risk, interval.low, interval.high)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.integers(0, 500), st.integers(0, 60), st.integers(0, 500))
def test_points_stand_between_scipys_wilson_intervals(a: int, more: int, c: int, others: int) -> None:
    """Newcombe's interval from scipy's two, and as exact."""
    parts = Part(a, a + more + 1), Part(c, c + others + 1)
    each = [binomtest(part.count, part.base).proportion_ci(method="wilson") for part in parts]
    shares = [part.count / part.base for part in parts]
    down = hypot(shares[0] - each[0].low, each[1].high - shares[1])
    up = hypot(each[0].high - shares[0], shares[1] - each[1].low)
    found, apart = wres.points(*parts), shares[0] - shares[1]
    expected = [100 * end for end in (apart, apart - down, apart + up)]
    assert [found.value, found.low, found.high] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize(("one", "other"), [(Part(0, 50), Part(3, 60)), (Part(3, 50), Part(0, 60)), (NOBODY, NOBODY)])
def test_a_zero_cell_has_no_ratio(one: Part, other: Part) -> None:
    for found in (wres.ratio(one, other), wres.change((one, other), (BME, WHITE))):
        assert (found.value, found.reason) == (None, "no ratio: in one group nobody was counted")


def test_a_change_within_a_trust_is_a_ratio_of_ratios_with_both_errors() -> None:
    found = wres.change((BME, WHITE), (Part(22, 140), Part(47, 480)))
    assert _ends(found, 3) == [0.655, 0.345, 1.244]
    ends = [relative_risk(*four).confidence_interval() for four in ((27, 122, 44, 487), (22, 140, 47, 480))]
    errors = [log(interval.high / interval.low) / (2 * 1.959964) for interval in ends]
    assert found.low is not None
    assert found.high is not None
    assert log(found.high / found.low) / (2 * 1.959964) == pytest.approx(hypot(*errors), abs=1e-6)
    same = wres.change((BME, WHITE), (BME, WHITE))
    assert same.value == pytest.approx(1)


def test_newcombes_interval_is_the_published_one() -> None:
    """Newcombe 1998, Statistics in Medicine 17, 873-890, method 10, the first two of his examples."""
    assert _ends(wres.points(Part(56, 70), Part(48, 80)), 2) == [20.0, 5.24, 33.39]
    assert _ends(wres.points(Part(9, 10), Part(3, 10)), 2) == [60.0, 17.05, 80.9]
    assert wres.points(Part(9, 10), NOBODY).value is None


def test_a_band_is_compared_with_the_workforce_that_it_is_part_of() -> None:
    found = wres.against_whole(Part(20, 180), Part(573, 2543))
    assert found.value == pytest.approx(100 * (20 / 180 - 573 / 2543))
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high < 0
    assert wres.against_whole(Part(20, 180), Part(20, 180)).value is None


def test_seventeen_and_nine_people_are_compatible_with_parity() -> None:
    """Published: 0.7 % of white and 1.2 % of BAME staff, "17 and 9 people", "1.7 times"."""
    bame, white = wres.rebuilt(9, "1.2"), wres.rebuilt(17, "0.7")
    assert (bame.base, bame.least, bame.most) == (750, 720, 782)
    assert white.base == 2429
    found = wres.ratio(bame, white)
    assert _ends(found, 1) == [1.7, 0.8, 3.8]
    assert _ends(found.widened(), 1) == [1.7, 0.7, 4.3]
    assert reconciling.ratio("1.7 times", bame, white, NOBODY, NAMES).agrees


@pytest.mark.parametrize("percent", ["0", "0.0", "101"])
def test_a_base_is_not_rebuilt_from_a_percentage_that_bounds_nothing(percent: str) -> None:
    with pytest.raises(EvidenceError, match="cannot be rebuilt"):
        wres.rebuilt(9, percent)


@pytest.mark.parametrize(
    ("published", "reason", "words"),
    [
        ("2.45", "agrees", "BME divided by white"),
        ("2.4", "agrees", "BME divided by white"),
        ("2 times", "agrees", "BME divided by white"),
        ("2.44", "rounding", "cut off, not rounded"),
        ("2.456", "rounding", "percentages rounded to 1 decimals"),
        ("0.41", "direction", "the other way round: white divided by BME"),
        ("245%", "unit", "ratio in per cent"),
        ("145%", "unit", "how many per cent more likely"),
        ("13.1", "percent_or_points", "percentage points, not a ratio"),
        ("13.1pp", "percent_or_points", "percentage points, not a ratio"),
        ("2.45%", "unit", "It is times, not %"),
        ("0.61", "denominator", "people divided by people"),
        ("1.90", "denominator", "by everybody"),
        ("6.51", "swapped_numerator", "the numerators swapped"),
        ("0.86", "complement", "who were not counted"),
        ("2.86", "odds", "odds"),
        ("7.77", "unexplained", "they give 2.45"),
    ],
)
def test_each_way_of_getting_another_ratio_is_recognised(published: str, reason: str, words: str) -> None:
    found = reconciling.ratio(published, BME, WHITE, NOBODY, NAMES)
    assert (found.reason, found.agrees) == (reason, reason == "agrees")
    assert words in found.words


def test_unknown_ethnicity_counted_with_a_group_is_recognised() -> None:
    unknown = Part(3, 200)
    found = reconciling.ratio("3.23", BME, WHITE, unknown, NAMES)
    assert found.reason == "denominator"
    assert "unknown ethnicity were counted with white" in found.words


def test_no_published_ratio_follows_from_a_zero() -> None:
    assert reconciling.ratio("0.0", Part(0, 10), WHITE, NOBODY, NAMES).reason == "zero"


@pytest.mark.parametrize(
    ("published", "reason", "words"),
    [
        ("8.3", "agrees", "in percentage points"),
        ("+8.3pp", "agrees", "in percentage points"),
        ("8.3%", "percent_or_points", "Say points, not %"),
        ("8.33pp", "agrees", "in percentage points"),
        ("8", "agrees", "in percentage points"),
        ("8.34", "unexplained", "they give 8.33"),
        ("-8.3", "direction", "white less BME"),
        ("40%", "unexplained", ""),
        ("41.7%", "percent_or_points", "per cent of the other group's percentage"),
        ("1.42", "unit", "It could be a ratio"),
        ("0.083", "unit", "difference of shares"),
        ("28.3%", "unit", "BME alone"),
        ("20.0%", "unit", "white alone"),
        ("-20.2", "unexplained", ""),
    ],
)
def test_each_way_of_getting_another_difference_is_recognised(published: str, reason: str, words: str) -> None:
    found = reconciling.points(published, Part(85, 300), Part(200, 1000), None, NAMES)
    assert found.reason == reason
    assert words in found.words


def test_a_difference_by_the_other_denominator_rule_or_with_swapped_counts_is_recognised() -> None:
    board, workforce, known = Part(4, 20), Part(250, 1000), Part(4, 16)
    assert reconciling.points("-5.0", board, workforce, known, ("board", "workforce")).agrees
    assert reconciling.points("0.0", board, workforce, known, ("board", "workforce")).reason == "denominator"
    found = reconciling.points("58.2", Part(85, 300), Part(200, 1000), None, NAMES)
    assert (found.reason, found.agrees) == ("swapped_numerator", False)


@pytest.mark.parametrize("published", ["", "about 2", "2,45", "1e3", "NaN", "2.45 fold"])
def test_what_is_no_figure_is_said_to_be_none(published: str) -> None:
    found = reconciling.ratio(published, BME, WHITE, NOBODY, NAMES)
    assert (found.agrees, found.reason) == (None, "unreadable")
    assert found.words == "It cannot be read: write it as 1.7, 170% or 4.2pp."


def test_more_people_than_there_are_is_an_error() -> None:
    with pytest.raises(EvidenceError, match="count: the count is not between"):
        Part(5, 4)


@given(st.integers(0, 40), st.integers(0, 200), st.integers(0, 40), st.integers(0, 200), st.text(max_size=8))
def test_reconciling_ends_in_words_or_in_an_error_that_names_the_field(
    a: int, more: int, c: int, others: int, text: Any
) -> None:
    one, other = Part(a, a + more + 1), Part(c, c + others + 1)
    for published in ("1.0", "0", "50%", "3pp", text):
        field, words = "", ["none"]
        try:
            found = [reconciling.ratio(published, one, other, Part(1, 2), NAMES)]
            found.append(reconciling.points(published, one, other, None, NAMES))
            words = [row.words for row in found]
        except EvidenceError as error:
            field = error.field
        assert field in ("", "published")
        assert all(words)
