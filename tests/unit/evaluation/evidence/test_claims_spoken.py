"""What is said beside claims: declarations as files, attendance and change, response shift."""

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from services.evaluation.commands.saying import Said, readable
from services.evaluation.evidence.cells import Cell, CellTable, Key, Outcome
from services.evaluation.evidence.change import Dose, dose, paired, shift
from services.evaluation.evidence.claims import (
    DECLARATION_FORMAT,
    Beside,
    Declaration,
    Figures,
    Lottery,
    Place,
    conclude,
    declaration,
    dose_sentence,
    ladder,
    read,
    sentence,
    shift_sentences,
)
from services.evaluation.evidence.claims.words import found
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.simulation import OUTCOME, Region, region
from tests.unit.evaluation.evidence.claimed import KNOWN, SURE, WHOLE, fewer

IS = '"format": "groundswell-declaration/1"'


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", ""),
        ('{"format": "groundswell-declaration/2"}', "format"),
        (f'{{{IS}, "lottery": {{"recorded": "soon", "seed": 1, "starts": {{"a": 0, "b": 2}}}}}}', "lottery.recorded"),
        (f'{{{IS}, "proved": true}}', "proved"),
        (f'{{{IS}, "declared": 0}}', "declared"),
        (f'{{{IS}, "declared": "1900-01-01"}}', "declared"),
        (f'{{{IS}, "declared": "2023-01-01T00:00:00Z"}}', "declared"),
        (f'{{{IS}, "declared": "\uff12\uff10\uff12\uff13-01-01"}}', "declared"),
        (f'{{{IS}, "declared": "2031-01-01", "declared": "2001-01-01"}}', "declared"),
        (f'{{{IS}, "annual": "no"}}', "annual"),
        (f'{{{IS}, "annual": 1}}', "annual"),
        (f'{{{IS}, "secondary": ["a", "a"]}}', ""),
        (f'{{{IS}, "primary": "a", "secondary": ["a"]}}', ""),
        (
            f'{{{IS}, "lottery": {{"recorded": "2023-01-01", "seed": "1", "starts": {{"a": 0, "b": 2}}}}}}',
            "lottery.seed",
        ),
        (
            f'{{{IS}, "lottery": {{"recorded": "2023-01-01", "seed": 1, "starts": {{"a": 0, "a": 2, "b": 2}}}}}}',
            "lottery.starts.a",
        ),
    ],
)
def test_a_declaration_that_is_none_names_file_and_field(text: str, field: str) -> None:
    with pytest.raises(EvidenceError) as refused:
        declaration(text, "protocol.json")
    assert (refused.value.file.removesuffix(":1"), refused.value.field) == ("protocol.json", field)


def test_a_declaration_reads_back() -> None:
    place = Place(topic="enrolment", partition=0, offset=17)
    drawn = Lottery(recorded=date(2023, 6, 2), seed=5, dealt=(4, 0), starts={"A": 4, "B": 0}, recorded_at=place)
    whole = Declaration(
        format=DECLARATION_FORMAT, declared=date(2023, 6, 1), primary="a", secondary=("b",), annual=True, lottery=drawn
    )
    assert declaration(whole.model_dump_json()) == whole
    assert declaration(b"\xef\xbb\xbf" + whole.model_dump_json().encode()) == whole
    assert declaration('{"format": "groundswell-declaration/1"}') == Declaration.nothing()


def test_attendance_and_change_go_together_and_that_is_all() -> None:
    more = Dose("higher", 0.01, 30)
    said = dose_sentence(more, OUTCOME, 10)
    assert said.startswith("People who attended more also changed more.")
    assert not any(character.isdigit() for character in said)
    assert "hour" not in said
    assert dose_sentence(more, OUTCOME.model_copy(update={"better": "lower"}), 10).startswith(
        "People who attended more changed less."
    )
    assert (
        dose_sentence(replace(more, direction="none"), OUTCOME, 10)
        == "No link between attendance and change was detected."
    )
    assert dose_sentence(replace(more, fewest=9), OUTCOME, 10) == "Not enough responses to show."


def test_bands_of_attendance_come_from_cells() -> None:
    little, much = (
        region(Region(effect=effect, people=20, waves=2, starts=(2,))).where(lambda cell: cell.cohort > 0)
        for effect in (0.1, 1.6)
    )
    assert dose([(2.0, paired(little, 1, 2)), (9.0, paired(much, 1, 2))]).direction == "higher"


def test_response_shift_is_said_in_three_sentences_or_not_at_all() -> None:
    seen = shift(region(Region(organisations=14, people=20, waves=4, starts=(4,))), 2, 3, 4)
    said = shift_sentences(seen, OUTCOME, 10)
    assert len(said) == 3
    assert all(found(text, ladder().may_not(1)) == [] for text in said)
    assert shift_sentences(
        shift(region(Region(organisations=8, people=1, waves=4, starts=(4,))), 2, 3, 4), OUTCOME, 10
    ) == ("Not enough responses to show.",)


