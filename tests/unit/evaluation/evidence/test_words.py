"""Words: what each level may say, whatever the figures."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evaluation import evidence
from services.evaluation.evidence.claims import Figures, checked, ladder, sentence, sentences
from services.evaluation.evidence.claims.ladder import Ladder, Level
from services.evaluation.evidence.claims.words import found
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.standards import read
from tests.unit.evaluation.evidence.spoken import DOWN, FIGURES, LEVELS, NOT, PLAIN, UP, named

# The words of the requirement, written again: the data file may add to them and may not lose one.
REQUIRED = {
    1: ["effect", "impact", "because", "led to", "would not have happened"],
    2: ["caused", "effect", "attributable"],
    3: ["proved", "caused"],
    4: ["proved"],
}


@pytest.fixture(autouse=True, scope="module")
def _every_name_and_unit_is_in_the_standard() -> Iterator[None]:
    """Here the second barrier is tried: what is said of a name that somebody put into the standard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentences, "registered", lambda _: True)
        yield


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
    small = (
        " A true figure of this size would be missed once in five times or oftener; what is found all the same is"
        " on average too large."
    )
    assert sentence(0, PLAIN, UP) == "Not enough responses to show."
    assert sentence(1, PLAIN, UP) == (
        "“Confidence to challenge”: scores changed by +0.62 points (+0.10 to +0.74) among those who answered both"
        " before and after. Nobody is compared with them here."
        f"{small}"
    )
    assert sentence(2, PLAIN, DOWN) == (
        "“Confidence to challenge”: scores moved by -0.10 points here and by +0.32 in the comparison, a difference of"
        " -0.42 points (-0.74 to -0.10). We cannot tell whether the programme is the reason."
        f"{small}"
    )
    assert sentence(3, PLAIN, UP) == (
        "“Confidence to challenge”: consistent with an effect of +0.42 points (+0.10 to +0.74) if both groups would"
        " otherwise have moved alike; +0.10 to +0.74 points of the difference may not have happened otherwise."
        f"{small}"
    )
    assert sentence(4, PLAIN, UP) == (
        "“Confidence to challenge”: the programme caused a difference of +0.42 points (+0.10 to +0.74) among the"
        " organisations and people of the lottery, if it was recorded as a file declares, which was not verified here;"
        " nothing is said about others."
        f"{small}"
    )
    assert sentence(2, PLAIN, NOT) == (
        "“Confidence to challenge”: no difference detected between the change here and in the comparison; the data"
        " allow one of -0.30 to +0.34 points, and we could have detected 0.51 points. We cannot tell whether the"
        " programme is the reason for any of it."
    )


WIDTHS = st.floats(0.01, 9)


@given(st.floats(-9, 9), st.floats(-9, 9), st.tuples(WIDTHS, WIDTHS), st.booleans(), st.sampled_from(LEVELS))
def test_whatever_rose_or_fell_each_figure_has_its_sign_and_none_is_called_more_or_less(
    observed: float, difference: float, widths: tuple[float, float], known: bool, level: Level
) -> None:
    """MCR-30: where all scores fell, "changed less by 5.69 (-8.20 to -3.28)" read as the opposite of what it was."""
    observed, difference = round(observed, 2), round(difference, 2)
    ends = (round(difference - widths[0], 2), round(difference + widths[1], 2))
    sure = (ends, 0.5, True) if known else (None, None, None)
    said = sentence(level, PLAIN, Figures(observed, difference, *sure, 2))
    figures = [float(figure) for figure in re.findall(r"(?<![\w.])[-+]?[0-9]+\.[0-9]+", said)]
    assert not found(said, ["more", "less", "fewer", "further", "rose", "fell"])
    assert not re.search(r"(?<![-+0-9.])(?!0\.00)[0-9]+\.[0-9]+", said)
    if level == 2:
        here, there, apart, *_ = figures
        assert (here, apart) == (observed, difference)
        assert here - there == pytest.approx(apart)


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
