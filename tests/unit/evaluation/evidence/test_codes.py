"""Ethnic groups are read in their own list and mapped when read; declined and not asked stay apart."""

import pytest

from services.evaluation.evidence import codes, standards
from services.evaluation.evidence.codes import CodeList, Quality
from services.evaluation.evidence.errors import EvidenceError


def test_the_nhs_list_has_sixteen_answers_and_two_ways_of_having_none() -> None:
    found = standards.load("ethnicity-2001", CodeList)
    letters = [code.code for code in found.codes if code.group in ("white", "bme")]
    assert "".join(letters) == "ABCDEFGHJKLMNPRS"
    assert [code.code for code in found.codes if code.group == "white"] == ["A", "B", "C"]
    assert {code.code: code.group for code in found.codes if code.in_2001 is None} == {
        "Z": "not_stated",
        "99": "not_known",
    }


@pytest.mark.parametrize(
    ("name", "answers"), [("ethnicity-2001", 16), ("ethnicity-2021", 19), ("ethnicity-scotland", 19)]
)
def test_every_list_is_complete(name: str, answers: int) -> None:
    assert name in codes.lists()
    found = standards.load(name, CodeList)
    assert sum(code.in_2021 is not None for code in found.codes) == answers
    assert {code.group for code in found.codes} == set(codes.GROUPS)


def test_chinese_changes_its_broad_group_between_2001_and_2021() -> None:
    for code, name in (("R", "ethnicity-2001"), ("2", "ethnicity-2021"), ("3J", "ethnicity-scotland")):
        answer = codes.read(code, name)
        assert (answer.broad("2001"), answer.broad("2021"), answer.group) == ("other", "asian", "bme")


def test_declined_and_not_asked_are_never_one_for_the_other() -> None:
    """MCR-3."""
    declined, not_asked = codes.read("Z", "ethnicity-2001"), codes.read("99", "ethnicity-2001")
    assert (declined.broad("2021"), not_asked.broad("2021")) == ("not_stated", "not_known")
    people = [
        (codes.read("A", "ethnicity-2001"), 60),
        (codes.read("N", "ethnicity-2001"), 30),
        (declined, 7),
        (not_asked, 3),
    ]
    assert codes.quality(people) == Quality(known=90, not_stated=7, not_known=3)
    assert codes.quality(people).share_known == pytest.approx(0.9)
    assert codes.quality([]).share_known is None


def test_people_of_different_lists_are_counted_together_in_groups() -> None:
    people = [
        (codes.read("A", "ethnicity-2001"), 5),
        (codes.read("16", "ethnicity-2021"), 4),
        (codes.read("98", "ethnicity-scotland"), 3),
        (codes.read("18", "ethnicity-2021"), 2),
    ]
    assert codes.groups(people) == {"white": 9, "bme": 2, "not_stated": 3, "not_known": 0}


def test_a_second_character_is_the_senders_own_in_the_nhs_list_only() -> None:
    answer = codes.read("N1", "ethnicity-2001")
    assert (answer.code, answer.recorded, answer.title) == ("N", "N1", "African")
    assert [codes.read(code, "ethnicity-2001").code for code in ("CA", "GF", "LE", "PC", "SC")] == list("CGLPS")
    assert codes.read("A ", "ethnicity-2001").code == "A"
    with pytest.raises(EvidenceError, match="'1A' is not a code of ethnicity-2021"):
        codes.read("1A", "ethnicity-2021")


@pytest.mark.parametrize("code", ["I", "O", "Q", "X", "9", "a", "NXX", "99X", "A!", "16", "\u0391"])
def test_an_unknown_code_is_an_error_that_names_file_row_and_field(code: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        codes.read(code, "ethnicity-2001", file="return.csv", row="row 12", field="group")
    assert str(caught.value) == f"return.csv: row 12: group: {code!r} is not a code of ethnicity-2001"


@pytest.mark.parametrize("code", ["NK", "NA", "NS", "DK", "NR", "RF", "ZZ"])
def test_two_letters_that_may_say_that_there_is_no_answer_are_no_ethnic_group(code: str) -> None:
    """NK is "not known", and was read as a kind of N, African."""
    with pytest.raises(EvidenceError) as caught:
        codes.read(code, "ethnicity-2001")
    said = (
        f"code: {code!r} is not a code of ethnicity-2001; write Z (not stated) or 99 (not known) if it says that there"
    )
    assert str(caught.value).startswith(said)


def test_an_empty_code_is_not_taken_for_not_known() -> None:
    with pytest.raises(EvidenceError, match="no code"):
        codes.read(" ", "ethnicity-2001")


def test_a_list_nobody_has_is_named_beside_those_there_are() -> None:
    with pytest.raises(EvidenceError, match=r"no list 'ethnicity-1991'; there are ethnicity-2001, ethnicity-2021"):
        codes.read("A", "ethnicity-1991")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{ code: A, title: x, group: white }", "a missing answer has none"),
        ("{ code: A, title: x, group: not_known, in_2001: other, in_2021: other }", "a missing answer has none"),
        ("{ code: A, title: x, group: bme, in_2001: white, in_2021: asian }", "white is white"),
        ("{ code: A, title: x, group: other }", "Input should be 'white'"),
    ],
)
def test_a_list_that_contradicts_itself_is_not_read(line: str, said: str) -> None:
    text = f"list: x\nversion: '1'\ntitle: x\nsource: x\ncodes:\n  - {line}\n"
    with pytest.raises(EvidenceError, match=said) as caught:
        standards.read("x", text, CodeList)
    assert str(caught.value).startswith("x.yaml:6: codes.0")


def test_a_code_that_is_there_twice_is_not_read() -> None:
    line = "  - { code: Z, title: x, group: not_stated }\n"
    with pytest.raises(EvidenceError, match="a code is there twice"):
        standards.read("x", f"list: x\nversion: '1'\ntitle: x\nsource: x\ncodes:\n{line}{line}", CodeList)
