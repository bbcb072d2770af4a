"""How large it may be: what was found with little power is too large, what was not found need not be nothing."""

from dataclasses import replace

import pytest

from services.evaluation.evidence.claims import Circumstances, canonical, conclude, ladder, read, sentence
from services.evaluation.evidence.claims.ladder import Level
from tests.unit.evaluation.evidence.claimed import DRAWN, KNOWN, SURE, UNSURE, WHOLE
from tests.unit.evaluation.evidence.spoken import DOWN, NOT, PLAIN, UP

COMPARED: tuple[Level, ...] = (1, 2, 3, 4)


@pytest.mark.parametrize("level", COMPARED)
@pytest.mark.parametrize("found", [UP, DOWN])
def test_what_is_smaller_than_could_be_detected_is_said_to_be_too_large_on_average(level: Level, found: object) -> None:
    """MCR-30: of regions with little power, those that find something find too much."""
    assert sentence(level, PLAIN, found).endswith(ladder().enlarged)  # type: ignore[arg-type] # figures


@pytest.mark.parametrize("level", COMPARED)
def test_what_is_as_large_as_could_be_detected_is_not(level: Level) -> None:
    assert ladder().enlarged not in sentence(level, PLAIN, replace(UP, detectable=0.42))
    assert ladder().enlarged not in sentence(level, PLAIN, NOT)


@pytest.mark.parametrize("level", COMPARED)
def test_what_was_not_detected_says_how_large_it_may_be(level: Level) -> None:
    assert "-0.30 to +0.34 points" in sentence(level, PLAIN, NOT)


@pytest.mark.parametrize("known", [KNOWN, Circumstances(DRAWN)])
def test_claims_say_it_and_read_back(known: Circumstances) -> None:
    weak, unsure = (conclude(WHOLE, one, known) for one in (replace(SURE, smallest_detectable=7.0), UNSURE))
    assert weak.level in (3, 4)
    assert weak.sentence.endswith("on average too large.")
    assert "-1.40 to +2.20 points" in unsure.sentence
    for claim in (weak, unsure):
        assert read(canonical(claim)) == claim


def test_whatever_has_an_interval_says_when_it_is_too_short() -> None:
    """MCR-30: where one of eight organisations rose far, a change's interval held the truth in 272 of 300 regions."""
    for rung in ladder().levels[1:]:
        assert sum("too short" in text for text in rung.assumptions) == 1
