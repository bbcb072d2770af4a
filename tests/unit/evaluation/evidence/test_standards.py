"""Standards are data that others may edit: a mistake is said with file, line and field."""

import pytest
from pydantic import BaseModel, ConfigDict

from services.evaluation.evidence import standards
from services.evaluation.evidence.errors import EvidenceError


class Code(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    rank: int = 0


class Codes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    codes: tuple[Code, ...]


def _said(text: str) -> str:
    with pytest.raises(EvidenceError) as caught:
        standards.read("codes", text, Codes)
    return str(caught.value)


def test_scalars_stay_as_they_were_written() -> None:
    read = standards.read("codes", "version: 2021.10\ncodes:\n  - { code: NO, rank: 3 }\n  - { code: 01 }\n", Codes)
    assert read == Codes(version="2021.10", codes=(Code(code="NO", rank=3), Code(code="01")))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\ncodes:\n  - { code: A, rank: high }\n", "codes.yaml:3: codes.0.rank: Input should be a valid"),
        ("version: 1\ncodes:\n  - { rank: 1 }\n", "codes.yaml:3: codes.0: code: Field required"),
        ("version: 1\nversion: 2\ncodes: []\n", "codes.yaml:2: version: written twice"),
        ("version: 1\ncodes: []\nweight: 3\n", "codes.yaml:3: weight: Extra inputs are not permitted"),
        ("version: [1\n", "codes.yaml:2: not YAML"),
        ("", "codes.yaml:1: Input should be"),
        ("version: 1\ncodes: &a [*a]\n", "codes.yaml:1: not YAML: a part contains itself"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_field(text: str, said: str) -> None:
    assert _said(text).startswith(said)


def test_a_standard_that_is_not_there_is_named_beside_those_that_are() -> None:
    with pytest.raises(EvidenceError, match=r"^made-up.yaml: no such standard; there are "):
        standards.load("made-up", Codes)


def test_a_name_cannot_lead_out_of_the_folder() -> None:
    with pytest.raises(EvidenceError, match="no such standard"):
        standards.load("../../enrolment/catalogue/organisations", Codes)


def test_a_wrong_standard_is_not_said_of_the_file_that_was_read_by_it() -> None:
    with pytest.raises(EvidenceError) as caught:
        standards.read("ladder", "version: [\n", Codes)
    assert str(caught.value.inside("cells.json")).startswith("ladder.yaml:2: not YAML")
    assert str(EvidenceError("is empty", field="cells").inside("cells.json")) == "cells.json: cells: is empty"
