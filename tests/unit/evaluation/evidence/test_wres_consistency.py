"""A return is held against itself: bases that no workforce holds, names of one thing, errors without figures (WRE)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

HEAD = "organisation,year,indicator,part,group,count,base"
SAMPLE = Path(__file__).parent / "samples" / "wres-return.csv"
_NINE = {("board", "white"): 30, ("board", "bme"): 12, ("workforce", "white"): 1870, ("workforce", "bme"): 573}
BOARD = [f"RXX,2023,9,{part},{group},{n}," for (part, group), n in _NINE.items()]
UNKNOWN = "RXX,2023,9,workforce,unknown,100,"


def _rows(*lines: str, head: str = HEAD, standard: str = "wres") -> dict[tuple[str, str], wres.Row]:
    by = wres.standard(standard)
    found = wres.read(wres.parse("\n".join([head, *lines]), by, "return.csv"), by).rows
    return {(row.indicator, row.part): row for row in found}


def _two(indicator: str, bme: str, white: str, part: str = "") -> list[str]:
    return [f"RXX,2023,{indicator},{part},bme,{bme}", f"RXX,2023,{indicator},{part},white,{white}"]


def _refused(*lines: str, standard: str = "wres") -> str:
    with pytest.raises(EvidenceError) as caught:
        _rows(*lines, standard=standard)
    return str(caught.value)


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        (_two("3", "27,5730", "44,1870"), "indicator 3: base: has more people of group bme"),
        (_two("3", "27,573", "44,1871"), "indicator 3: base: has more people of group white"),
        (_two("3", "27,1870", "44,573"), "indicator 3: base: has more people of group bme"),
        (_two("4", "270,600", "440,1870"), "indicator 4: base: has more people of group bme"),
        (_two("5", "900,9000", "250,1000"), "indicator 5: base: has more people of group bme"),
        (_two("8", "90,200", "250,1971"), "indicator 8: base: has more people of group white"),
        (_two("3", "27,574", "44,900", "nurses"), "indicator 3 (nurses): base: has more people of group bme"),
    ],
)
def test_a_base_of_staff_that_the_workforce_does_not_hold_is_refused(lines: list[str], place: str) -> None:
    said = f"return.csv: RXX 2023, {place} than the workforce in this return; correct one of them"
    assert _refused(*lines, *BOARD, UNKNOWN) == said


def test_a_line_of_totals_among_bands_is_refused() -> None:
    """Else everybody is twice in the workforce that bands are held against, and intervals are those of other people."""
    people = {"2": (120, 60, 10), "3": (200, 80, 12), "8a": (90, 20, 10), "9": (30, 12, 0), "VSM": (11, 10, 0)}

    def lines(found: Mapping[str, tuple[int, ...]]) -> list[str]:
        groups = ("white", "bme", "unknown")
        return [
            f"RXX,2023,1,{band},{group},{n},"
            for band, numbers in found.items()
            for group, n in zip(groups, numbers, strict=True)
        ]

    total = tuple(map(sum, zip(*people.values(), strict=True)))
    said = "return.csv: RXX 2023, indicator 1: part: All staff has the people of all other bands, who would be counted"
    assert _refused(*lines({**people, "All staff": total})).startswith(said)
    assert len(_rows(*lines({**people, "All staff": (*total[:2], total[2] + 1)}))) == len(people) + 1
    by_chance = {"2": (20, 4, 0), "3": (10, 1, 0), "4": (6, 3, 0), "5": (4, 0, 0)}
    assert len(_rows(*lines(by_chance))) == len(by_chance)


def test_of_a_workforce_alone_everything_is_said_to_be_missing() -> None:
    by = wres.standard("wres")
    found = wres.read(wres.parse("\n".join([HEAD, *BOARD[2:]]), by, "return.csv"), by)
    assert found.rows == ()
    assert wres.text(found, by).splitlines()[-1] == "Not in the return of RXX 2023: 1, 2, 3, 4, 5, 6, 7, 8, 9."


def test_applicants_may_be_more_than_the_workforce_and_who_answers_may_be_of_unknown_ethnicity() -> None:
    assert _rows(*_two("2", "270,5730", "440,9000"), *BOARD)["2", ""].notes == ()
    assert ("5", "") in _rows(*_two("5", "300,670", "250,1000"), *BOARD, UNKNOWN)
    leavers = [line.replace("2023", "2024") for line in (*_two("8", "60,600", "200,1900"), *BOARD)]
    assert ("8", "") in _rows(*leavers, standard="wres-social-care")
    percent = ["RXX,2023,3,,bme,27,,4.7", "RXX,2023,3,,white,44,,2.35"]
    assert ("3", "") in _rows(*percent, *(f"{line}," for line in BOARD), head=f"{HEAD},percent")


def test_a_base_that_should_be_the_workforce_and_is_not_is_said_to_be_another() -> None:
    said = "The base of {} people is not the workforce in this return, which the standard asks for."
    assert _rows(*_two("3", "27,122", "44,487"), *BOARD)["3", ""].notes == (said.format("white and of BME"),)
    assert _rows(*_two("3", "27,573", "44,487"), *BOARD)["3", ""].notes == (said.format("white"),)
    assert _rows(*_two("3", "27,573", "44,1870"), *BOARD)["3", ""].notes == ()
    assert _rows(*_two("5", "27,122", "44,487"), *BOARD)["5", ""].notes == ()
    assert _rows(*_two("3", "27,122", "44,487"))["3", ""].notes == ()
    assert _rows(*_two("3", "27,122", "44,487", "nurses"), *BOARD)["3", "nurses"].notes == ()


def test_all_bands_of_the_standard_are_the_workforce_where_no_other_is_given() -> None:
    bands = {"1 to 4": (900, 100), "5-9": (1500, 300), "VSM": (40, 12), "Medical and dental": (200, 90)}
    lines = [
        f"RXX,2023,1,{name},{g},{n}," for name, ns in bands.items() for g, n in zip(("white", "bme"), ns, strict=True)
    ]
    assert _rows(*_two("3", "27,502", "44,2640"), *lines)["3", ""].notes == ()
    assert "base: has more people of group bme" in _refused(*_two("3", "27,503", "44,2640"), *lines)


def test_the_sample_is_a_return_that_could_be() -> None:
    by = wres.standard("wres")
    found = wres.read(wres.parse(SAMPLE.read_text(), by, "return.csv"), by, internal=True).rows
    assert not any("is not the workforce" in note for row in found for note in row.notes)


def test_codes_of_the_senders_own_are_named_beside_what_they_were_read_as() -> None:
    codes = {"A": "44,487", "H1": "27,122", "N2": "20,60", "Z": "3,9", "99": "4,20"}
    lines = [f"RXX,2023,3,,{code},{people},ethnicity-2001" for code, people in codes.items()]
    (row,) = _rows(*lines, head=f"{HEAD},list").values()
    assert row.notes[-1] == "Codes of the sender's own were read by their first character: H1 as H, N2 as N."
    lines[2] = "RXX,2023,3,,NK,20,60,ethnicity-2001"
    with pytest.raises(
        EvidenceError, match=r"row 4: group: 'NK' is not a code of ethnicity-2001; write Z \(not stated\)"
    ):
        _rows(*lines, head=f"{HEAD},list")


@pytest.mark.parametrize("twin", ["nurses", "NURSES", "Nursés"])
def test_one_part_under_two_names_is_refused(twin: str) -> None:
    said = _refused(*_two("3", "27,122", "44,487", "Nurses"), *_two("3", "27,122", "44,487", twin))
    assert said.startswith("return.csv: indicator 3: part: ")
    assert said.endswith("are one part; spell it one way")
    assert len(_rows(*_two("3", "27,122", "44,487", "Nurses"), *_two("4", "27,122", "44,487", "Doctors"))) == 2


@pytest.mark.parametrize("sign", ["=cmd|x", "+x", "-x", "@x"])
def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_refused(sign: str) -> None:
    said = "begins with a sign that spreadsheets take for a formula; write it without"
    assert _refused(f"{sign},2023,3,,bme,27,122") == f"return.csv: row 2: organisation: {said}"
    assert _refused(f"RXX,2023,3,{sign},bme,27,122") == f"return.csv: row 2: part: {said}"


_BANDS = ["RXX,2023,1,5,white,1870,,", "RXX,2023,1,5,bme,7,,"]


@pytest.mark.parametrize(
    ("lines", "figures"),
    [
        ([*(f"{line}," for line in BOARD), *_BANDS], "(bands 7, workforce 573)"),
        (["RXX,2023,3,,white,4,103,7"], "(7 for 4 of 103)"),
        (["RXX,2023,3,,white,4.7,103,"], "('4.7')"),
        ([*(f"{line}," for line in (*BOARD, *_two("3", "7,574", "44,487")))], "(574 of at most 573)"),
    ],
)
def test_errors_have_figures_in_the_internal_view_only(
    tmp_path: Path, capsys: Any, lines: list[str], figures: str
) -> None:
    path = tmp_path / "return.csv"
    path.write_text("\n".join([f"{HEAD},percent", *lines]))
    assert main(["wres", str(path)]) == 1
    outside = capsys.readouterr().err
    assert not any(n in outside.replace(str(path), "") for n in ("573", "574", "103", "4.7", "7 people"))
    assert main(["wres", str(path), "--internal"]) == 1
    assert capsys.readouterr().err == f"{outside.rstrip()} {figures}\n"
