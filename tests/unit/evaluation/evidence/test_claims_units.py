"""What scores are counted in: a unit that their scale can have, or no claim."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import standards
from services.evaluation.evidence.cells import written
from services.evaluation.evidence.claims import canonical, conclude, outcomes, read
from services.evaluation.evidence.claims.registry import Outcomes, check_outcome
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME
from tests.unit.evaluation.evidence.claimed import KNOWN, SURE, WHOLE


@pytest.mark.parametrize("unit", ["%", "percentage points"])
@pytest.mark.parametrize("scale", [(0, 1), (0, 10000), (-1000, 1000), (0, 101), (-1, 100)])
def test_a_percentage_of_another_scale_is_refused(unit: str, scale: tuple[int, int]) -> None:
    """MCR-30: yes and no, scored 0 and 10000, rose by 1379.63 percentage points."""
    outcome = OUTCOME.model_copy(update={"unit": unit, "low": scale[0], "high": scale[1]})
    for made in (lambda: check_outcome(outcome), lambda: conclude(replace(WHOLE, outcome=outcome), SURE, KNOWN)):
        with pytest.raises(EvidenceError, match="score from 0 to 100") as refused:
            made()
        assert refused.value.field == "outcome.unit"


@pytest.mark.parametrize(
    ("unit", "scale", "fits"),
    [
        ("%", (0, 100), True),
        ("percentage points", (20, 80), True),
        ("points", (0, 1), True),
        ("points", (-1000, 1000), True),
        ("scale points", (1, 5), True),
        ("days", (0, 31), True),
        ("days", (-5, 31), False),
        ("days", (0, 10000), False),
        ("hours", (0, 168), True),
        ("hours", (0, 9000), False),
        ("people", (0, 500), True),
        ("people", (-1, 1), False),
    ],
)
def test_each_unit_says_which_scales_it_can_have(unit: str, scale: tuple[int, int], fits: bool) -> None:
    outcome = OUTCOME.model_copy(update={"unit": unit, "low": scale[0], "high": scale[1]})
    if fits:
        check_outcome(outcome)
        return
    with pytest.raises(EvidenceError, match=f"scale from {scale[0]} to {scale[1]} cannot be counted in {unit!r}: "):
        check_outcome(outcome)


def test_a_file_whose_unit_does_not_fit_is_refused_with_file_and_field(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "cells.json"
    plain = written(WHOLE)
    plain["outcome"] = plain["outcome"] | {"unit": "percentage points", "high": 10000}
    file.write_text(json.dumps(plain), "utf-8")
    assert main(["estimate", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{file}: outcome.unit: a scale from 0 to 10000 cannot be counted in 'percentage points': ")


def test_a_claim_whose_unit_its_scale_cannot_have_does_not_read_back() -> None:
    said = canonical(conclude(WHOLE, SURE, KNOWN)).replace(b'"scale":[0,100]', b'"scale":[0,10000]')
    assert read(said).unit == "points"
    with pytest.raises(EvidenceError) as refused:
        read(said.replace(b'"unit":"points"', b'"unit":"%"').replace(b" points", b" %"))
    assert refused.value.field == "outcome.unit"


def test_a_unit_that_not_every_scale_can_have_says_what_to_do_instead() -> None:
    assert all(unit.instead or unit.fits(-(10**6), 10**6) for unit in outcomes().units)
    text = "version: outcomes/0\nunits:\n  - { unit: days, lowest: 0 }\noutcomes: []\n"
    with pytest.raises(EvidenceError, match="what to do instead") as refused:
        standards.read("outcomes", text, Outcomes)
    assert (refused.value.file, refused.value.field) == ("outcomes.yaml:3", "units.0")


def test_a_percentage_is_said_in_percentage_points() -> None:
    """Of a difference, 5 % that "may not have happened otherwise" is a twentieth, and not what was found."""
    claim = conclude(replace(WHOLE, outcome=OUTCOME.model_copy(update={"unit": "%"})), SURE, KNOWN)
    assert (claim.level, claim.unit) == (2, "percentage points")
    assert "%" not in claim.sentence
    assert "percentage points" in claim.sentence
    assert read(canonical(claim)) == claim
    with pytest.raises(EvidenceError) as refused:
        read(canonical(claim).replace(b"percentage points", b"%"))
    assert refused.value.field == "unit"


def test_where_nothing_is_compared_none_is_named_to_compare_with(tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "cells.json"
    for cells, named in ((WHOLE, "never_treated"), (WHOLE.where(lambda cell: cell.cohort > 0), "nobody")):
        file.write_text(json.dumps(written(cells)), "utf-8")
        assert main(["estimate", str(file)]) == 0
        assert f"\nCompared with {named}; k 10" in capsys.readouterr().out
