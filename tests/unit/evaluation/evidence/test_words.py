"""Words: what each level may say, and names from outside that try to say more."""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation import evidence
from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims import Figures, checked, ladder, sentence, sentences
from services.evaluation.evidence.claims.ladder import Ladder, Level
from services.evaluation.evidence.claims.words import found, hidden
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.standards import read

# The words of the requirement, written again: the data file may add to them and may not lose one.
REQUIRED = {
    1: ["effect", "impact", "because", "led to", "would not have happened"],
    2: ["caused", "effect", "attributable"],
    3: ["proved", "caused"],
    4: ["proved"],
}
PLAIN = Outcome(name="Confidence to challenge", unit="points", low=1, high=5)
UP = Figures(observed=0.62, figure=0.42, interval=(0.1, 0.74), detectable=0.51, detected=True, decimals=2)
DOWN = Figures(observed=-0.1, figure=-0.42, interval=(-0.74, -0.1), detectable=0.51, detected=True, decimals=2)
NOT = Figures(observed=0.1, figure=0.02, interval=(-0.3, 0.34), detectable=0.51, detected=False, decimals=2)
ONLY = Figures(observed=0.1, figure=0.02, interval=None, detectable=None, detected=None, decimals=2)
LEVELS: tuple[Level, ...] = (0, 1, 2, 3, 4)
FIGURES = [UP, DOWN, NOT, ONLY]


@pytest.fixture(autouse=True, scope="module")
def _every_name_and_unit_is_in_the_standard() -> Iterator[None]:
    """Here the second barrier is tried: what is said of a name that somebody put into the standard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "registered", lambda _: True)
        yield


def named(name: str) -> Outcome:
    return PLAIN.model_copy(update={"name": name})


def in_unit(unit: str) -> Outcome:
    return PLAIN.model_copy(update={"unit": unit})


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_the_ladder_bars_every_word_of_the_requirement(level: int) -> None:
    for word in REQUIRED[level]:
        assert found(f"It {word} the scores.", ladder().may_not(level)), word


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("shown", FIGURES)
def test_no_sentence_contains_a_word_its_level_may_not_say(level: Level, shown: Figures) -> None:
    """MCR-30."""
    said = sentence(level, PLAIN, shown)
    assert found(said, ladder().may_not(level)) == []
    assert not any(re.search(rf"\b{word}\b", said, re.IGNORECASE) for word in REQUIRED.get(level, []))


def test_the_sentences_read_as_they_should() -> None:
    assert sentence(0, PLAIN, UP) == "Not enough responses to show."
    assert sentence(1, PLAIN, UP) == (
        "“Confidence to challenge”: scores changed by +0.62 points (+0.10 to +0.74) among those who answered both"
        " before and after. There is nobody to compare them with."
    )
    assert sentence(2, PLAIN, DOWN) == (
        "“Confidence to challenge”: scores changed less than the comparison by 0.42 points (-0.74 to -0.10); here they"
        " moved by -0.10. We cannot tell whether the programme is the reason."
    )
    assert sentence(3, PLAIN, UP) == (
        "“Confidence to challenge”: consistent with an effect of +0.42 points (+0.10 to +0.74) if both groups would"
        " otherwise have moved alike; +0.10 to +0.74 points of the difference may not have happened otherwise."
    )
    assert sentence(4, PLAIN, UP) == (
        "“Confidence to challenge”: the programme caused a difference of +0.42 points (+0.10 to +0.74) among the"
        " organisations and people of the lottery, if it was recorded as a file declares, which was not verified here;"
        " nothing is said about others."
    )


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_what_is_not_significant_says_what_could_have_been_detected(level: Level) -> None:
    said = sentence(level, PLAIN, NOT)
    assert "detected" in said
    assert "could have detected" in said
    assert "0.51" in said
    assert "0.02" not in said
    assert not found(said, ["caused", "consistent with", "scores changed"])


@pytest.mark.parametrize("shown", FIGURES)
def test_level_zero_has_no_digit(shown: Figures) -> None:
    assert not any(character.isdigit() for character in sentence(0, named("Question 12"), shown))
    assert not any(character.isdigit() for character in sentence(0, PLAIN, None))


def test_the_module_refuses_a_text_that_says_too_much() -> None:
    for level, text in [(1, "It had an Effect."), (2, "This was\ncaused by it"), (3, "We PROVED it"), (0, "only 7")]:
        with pytest.raises(EvidenceError, match="may not say"):
            checked(text, level)


@pytest.mark.parametrize(
    "disguise",
    [
        "EFFECT",
        "effects",
        "eff\u00adect",
        "e\u0301ffect",
        "\uff45\uff46\uff46\uff45\uff43\uff54",
        "led\n to",
        "led-to",
        "would  not\thave happened",
        "ef\u200bfect",
    ],
)
def test_case_accents_breaks_and_invisible_characters_hide_nothing(disguise: str) -> None:
    assert found(f"so the {disguise} is", ladder().may_not(1))


@pytest.mark.parametrize("harmless", ["perfection", "Leeds to York", "goodwill", "feedback"])
def test_words_inside_other_words_are_not_meant(harmless: str) -> None:
    assert found(harmless, ladder().may_not(1)) == []


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


def test_a_ladder_whose_sentence_says_too_much_is_refused_with_its_file() -> None:
    text = (Path(evidence.__file__).parent.parent / "standards" / "ladder.yaml").read_text()
    for wrong, instead in [
        ("{outcome}: scores changed by {observed} {unit} (", "{outcome}: an effect of {observed} {unit} ("),
        ("{outcome}: no difference detected between the change", "{outcome}: {secret} no difference"),
        ("strength: comparison", "strength: impact"),
        ("  - level: 4\n", "  - level: 5\n"),
        ("significance: 0.05", "significance: 5"),
    ]:
        assert wrong in text
        with pytest.raises(EvidenceError, match=r"ladder\.yaml"):
            read("ladder", text.replace(wrong, instead), Ladder)


def test_every_text_of_the_ladder_keeps_to_its_level() -> None:
    rules = ladder()
    for rung in rules.levels:
        for text in rung.texts:
            assert found(text, rules.may_not(rung.level)) == [], text
    assert not any(character.isdigit() for text in rules.levels[0].texts for character in text)


def test_verdicts_are_said_nowhere_else_in_evaluation() -> None:
    """Only the claims room and its data know causal words; docstrings explain and are not said to anybody."""
    folder = Path(evidence.__file__).parent.parent
    verdicts = ["caused", "because of", "proved", "thanks to", "led to", "attributable", "impact"]
    rooms = [path for path in sorted(folder.rglob("*.py")) if "claims" not in path.parts]
    said = [(path.name, text) for path in rooms for text in _strings(path) if found(text, verdicts)]
    assert len(rooms) > 20
    assert said == []


def _strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            yield node.value
