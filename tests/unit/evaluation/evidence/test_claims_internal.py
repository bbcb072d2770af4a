"""A claim stands on live cells: whoever is handed one is told that it is not for publication."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence.claims import Circumstances, conclude, ladder, read
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.claimed import DRAWN, KNOWN, SURE, UNSURE, WHOLE, fewer
from tests.unit.evaluation.evidence.test_estimate_asked import asked, cells, made


@pytest.mark.parametrize(
    ("estimate", "known"), [(None, KNOWN), (UNSURE, KNOWN), (SURE, KNOWN), (SURE, Circumstances(DRAWN))]
)
def test_every_claim_with_a_figure_is_for_the_evaluation_team(estimate: Any, known: Circumstances) -> None:
    """MCR-30: of two claims with one person between them the difference is that person's answer."""
    assert conclude(WHOLE, estimate, known).internal == ladder().internal
    assert "Not for publication" in ladder().internal


def test_a_claim_without_a_figure_has_nothing_to_keep_back() -> None:
    assert conclude(fewer(1), SURE, KNOWN).internal == ""


def test_a_claim_whose_mark_was_cut_off_does_not_read_back() -> None:
    plain = asdict(conclude(WHOLE, SURE, KNOWN)) | {"internal": ""}
    with pytest.raises(EvidenceError) as refused:
        read(json.dumps(plain).encode())
    assert refused.value.field == "internal"


def test_the_mark_stands_under_the_sentence(tmp_path: Path, capsys: Any) -> None:
    file = made(tmp_path, "a.json", cells())
    assert asked(capsys, file)["claim"]["internal"] == ladder().internal
    assert main(["estimate", file]) == 0
    assert capsys.readouterr().out.splitlines()[1] == ladder().internal
