"""Names and units from outside that try to say more than a claim may."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims import Figures, ladder, sentence, sentences
from services.evaluation.evidence.claims.ladder import Level
from services.evaluation.evidence.claims.words import found, hidden
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence.spoken import FIGURES, LEVELS, UP, in_unit, named


@pytest.fixture(autouse=True, scope="module")
def _every_name_and_unit_is_in_the_standard() -> Iterator[None]:
    """Here the second barrier is tried: what is said of a name that somebody put into the standard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "registered", lambda _: True)
        yield


VERDICTS = [
    "effect proved",
    "scores that rose because of the programme",
    "CAUSED by training",
    "what would not have happened",
    "change thanks to us",
    "an effective programme",
    "The programme works",
    "proof of change",
]
BROKEN = [
    "confidence\nThe programme did it",
    "confidence\r\n",
    "<b>confidence</b>",
    "<script>alert(1)</script>",
    "confidence. The programme did it",
    "confidence; it did it",
    "confidence: +3 points",
    "{difference}",
    "{0.__class__}",
    "confidence\u202ednuora",
    "confidence\u200b",
    "c\u043enfidence",  # a Cyrillic letter
    "confidence\t",
    "confidence“ it did",
    "x" * 121,
    "12345",
    "   ",
    "&lt;b&gt;",
    "\x1b[31mconfidence",
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", VERDICTS + BROKEN)
def test_an_outcome_that_is_called_a_verdict_or_is_no_label_is_refused(level: Level, name: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        sentence(level, named(name), UP) if level else _claims_name(name)
    assert refused.value.field == "outcome.name"


def _claims_name(name: str) -> str:
    """Level 0 says no name; the claim around it is what refuses, and it asks the same function."""
    from services.evaluation.evidence.claims.sentences import named as said  # noqa: PLC0415 # only this helper needs it

    return said(0, named(name))


@pytest.mark.parametrize(
    "unit",
    [
        "points effect",
        "points because of us",
        "% caused",
        "0 points",
        "points (proved)",
        "points\n",
        "<i>",
        "{low}",
        "impact points",
        "x" * 41,
        "",
        " ",
        "points to +9",
    ],
)
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_unit_that_says_more_than_a_unit_is_refused(level: Level, unit: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        sentence(level, in_unit(unit), UP)
    assert refused.value.field == "outcome.unit"


@pytest.mark.parametrize(
    ("name", "unnamed_below"),
    [
        ("Understands the effects of racism", 3),
        ("Social impact", 3),
        ("Knows the causes of inequality", 4),
        ("Ineffectual meetings", 3),
        ("e f f e c t size", 3),
    ],
)
def test_an_honest_name_with_a_barred_word_goes_unnamed(name: str, unnamed_below: int) -> None:
    for level in (1, 2, 3, 4):
        said = sentence(level, named(name), UP)
        assert said.startswith("This outcome:") is (level < unnamed_below), level


def test_names_of_everyday_outcomes_are_said() -> None:
    for name in (
        "Confidence to challenge (1-5)",
        "Bullying and harassment, last 12 months",
        "Dîner d'équipe?",
        "Q12 a/b",
        "Quality improvement",
    ):
        assert sentence(1, named(name), UP).startswith(f"“{name}”:")
    assert sentence(1, named("Manager\N{RIGHT SINGLE QUOTATION MARK}s support"), UP).startswith("“Manager's support”:")


def said_or_refused(level: Level, outcome: Outcome, shown: Figures) -> str | None:
    with suppress(EvidenceError):
        return sentence(level, outcome, shown)
    return None


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(LEVELS), st.sampled_from(FIGURES))
def test_no_name_and_no_unit_makes_a_sentence_say_more(name: str, unit: str, level: Level, shown: Figures) -> None:
    outcome = Outcome.model_construct(name=name, unit=unit, low=1, high=5, better="higher")
    said = said_or_refused(level, outcome, shown)
    if said is None:
        return
    assert found(said, ladder().may_not(level)) == []
    assert said.isprintable()
    assert not set(said) & set("<>{}\\&")


BARRED = sorted({words.rstrip("*") for words in ladder().may_not(1)})


@given(
    st.lists(st.sampled_from([*BARRED, "confidence", "of", "the"]), min_size=1, max_size=4), st.sampled_from([1, 2, 3])
)
def test_names_made_of_barred_words_are_refused_or_left_out(words: list[str], level: Level) -> None:
    said = said_or_refused(level, named(" ".join(words)), UP)
    if said is None:
        return
    assert not found(said, ladder().may_not(level))
    assert said.startswith("This outcome:") is hidden(" ".join(words), ladder().may_not(level))
