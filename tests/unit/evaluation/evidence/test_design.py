"""Before the start: what could be detected, and a draw that is fair and can be repeated."""

from collections import Counter

import pytest
from scipy import stats

from services.evaluation.evidence.design import order, power
from services.evaluation.evidence.errors import EvidenceError

NAMES = [f"Trust {number:02}" for number in range(12)]


@pytest.mark.parametrize(("organisations", "detectable"), [(4, 1.50), (6, 0.85), (10, 0.56), (20, 0.37), (40, 0.25)])
def test_the_detectable_change_is_the_published_one(organisations: int, detectable: float) -> None:
    """MCR-30: 20 people an organisation, stability .6, .05 of the variance between organisations."""
    assert power(organisations, 20).detectable == pytest.approx(detectable, abs=0.005)


def test_more_organisations_or_people_detect_more_and_organisations_count_for_more() -> None:
    assert power(20, 20).detectable < power(10, 40).detectable < power(10, 20).detectable
    assert [power(number, 20).inference for number in (4, 6, 11, 12)] == [
        "none",
        "t on organisation means",
        "t on organisation means",
        "wild cluster bootstrap",
    ]


def test_a_draw_depends_on_the_seed_and_the_names_and_on_nothing_else() -> None:
    """MCR-30: whoever arranges the list arranges nothing."""
    assert order(NAMES, [4, 0], 7) == order(NAMES[::-1], [4, 0], 7)
    assert order(NAMES, [4, 0], 7) != order(NAMES, [4, 0], 8)


def test_every_organisation_is_as_likely_to_begin_early_as_any_other() -> None:
    """MCR-30: 2,000 seeds, one organisation in four first; as even as chance is."""
    early = Counter(
        name for seed in range(2000) for name, wave in order(NAMES, [2, 3, 4, 5], seed).starts.items() if wave == 2
    )
    assert sum(early.values()) == 3 * 2000
    assert stats.chisquare([early[name] for name in NAMES]).pvalue > 0.001


def test_starts_are_dealt_out_evenly() -> None:
    assert sorted(Counter(order(NAMES[:11], [2, 3, 0], 1).starts.values()).values()) == [3, 4, 4]


@pytest.mark.parametrize(
    ("organisations", "people", "stability", "icc", "field"),
    [(2, 20, 0.6, 0.05, "organisations"), (10, 0, 0.6, 0.05, "people"), (10, 20, 1.0, 0.05, "stability"),
     (10, 20, 0.6, -0.1, "icc"), (10, 20, float("nan"), 0.05, "stability")],
)  # fmt: skip
def test_a_design_that_can_detect_nothing_is_refused(
    organisations: int, people: int, stability: float, icc: float, field: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        power(organisations, people, stability, icc)
    assert caught.value.field == field


def test_a_draw_without_starts_or_with_an_organisation_twice_is_refused() -> None:
    for names, starts in ((["A", "A"], [2]), (["A"], []), (["A"], [-1])):
        with pytest.raises(EvidenceError):
            order(names, starts, 1)