def test_a_look_back_that_is_nearly_all_one_organisation_is_not_said() -> None:
    """MCR-30: 190 people of one and ten of another: the three figures would be the one's own."""
    few = region(Region(organisations=14, people=20, waves=4, starts=(4,)))
    own = min(cell.organisation for cell in few.cells if cell.cohort)
    grown = replace(few, cells=tuple(cell for cell in few.cells if cell.cohort))
    for _ in range(7):
        grown = grown.merge(grown.where(lambda cell: cell.organisation == own))
    seen = shift(grown, 2, 3, 4)
    others = seen.conventional.n - seen.conventional.largest
    assert others >= 10
    assert seen.conventional.largest > 0.9 * seen.conventional.n
    assert shift_sentences(seen, OUTCOME, 10) == ("Not enough responses to show.",)


@pytest.mark.parametrize(("differ", "said"), [(0, 1), (3, 1), (4, 3)])
def test_a_look_back_that_is_as_before_for_nearly_all_is_not_said(differ: int, said: int) -> None:
    """MCR-30: the yardstick moved by 0.0 points: whoever knew what somebody rated before knew how they looked back."""
    scored, cells = Outcome(name="Peer support", low=1, high=5), []
    for place, number in product(range(5), range(20)):
        before = 2 + number % 3
        answers = [before, before + (number == 0 and place < differ), 1 + (place + number) % 5]
        cells.append(Cell.person(Key(f"Trust {place}", 3, (1, 2, 3)), answers))
    table = CellTable.of(scored, ["2023-09", "2024-01", "2024-05"], cells)
    assert len(shift_sentences(shift(table, 1, 2, 3), scored, 10)) == said


DOCS = Path(__file__).parents[4] / "docs"


def shown(page: str, kind: str = "json") -> str:
    """Return the first example of this kind that a page shows."""
    return re.findall(rf"```{kind}\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)[0]


CLAIM = shown("claim-rules.md").encode()


def test_the_claim_shown_to_evaluators_is_one_that_these_rules_hand_out() -> None:
    claim = read(CLAIM)
    figures = Figures(
        observed=claim.observed or 0.0,
        figure=claim.difference or 0.0,
        interval=claim.interval,
        detectable=claim.smallest_detectable,
        detected=claim.detected,
        decimals=2,
    )
    outcome = OUTCOME.model_copy(update={"name": claim.outcome, "unit": claim.unit})
    assert claim.sentence == sentence(claim.level, outcome, figures)
    assert claim.expected_without == pytest.approx((claim.observed or 0.0) - (claim.difference or 0.0))


def test_the_example_in_plain_words_is_that_claim_as_the_command_prints_it() -> None:
    """MCR-30: a page that explains other lines than people see explains nothing."""
    printed = readable(Said(read(CLAIM), Beside())).replace("\n", " ")
    first, last = (part.replace("\n", " ").strip() for part in shown("how-to/read-a-claim.md", "").split("...\n"))
    assert printed.startswith(first)
    assert last in printed


def test_the_declaration_shown_to_evaluators_is_one() -> None:
    declared = declaration(shown("how-to/declare-and-draw.md"))
    assert declared.primary == "Confidence to challenge"
    assert declared.lottery is not None
    assert declared.lottery.recorded_at is not None
    assert declared.lottery.is_what_the_seed_draws()


def test_the_page_of_limits_has_one_line_for_each_by_its_first_words() -> None:
    """MCR-30: whoever reads why a claim says no more finds what helps, and no line is about a limit of the past."""
    page = (DOCS / "how-to" / "reach-a-higher-level.md").read_text("utf-8")
    first_words = re.findall(r"^\| \*\*(.+?)\*\*", page, re.MULTILINE)
    found_by = [[name for name, text in ladder().limits.items() if text.startswith(words)] for words in first_words]
    assert sorted(found_by) == sorted([name] for name in ladder().limits)


def test_the_picture_names_every_rung() -> None:
    picture = (DOCS / "ladder.svg").read_text("utf-8")
    assert [rung.strength for rung in ladder().levels if f">{rung.strength}</text>" not in picture] == []


def test_the_table_says_which_end_is_better() -> None:
    """MCR-30: +7.50 of an outcome that had better be low read like a success; only the JSON said otherwise."""
    lower = conclude(replace(WHOLE, outcome=OUTCOME.model_copy(update={"better": "lower"})), SURE, KNOWN)
    assert re.search("^better +lower scores$", readable(Said(lower, Beside())), re.MULTILINE)
    assert "better" not in readable(Said(conclude(fewer(1), None), Beside()))


def test_the_table_has_the_figures_of_the_claim_however_many_digits_they_have() -> None:
    """MCR-30: with six digits an interval of a scale beyond 9,999 was printed narrower than the claim has it."""
    wide = replace(conclude(WHOLE, SURE, KNOWN), interval=(12345.64, 123456.78), attrition=(-98765.43, 234567.5))
    aside = Beside(event_study=((0, 12345.64, -98765.43, 234567.5),), sensitivity=((1234.5678, 12345.64, 123456.78),))
    shown = readable(Said(wide, aside))
    assert re.search("^95 % interval +12345.64 to 123456.78$", shown, re.MULTILINE)
    assert re.search("^those who left: between +-98765.43 to 234567.5$", shown, re.MULTILINE)
    assert re.search("^ +0 +12345.64 +-98765.43 +234567.5$", shown, re.MULTILINE)
    assert "bend by 1234.5678 a wave: 12345.64 to 123456.78." in shown
