"""What is small in a return shows nowhere, not by subtraction, in decimals or in a note; and bad returns (WRE)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

HEAD = "organisation,year,indicator,part,group,count,base"


def _rows(*lines: str, head: str = HEAD, internal: bool = False) -> dict[tuple[str, str], wres.Row]:
    by = wres.standard("wres")
    found = wres.read(wres.parse("\n".join([head, *lines]), by, "return.csv"), by, internal=internal).rows
    return {(row.indicator, row.part): row for row in found}


def _likelihood(part: str, bme: str, white: str) -> list[str]:
    return [f"RXX,2023,3,{part},bme,{bme}", f"RXX,2023,3,{part},white,{white}"]


def _bands(**bands: tuple[int, int, int]) -> list[str]:
    groups = ("white", "bme", "unknown")
    return [
        f"RXX,2023,1,{name},{g},{n},"
        for name, ns in bands.items()
        for g, n in zip(groups, ns, strict=True)
        if n or g != "unknown"
    ]


def test_a_part_cannot_be_had_by_subtracting_the_others_from_the_whole() -> None:
    """Medical 4 is 27 less 23."""
    whole = _likelihood("", "27,122", "44,487")
    nursing, medical = _likelihood("nursing", "23,82", "30,300"), _likelihood("medical", "4,40", "14,187")
    found = _rows(*whole, *nursing, *medical)
    assert [part for (_, part), row in found.items() if row.suppressed] == ["nursing", "medical"]
    found = _rows(*whole, *nursing)  # the others are not in the return, and are few
    assert [part for (_, part), row in found.items() if row.suppressed] == ["nursing"]
    three = [*whole, *_likelihood("nursing", "11,42", "15,150"), *_likelihood("midwives", "12,40", "15,150"), *medical]
    found = _rows(*three)
    assert [part for (_, part), row in found.items() if row.suppressed] == ["nursing", "medical"]


def test_parts_that_ask_the_same_people_twice_are_no_sum() -> None:
    lines = [*_likelihood("a", "27,122", "44,487"), *_likelihood("b", "4,122", "44,487")]
    assert [part for (_, part), row in _rows(*lines).items() if row.suppressed] == ["b"]


def _hidden(lines: list[str]) -> list[str]:
    return [part for (_, part), row in _rows(*lines).items() if row.suppressed]


def test_somebody_who_is_in_two_parts_does_not_bring_the_subtraction_back() -> None:
    """25 less 20 is 5, though 69 white people are counted where the parts have 70."""
    whole = _likelihood("", "25,150", "69,700")
    assert _hidden([*whole, *_likelihood("a", "20,100", "40,400"), *_likelihood("b", "5,50", "30,300")]) == ["a", "b"]
    shown = [*whole, *_likelihood("a", "15,100", "40,400"), *_likelihood("b", "12,50", "30,300")]
    assert _hidden(shown) == []


@pytest.mark.parametrize("others", ["35,200", "12,200"])
def test_a_part_within_another_part_is_not_had_by_subtraction(others: str) -> None:
    """Nurses less those of band 5 are band 6, whatever else is hidden."""
    nested = [*_likelihood("", "60,400", "100,1000"), *_likelihood("nurses", "25,200", "60,500")]
    nested += [*_likelihood("band 5", "20,150", "40,300"), *_likelihood("band 6", "5,50", "20,200")]
    assert _hidden([*nested, *_likelihood("others", others, "40,500")]) == ["nurses", "band 5", "band 6", "others"]


def test_sub_questions_of_the_same_people_beside_a_whole_are_no_sum() -> None:
    lines = [*_likelihood("", "60,400", "100,1000"), *_likelihood("a", "50,400", "70,1000")]
    assert _hidden([*lines, *_likelihood("b", "4,400", "60,1000")]) == ["b"]


_NURSES, _DOCTORS = _likelihood("nurses", "20,200", "40,400"), _likelihood("doctors", "3,90", "30,300")


def test_a_part_is_not_had_from_parts_that_it_adds_up_with() -> None:
    """23 nurses and doctors less 20 nurses, and whatever else is beside them."""
    both = _likelihood("nurses and doctors", "23,290", "70,700")
    midwives, others = _likelihood("midwives", "15,150", "20,200"), _likelihood("others", "30,200", "20,200")
    assert _hidden([*_NURSES, *_DOCTORS]) == ["doctors"]
    assert _hidden([*_NURSES, *_DOCTORS, *midwives, *others]) == ["doctors"]
    assert _hidden([*_NURSES, *_DOCTORS, *both]) == ["nurses", "doctors", "nurses and doctors"]
    assert len(_hidden([*_NURSES, *_DOCTORS, *both, *midwives])) == 4
    whole = _likelihood("", "68,640", "110,1100")
    assert len(_hidden([*whole, *_NURSES, *_DOCTORS, *both, *midwives, *others])) == 5
    assert _hidden([*_NURSES, *_likelihood("doctors", "12,90", "30,300"), *both]) == []


def test_a_part_is_not_had_from_two_that_overlap_and_both_together() -> None:
    """Nurses and those of band 5, less nurses or band 5, are nurses of band 5: 20 and 18 less 35."""
    one, two = _likelihood("nurses", "20,200", "40,400"), _likelihood("band 5", "18,150", "30,350")
    either, both = _likelihood("nurses or band 5", "35,300", "55,630"), _likelihood("both", "3,50", "15,120")
    assert len(_hidden([*one, *two, *either, *both])) == 4


def test_bands_and_sub_questions_that_add_up_do_not_tell_of_a_hidden_one() -> None:
    bands = _bands(one=(300, 80, 20), two=(100, 3, 10), both=(400, 83, 30), low=(90, 40, 10), top=(200, 50, 10))
    assert all(row.suppressed for row in _rows(*bands).values())
    asked = [*_likelihood("patients", "20,400", "40,900"), *_likelihood("staff", "3,400", "30,900")]
    assert len(_hidden([*asked, *_likelihood("either", "23,400", "70,900")])) == 3


def test_of_very_many_parts_none_is_shown_beside_a_hidden_one() -> None:
    many = [line for n in range(10) for line in _likelihood(f"p{n}", f"{20 + n},{300 + 7 * n}", f"{40 + n},{500 + n}")]
    assert _hidden(many) == []
    assert len(_hidden([*many, *_DOCTORS])) == 11


def test_of_very_many_bands_none_is_shown_beside_a_hidden_one() -> None:
    bands = {f"b{n}": (60 + 7 * n, 20 + n * n, 0) for n in range(10)}
    assert not any(row.suppressed for row in _rows(*_bands(**bands)).values())
    assert all(row.suppressed for row in _rows(*_bands(**bands, low=(52, 6, 0))).values())


def test_a_band_that_counts_the_people_of_two_others_again_is_turned_away() -> None:
    bands = {"2": (60, 14, 0), "3": (52, 16, 0), "4": (70, 22, 0)}
    with pytest.raises(EvidenceError, match="RXX 2023, indicator 1: part: 2 and 3 has the people of 2, 3, who would"):
        _rows(*_bands(**bands, **{"2 and 3": (112, 30, 0)}))
    assert len(_rows(*_bands(**bands, **{"2 and 3": (112, 31, 0)}))) == 4


@pytest.mark.parametrize("people", [(3, 200, 40), (200, 3, 40), (200, 40, 3)])
def test_every_group_of_a_share_is_looked_at(people: tuple[int, int, int]) -> None:
    found = _rows(*_bands(low=people, middle=(300, 80, 20), high=(900, 300, 50)))
    assert found["1", "low"].suppressed
    assert sum(row.suppressed for row in found.values()) == 2
    assert not found["1", "high"].suppressed


def test_bands_are_hidden_together_until_each_group_has_enough_people() -> None:
    found = _rows(*_bands(low=(200, 40, 3), middle=(300, 80, 4), high=(900, 300, 0), top=(500, 90, 30)))
    assert {part for (_, part), row in found.items() if row.suppressed} == {"low", "middle", "top"}


def test_notes_on_unknown_ethnicity_have_no_number_to_subtract() -> None:
    found = _rows(*_bands(low=(300, 80, 50), high=(900, 300, 53)))
    assert {row.notes[-1] for row in found.values()} == {"People of unknown ethnicity are counted in the base."}


@pytest.mark.parametrize(
    ("unknown", "published"), [("8,50", "1.3456"), ("45,50", "0.8714"), ("8,50", "1.1237"), ("0,9", "1.3861")]
)
def test_a_published_ratio_does_not_tell_how_many_people_of_unknown_ethnicity_there_are(
    unknown: str, published: str
) -> None:
    lines = [f"RXX,2023,2,,white,122,600,{published}", "RXX,2023,2,,bme,60,400,", f"RXX,2023,2,,unknown,{unknown},"]
    shown = _rows(*lines, head=f"{HEAD},published")["2", ""].reconciliation
    inside = _rows(*lines, head=f"{HEAD},published", internal=True)["2", ""].reconciliation
    assert shown is not None
    assert inside is not None
    assert (shown.reason, inside.reason) == ("unexplained", "denominator")


def test_enough_people_of_unknown_ethnicity_or_none_explain_a_published_ratio() -> None:
    lines = ["RXX,2023,2,,white,122,600,1.3330", "RXX,2023,2,,bme,60,400,"]
    row = _rows(*lines, "RXX,2023,2,,unknown,12,72,", head=f"{HEAD},published")["2", ""]
    assert row.reconciliation is not None
    assert "unknown ethnicity were counted with BME" in row.reconciliation.words


def test_json_has_the_decimals_of_the_text_and_all_of_them_only_inside(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "return.csv"
    path.write_text("\n".join([HEAD, *_likelihood("", "27,122", "44,487")]))
    assert main(["wres", str(path), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    (row,) = written["indicators"]
    assert (row["figure"]["value"], row["interval"], written["internal"]) == (2.45, [1.58, 3.79], False)
    assert main(["wres", str(path), "--json", "--internal"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert (written["indicators"][0]["figure"]["value"], written["internal"]) == (
        pytest.approx(2.44951, abs=1e-5),
        True,
    )
    assert main(["wres", str(path), "--internal"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Internal: figures of few people are shown. Do not publish."


def test_a_flag_never_contradicts_the_figure_beside_it() -> None:
    row = _rows(*_likelihood("", "1254,10000", "1000,10000"))["3", ""]
    assert row.flags == ("adverse to BME staff",)  # 1.25, not outside 0.80 to 1.25
    assert _rows(*_likelihood("", "1256,10000", "1000,10000"))["3", ""].flags[0] == "outside 0.80 to 1.25"


def test_what_is_missing_is_said_of_each_return() -> None:
    by = wres.standard("wres")
    lines = [
        *_likelihood("", "27,122", "44,487"),
        *(line.replace("RXX", "RYY").replace(",3,", ",4,") for line in _likelihood("", "27,122", "44,487")),
    ]
    found = wres.read(wres.parse("\n".join([HEAD, *lines]), by), by).rows
    absent = wres.document(wres.Read(found), by)["missing"]
    assert [(one["organisation"], "3" in one["indicators"], "4" in one["indicators"]) for one in absent] == [
        ("RXX", False, True),
        ("RYY", True, False),
    ]


def test_bounds_of_rebuilt_bases_add_up_over_codes() -> None:
    head = f"{HEAD},list,percent"
    lines = ["RXX,2023,3,,A,17,,ethnicity-2001,0.7", "RXX,2023,3,,D,9,,ethnicity-2001,1.2"]
    one = _rows(*lines, head=head, internal=True)["3", ""].notes[0]
    both = _rows(*lines, "RXX,2023,3,,J,9,,ethnicity-2001,1.2", head=head, internal=True)["3", ""].notes[0]
    assert "750 (720 to 782)" in one
    assert "1500 (1440 to 1564)" in both


_BOARD = ["RXX,2023,9,board,white,70,", "RXX,2023,9,board,bme,20,"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["RXX,2023,3,,unknown,4,9", "RXX,2023,3,,not_stated,1,2"], "row 3: group: unknown is all of not_stated"),
        (["RXX,2023,3,,not_known,4,9", "RXX,2023,3,,unknown,1,2"], "row 3: group: unknown is all of not_stated"),
        (["RXX,2099,3,,white,4,9"], "row 2: year: version 2023 of wres is for 2015 to 2027"),
        (["RXX,1900,3,,white,4,9"], "row 2: year: version 2023 of wres is for 2015 to 2027"),
        (["R\x1bX,2023,3,,white,4,9"], "row 2: organisation: holds a character that cannot be printed"),
        (['"R\nX",2023,3,,white,4,9'], "row 2: organisation: holds a character that cannot be printed"),
        (
            [*_BOARD, "RXX,2023,9,workforce,white,60,", "RXX,2023,9,workforce,bme,20,"],
            "RXX 2023, indicator 9: count: the bo",
        ),
        (
            [*_BOARD, "RXX,2023,9,workforce,white,600,", "RXX,2023,9,workforce,bme,200,", *_bands(one=(500, 200, 0))],
            "RXX 2023, indicator 9: count: the bands of indicator 1 do not add up to the people of group white",
        ),
        ([], "no rows under the heading"),
        (["", " , "], "no rows under the heading"),
    ],
)
def test_a_return_that_contradicts_itself_is_turned_away(lines: list[str], said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        _rows(*lines)
    assert str(caught.value).startswith(f"return.csv: {said}")


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("sep=,\norganisation", "", "row 1: a note to a spreadsheet; delete this line"),
        (HEAD.replace(",", ";"), "", "row 1: separated by semicolons or tabs; save it with commas"),
        (f"{HEAD},", "RXX,2023,3,,white,4,9,", "row 1: ends with a comma: delete the empty column"),
        (f"{HEAD},percent", "RXX,2023,3,,white,4,100,7", "row 2: percent: does not follow from the count and its base"),
        (f"{HEAD},percent", "RXX,2023,1,b,white,4,,7", "row 2: percent: has to be empty here"),
        (
            f"{HEAD},list",
            "RXX,2023,3,,A,4,100,ethnicity-2001\nRXX,2023,3,,D,4,90,ethnicity-2001\nRXX,2023,3,,15,4,100,ethnicity-2021",
            "RXX 2023, indicator 3: list: two lists",
        ),
    ],
)
def test_a_file_saved_in_another_way_says_what_to_do(head: str, line: str, said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        _rows(line, head=head)
    assert str(caught.value).startswith(f"return.csv: {said}")
    assert len(str(caught.value)) < 300


def test_a_percentage_that_follows_from_its_count_is_welcome() -> None:
    lines = ["RXX,2023,3,,white,44,487,9.0", "RXX,2023,3,,bme,27,122,22.1"]
    assert not _rows(*lines, head=f"{HEAD},percent")["3", ""].suppressed
