"""How an outcome is measured: settled before the outcomes, or the coding that suits is chosen among many."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.evaluation.evidence.claims import (
    DECLARATION_FORMAT,
    Circumstances,
    Declaration,
    canonical,
    conclude,
    declaration,
    ladder,
    read,
)
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import DECLARED, DRAWN, SURE, WHOLE

RESCALED = ladder().limits["scale_foreseen"]
AS_SETTLED = "Answers were turned into scores as was settled before the outcomes."
NAME = OUTCOME.name


def measured(name: str = NAME, **how: Any) -> Declaration:
    """What was declared, with the measuring as a file would say it."""
    plain = json.loads(DECLARED.model_dump_json()) | {"outcomes": {name: how}, "secondary": ["Peer support"]}
    return declaration(json.dumps(plain), "d.json")


@pytest.mark.parametrize("declared", [DECLARED, DRAWN])
def test_without_a_declared_scale_a_claim_is_a_comparison(declared: Declaration) -> None:
    """MCR-30: the best of 12 codings of the same answers found three times as often what was not there."""
    claim = conclude(WHOLE, SURE, Circumstances(declared.model_copy(update={"outcomes": {}})))
    assert (claim.level, claim.limits) == (2, (RESCALED,))
    assert read(canonical(claim)) == claim


@pytest.mark.parametrize(("declared", "level"), [(DECLARED, 3), (DRAWN, 4)])
def test_with_the_declared_scale_it_is_not_and_the_coding_is_assumed(declared: Declaration, level: int) -> None:
    claim = conclude(WHOLE, SURE, Circumstances(declared))
    assert (claim.level, RESCALED in claim.limits, AS_SETTLED in claim.assumptions) == (level, False, True)


@pytest.mark.parametrize(
    ("how", "level"),
    [
        ({"scale": [0, 100], "unit": "points", "better": "higher"}, 3),
        ({"scale": [0, 100]}, 3),
        ({"scale": [0, 50]}, 2),
        ({"scale": [-100, 100]}, 2),
        ({"scale": [0, 100], "unit": "scale points"}, 2),
        ({"scale": [0, 100], "better": "lower"}, 2),
    ],
)
def test_scale_unit_and_better_end_are_those_declared(how: dict[str, Any], level: int) -> None:
    claim = conclude(WHOLE, SURE, Circumstances(measured(**how)))
    assert (claim.level, RESCALED in claim.limits) == (level, level == 2)


def test_a_scale_that_was_declared_after_the_outcomes_or_of_another_outcome_is_none() -> None:
    for late in (
        measured(scale=[0, 100]).model_copy(update={"declared": date(2024, 9, 2)}),
        measured("Peer support", scale=[0, 100]),
    ):
        assert RESCALED in conclude(WHOLE, SURE, Circumstances(late)).limits


def test_a_secondary_outcome_is_judged_beside_others_that_are_measured_as_declared() -> None:
    """Another one scored until its chance is small leaves this one a larger threshold."""
    both = DECLARED.model_copy(update={"primary": "other", "secondary": (NAME, "b")})
    known = Circumstances(both, p_values={"b": 0.01, NAME: 0.0004})
    assert conclude(WHOLE, SURE, known).level == 3
    claim = conclude(WHOLE, SURE, replace(known, rescaled=True))
    assert (claim.level, claim.limits) == (2, (RESCALED,))
    assert conclude(WHOLE, SURE, Circumstances(DECLARED, rescaled=True)).level == 3


@pytest.mark.parametrize(
    ("outcomes", "field", "what"),
    [
        ({NAME: {"scale": [5, 1]}}, f"outcomes.{NAME}", "must be below"),
        ({NAME: {"scale": [1, 1]}}, f"outcomes.{NAME}", "must be below"),
        ({NAME: {"scale": [0, 1], "unit": "%"}}, f"outcomes.{NAME}", "score from 0 to 100"),
        ({NAME: {"scale": [0, 1], "unit": "lives"}}, f"outcomes.{NAME}", "write one of: points"),
        ({NAME: {"scale": [1]}}, f"outcomes.{NAME}.scale[1]", "is missing"),
        ({NAME: {"scale": [1, 5.5]}}, f"outcomes.{NAME}.scale[1]", "whole number"),
        ({NAME: {"unit": "points"}}, f"outcomes.{NAME}.scale", "is missing"),
        ({NAME: {"scale": [1, 5], "better": "up"}}, f"outcomes.{NAME}.better", "higher"),
        ({NAME: {"scale": [1, 5], "low": 1}}, f"outcomes.{NAME}.low", "no such field"),
        ({"Peer suport": {"scale": [1, 5]}}, "", "outcomes: 'Peer suport' is neither"),
    ],
)
def test_a_measuring_that_is_none_is_refused_with_its_file_and_field(
    outcomes: dict[str, Any], field: str, what: str
) -> None:
    with pytest.raises(EvidenceError) as refused:
        declaration(json.dumps({"format": DECLARATION_FORMAT, "primary": NAME, "outcomes": outcomes}), "d.json")
    assert (refused.value.file, refused.value.field) == ("d.json", field)
    assert what in refused.value.what


def test_a_declaration_without_scales_is_still_read() -> None:
    assert declaration(json.dumps({"format": DECLARATION_FORMAT, "primary": NAME})).outcomes == {}
    assert declaration(DECLARED.model_dump_json()) == DECLARED
