"""A claim whose fields do not fit one another cannot be read back, each changed by itself."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from services.evaluation.evidence.claims import Circumstances, Claim, canonical, conclude, read
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import MEANS, METHODS, NONE, WILD, Estimate
from tests.unit.evaluation.evidence.claimed import DRAWN, KNOWN, SURE, UNSURE, WHOLE

DESCRIBED = replace(
    SURE, inference=NONE, method=METHODS[NONE], interval=None, p_value=None, smallest_detectable=None, event_study=()
)
METHOD = {name: f"{method}; {name}" for name, method in METHODS.items()}


def refused(claim: Claim, **changed: Any) -> str:
    """Return the field for which a claim with these changes is refused."""
    assert read(canonical(claim)) == claim
    plain = asdict(claim)
    made = {**plain["made_from"], **changed.pop("made_from", {})}
    with pytest.raises(EvidenceError) as found:
        read(json.dumps({**plain, "made_from": made, **changed}).encode())
    return str(found.value.field)


@pytest.mark.parametrize("changed", [{"interval": [0.5, 7.0]}, {"smallest_detectable": 1.0}])
def test_how_sure_it_is_is_not_read_beside_words_that_it_cannot_be_said(changed: dict[str, Any]) -> None:
    claim = conclude(WHOLE, DESCRIBED, KNOWN)
    assert "How sure this is cannot be said" in claim.sentence
    assert refused(claim, **changed) == "interval"


@pytest.mark.parametrize("attrition", [[0.5, 2.0], [-300.0, 300.0], [6.0, 5.0]])
@pytest.mark.parametrize("sure", [SURE, UNSURE])
def test_bounds_for_those_who_left_hold_the_difference_and_end_with_the_scale(
    sure: Estimate, attrition: list[float]
) -> None:
    assert refused(conclude(WHOLE, sure, KNOWN), attrition=attrition) == "attrition"


@pytest.mark.parametrize(
    ("sure", "changed", "field"),
    [
        (SURE, {"method": METHOD[NONE]}, "method"),
        (SURE, {"method": METHOD[MEANS], "attrition": None}, "method"),
        (DESCRIBED, {"method": METHOD[WILD]}, "method"),
        (replace(UNSURE, inference=MEANS, method=METHODS[MEANS]), {"attrition": [-9.0, 9.0]}, "attrition"),
        (UNSURE, {"organisations": 5}, "organisations"),
        (UNSURE, {"organisations_comparison": 2}, "organisations"),
        (SURE, {"smallest_detectable": 1.0}, "interval"),
    ],
)
def test_a_method_fits_what_it_found(sure: Estimate, changed: dict[str, Any], field: str) -> None:
    assert refused(conclude(WHOLE, sure, KNOWN), **changed) == field


@pytest.mark.parametrize("level", [KNOWN, Circumstances(DRAWN)])
def test_figures_have_no_more_decimals_than_so_many_people_allow(level: Circumstances) -> None:
    """Of at least a hundred people a side two, of fewer one."""
    claim = conclude(WHOLE, SURE, level)
    assert claim.people == claim.people_comparison == 140
    for few in (10, 50, 90):
        assert refused(claim, people=few) == "observed"
        assert refused(claim, people_comparison=few) == "observed"
    edge = conclude(WHOLE, replace(SURE, people_comparison=99), level)
    assert edge.people_comparison == 100
    assert refused(edge, people_comparison=140) == "sentence"


@pytest.mark.parametrize(
    ("made", "field"),
    [
        ({"instrument": "It was caused by us"}, "made_from.instrument"),
        ({"instrument": "caused"}, "made_from.instrument"),
        ({"versions": {"proved by": "us"}}, "made_from.versions"),
        ({"versions": {"numpy": "caused it"}}, "made_from.versions"),
        ({"versions": {}}, "made_from.versions"),
        ({"k": 9}, "made_from.k"),
        ({"k": -10}, "made_from.k"),
    ],
)
@pytest.mark.parametrize("sure", [SURE, UNSURE])
def test_nothing_is_said_in_what_a_claim_was_made_from(sure: Estimate, made: dict[str, Any], field: str) -> None:
    assert refused(conclude(WHOLE, sure, KNOWN), made_from=made) == field


def test_nothing_is_said_in_the_names_of_standards() -> None:
    claim = conclude(WHOLE, SURE, KNOWN)
    assert refused(claim, standards={"the programme caused": "it"}) == "standards"
    assert refused(claim, standards={"caused": "1"}) == "standards"


@pytest.mark.parametrize("library", ["It was caused by us", "diff-diff", "diff-diff proved", "diff-diff 3\u202e", " 3"])
def test_nothing_is_said_in_the_name_of_the_library(library: str) -> None:
    assert refused(conclude(WHOLE, SURE, KNOWN), library=library) == "library"


@pytest.mark.parametrize(
    "changed", [{"people": "140"}, {"seed": True}, {"smallest_detectable": float("inf")}, {"organisations": 30.0}]
)
def test_a_number_is_a_number_and_ends(changed: dict[str, Any]) -> None:
    assert refused(conclude(WHOLE, SURE, KNOWN), **changed) == next(iter(changed))


def test_a_scale_rises() -> None:
    assert refused(conclude(WHOLE, None, replace(KNOWN)), made_from={"scale": [100, 0]}) == "made_from.scale"
