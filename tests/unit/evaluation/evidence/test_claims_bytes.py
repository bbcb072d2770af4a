"""A claim as bytes, and what stands beside it: the same input gives the same, and nothing can be smuggled in."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import Circumstances, Claim, beside, canonical, conclude, read
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, KNOWN, SURE, UNSURE, WHOLE, fewer


def test_the_same_input_gives_the_same_bytes_and_they_read_back() -> None:
    shuffled = CellTable.of(OUTCOME, WHOLE.waves, reversed(WHOLE.cells))
    other = Circumstances(
        DECLARED, cut_off={"evaluation-1": 98, "evaluation-0": 120}, standards={"instrument": "confidence/2"}
    )
    first, second = canonical(conclude(WHOLE, SURE, KNOWN)), canonical(conclude(shuffled, SURE, other))
    assert first == second
    assert canonical(read(first)) == first
    assert read(first) == conclude(WHOLE, SURE, KNOWN)
    assert list(json.loads(first)) == sorted(json.loads(first))


def forged(claim: Claim, **changed: Any) -> bytes:
    return json.dumps({**asdict(claim), **changed}).encode()


@pytest.mark.parametrize(
    "changed",
    [
        {"sentence": "The programme caused +5.87 points."},
        {"sentence": "It is proved."},
        {"level": 0},
        {"level": 1},
        {"level": 5},
        {"suppressed": True},
        {"assumptions": ["It is because of us."]},
        {"extra": 1},
        {"observed": "much"},
        {"people": float("nan")},
        {"difference": 99.0},
        {"observed": 101.0},
        {"expected_without": 0.12345},
        {"interval": [8.9, 9.1]},
        {"interval": [-1.0, 9.0]},
        {"interval": None},
        {"smallest_detectable": 0.0},
        {"detected": False},
        {"detected": None},
        {"attrition": [5.0, -5.0]},
        {"people": 3},
        {"people": 141},
        {"people": None},
        {"people_comparison": 0},
        {"organisations": 1},
        {"organisations": 5},
        {"organisations_comparison": 5},
        {"maryland": 4},
        {"strength": "designed"},
        {"cut_off": {"x": -1}},
        {"cut_off": {"evaluation 0": 1}},
        {"rule": "evidence/9"},
        {"better": "louder"},
        {"outcome": "Improved by the programme"},
        {"outcome": "Peer support"},
        {"unit": "pounds saved by the programme"},
        {"assumptions": []},
        {"limits": []},
        {"limits": ["Nothing at all."]},
        {"sentence": "Not enough responses to show."},
        {"made_from": None},
    ],
)
def test_a_claim_that_says_more_than_its_level_cannot_be_read_back(changed: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError):
        read(forged(conclude(WHOLE, SURE, KNOWN), **changed))


def test_a_designed_claim_keeps_the_place_of_its_lottery() -> None:
    claim = conclude(WHOLE, SURE, Circumstances(DRAWN))
    assert read(canonical(claim)) == claim
    with pytest.raises(EvidenceError):
        read(forged(claim, made_from={**asdict(claim.made_from), "lottery_at": None}))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"expected_without": 5.0}, "expected_without"),
        ({"expected_without": None}, "expected_without"),
        ({"observed": 20.0}, "expected_without"),
        ({"attrition": [-50.0, 50.0]}, "attrition"),
        ({"attrition": [-2.0, -1.0]}, "attrition"),
        ({"method": "Verified by the national auditor"}, "method"),
        ({"method": "paired change since the start"}, "method"),
    ],
)
@pytest.mark.parametrize("known", [KNOWN, Circumstances(DRAWN)])
def test_a_changed_figure_that_no_longer_fits_the_others_is_found(
    known: Circumstances, changed: dict[str, Any], field: str
) -> None:
    """MCR-30: from level 3 on, where it counts most."""
    claim = conclude(WHOLE, SURE, known)
    assert claim.level in (3, 4)
    with pytest.raises(EvidenceError) as refused:
        read(forged(claim, **changed))
    assert refused.value.field == field


def test_an_assumption_that_the_ladder_does_not_know_is_found() -> None:
    claim = conclude(WHOLE, SURE, KNOWN)
    added = [*claim.assumptions, "The record of the lottery was looked up."]
    with pytest.raises(EvidenceError, match="does not fit"):
        read(forged(claim, assumptions=added))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("lottery_at", "looked up by the auditor"),
        ("lottery_at", "enrolment/0/01"),
        ("cells", None),
        ("cells", "none"),
        ("control", ""),
        ("control", "the best"),
        ("declaration", None),
        ("declaration", "declared"),
    ],
)
def test_what_a_designed_claim_was_made_from_cannot_be_emptied(part: str, value: str | None) -> None:
    """MCR-30: a claim that cannot be made again is none."""
    claim = conclude(WHOLE, SURE, Circumstances(DRAWN))
    assert claim.level == 4
    with pytest.raises(EvidenceError) as refused:
        read(forged(claim, made_from={**asdict(claim.made_from), part: value}))
    assert refused.value.field == f"made_from.{part}"


def test_claims_of_every_level_read_back() -> None:
    for claim in (
        conclude(WHOLE, None),
        conclude(WHOLE, UNSURE, KNOWN),
        conclude(WHOLE, replace(SURE, people_comparison=99), KNOWN),
        conclude(WHOLE, UNSURE, Circumstances(DRAWN)),
        conclude(fewer(1), None),
    ):
        assert read(canonical(claim)) == claim


def test_a_suppressed_claim_with_a_figure_cannot_be_read_back() -> None:
    hidden = conclude(fewer(1), SURE, KNOWN)
    assert read(canonical(hidden)) == hidden
    for smuggled in ({"observed": 0.0}, {"people": 7}, {"interval": [1, 2]}, {"sentence": "Only 7 answered."}):
        with pytest.raises(EvidenceError):
            read(forged(hidden, **smuggled))


def test_what_stands_beside_a_claim_is_empty_where_it_compares_nothing() -> None:
    compared = conclude(WHOLE, SURE, KNOWN)
    seen = beside(compared, WHOLE, SURE)
    assert seen.event_study == ((-2, 0.11, -1.13, 1.33), (0, 5.81, 4.45, 7.2), (1, 5.9, 4.5, 7.3))
    assert seen.sensitivity == ((0.0, 3.9, 7.9), (0.1, 3.5, 8.2))
    for claim in (conclude(WHOLE, None), conclude(fewer(1), SURE)):
        assert beside(claim, WHOLE, SURE).event_study == ()
        assert beside(claim, WHOLE, SURE).sensitivity == ()


def test_a_wave_that_few_people_answered_is_not_shown_beside_a_claim() -> None:
    cells = [
        cell.on((1, 2, 3, 4)) if cell.cohort and cell.organisation != "Organisation 001" else cell
        for cell in WHOLE.cells
    ]
    few = [replace(cell, n=9) if cell.organisation == "Organisation 001" else cell for cell in cells]
    table = CellTable.of(OUTCOME, WHOLE.waves, few)
    times = [time for time, *_ in beside(conclude(WHOLE, SURE, KNOWN), table, SURE).event_study]
    assert times == [-2]
