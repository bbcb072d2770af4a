"""A return read into indicators: directions, unknown ethnicity, suppression, variants, bad rows, the command (WRE)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

SAMPLE = Path(__file__).parent / "samples" / "wres-return.csv"
STANDARD = wres.standard("wres")
HEAD = "organisation,year,indicator,part,group,count,base"


def _rows(*lines: str, head: str = HEAD, internal: bool = False, standard: str = "wres") -> tuple[wres.Row, ...]:
    by = wres.standard(standard)
    return wres.read(wres.parse("\n".join([head, *lines]), by, "return.csv"), by, internal=internal).rows


def _sample(*, internal: bool = False) -> dict[tuple[str, str, int], wres.Row]:
    found = wres.read(wres.parse(SAMPLE.read_text(), STANDARD, "return.csv"), STANDARD, internal=internal).rows
    return {(row.indicator, row.part, row.year): row for row in found}


def test_directions_are_those_of_the_standard() -> None:
    numerators = {i.indicator: (i.numerator, i.adverse) for i in STANDARD.indicators if i.kind == "likelihood"}
    assert numerators == {"2": ("white", "above"), "3": ("bme", "above"), "4": ("white", "above")}
    found = _sample()
    assert found["2", "", 2023].measure.value == pytest.approx((122 / 600) / (60 / 400))
    assert found["3", "", 2023].measure.value == pytest.approx((33 / 573) / (44 / 1870))
    assert found["4", "", 2023].direction == "white / BME; above 1 is adverse to BME staff"


@pytest.mark.parametrize(("name", "indicators"), [("wres", 9), ("wres-medical", 11), ("wres-social-care", 9)])
def test_the_variants_are_data(name: str, indicators: int) -> None:
    assert name in wres.names()
    assert [row.indicator for row in wres.standard(name).indicators] == [str(n) for n in range(1, indicators + 1)]


def test_below_one_is_adverse_in_social_cares_appointments() -> None:
    (row,) = _rows("M1,2024,2,,bme,20,200", "M1,2024,2,,white,80,400", standard="wres-social-care")
    assert row.measure.value == pytest.approx(0.5)
    assert row.flags == ("outside 0.80 to 1.25", "adverse to BME staff")


def test_the_flag_and_the_interval_are_both_shown() -> None:
    (row,) = _rows("RXX,2023,3,,bme,12,400", "RXX,2023,3,,white,40,1900")
    assert row.flags == ("outside 0.80 to 1.25", "compatible with parity")


def test_unknown_ethnicity_is_in_the_base_of_a_workforce_and_of_no_likelihood() -> None:
    lines = ["RXX,2023,9,board,white,70,", "RXX,2023,9,board,bme,20,", "RXX,2023,9,board,unknown,10,"]
    lines += ["RXX,2023,9,workforce,white,700,", "RXX,2023,9,workforce,bme,250,", "RXX,2023,9,workforce,not_known,50,"]
    (row,) = _rows(*lines)
    assert row.measure.value == pytest.approx(100 * (20 / 100 - 250 / 1000))
    assert "People of unknown ethnicity are counted in the base." in row.notes
    (row,) = _rows("RXX,2023,2,,white,50,200", "RXX,2023,2,,bme,20,100", "RXX,2023,2,,unknown,4,9")
    assert row.measure.value == pytest.approx((50 / 200) / (20 / 100))
    assert row.notes == ("People of unknown ethnicity are in neither group.",)


def test_one_seat_of_a_board_is_several_points_and_no_trend_is_offered() -> None:
    row = _sample(internal=True)["9", "board", 2023]
    assert row.notes[0] == "One seat is 7.1 points: no trend can be read from a few."
    returned = wres.parse(SAMPLE.read_text(), STANDARD, "return.csv")
    (change,) = wres.read(returned, STANDARD).changes
    assert (change.indicator, change.year, change.flags) == ("3", 2024, ("compatible with no change",))


def test_what_is_below_k_is_hidden_with_everything_that_would_tell_of_it() -> None:
    found = _sample()
    assert [key for key, row in found.items() if row.suppressed] == [
        ("1", "Bands 8a to 9", 2023),  # hidden in consequence: alone, the top band could be subtracted
        ("1", "Very senior managers", 2023),
        ("9", "board", 2023),
    ]
    for row in found.values():
        if row.suppressed:
            assert (row.measure, row.flags, row.notes, row.reconciliation) == (wres.Measure(None), (), (), None)
    assert not any(row.suppressed for row in _sample(internal=True).values())


@pytest.mark.parametrize(
    ("bme", "white"), [("9,400", "40,900"), ("0,400", "40,900"), ("395,400", "400,900"), ("4,8", "4,9")]
)
def test_hidden_does_not_say_why(bme: str, white: str) -> None:
    (row,) = _rows(f"RXX,2023,3,,bme,{bme},1.7", f"RXX,2023,3,,white,{white},", head=f"{HEAD},published")
    assert row.suppressed
    assert row.measure == wres.Measure(None)


def test_seventeen_and_nine_people_are_shown_as_they_are_to_those_who_may_see_them() -> None:
    head = "organisation,year,indicator,part,group,count,base,percent,published"
    lines = ("RXX,2020,3,,bme,9,,1.2,1.7 times", "RXX,2020,3,,white,17,,0.7,")
    (row,) = _rows(*lines, head=head, internal=True)
    assert row.flags == ("outside 0.80 to 1.25", "compatible with parity")
    assert row.reconciliation is not None
    assert row.reconciliation.agrees
    assert row.notes == (
        "Bases were not given; rebuilt from rounded percentages: about 750 (720 to 782), 2429 (2267 to 2615).",
        "They allow 1.53 to 1.92 times, before chance; the interval holds all of it.",
    )
    (row,) = _rows(*lines, head=head)
    assert row.suppressed


def test_codes_are_mapped_when_read_and_missing_answers_stay_missing() -> None:
    head = f"{HEAD},list"
    lines = [
        f"RXX,2023,3,,{code},{n},{n * 10},ethnicity-2001" for code, n in [("A", 30), ("C", 10), ("R", 12), ("S", 9)]
    ]
    lines += ["RXX,2023,3,,Z,1,20,ethnicity-2001", "RXX,2023,3,,99,2,5,ethnicity-2001"]
    lines += ["RXX,2023,3,,B,10,100,ethnicity-2001"]
    (row,) = _rows(*lines, head=head)
    assert row.measure.value == pytest.approx(1)
    assert row.notes == ("People of unknown ethnicity are in neither group.",)


_GOOD = "RXX,2023,3,,white,44,487"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["RXX,2023,10,,bme,1,2"], "row 2: indicator: not one of 1, 2, 3"),
        (["RXX,23,3,,bme,1,2"], "row 2: year: not a year of four digits"),
        ([",2023,3,,bme,1,2"], "row 2: organisation: empty"),
        (["RXX,2023,3,,bme,-1,2"], "row 2: count: not a whole number of people"),
        (["RXX,2023,3,,bme,1.5,2"], "row 2: count: not a whole number of people"),
        (["RXX,2023,3,,bme,NaN,2"], "row 2: count: not a whole"),
        (["RXX,2023,3,,bme,\u0661,2"], "row 2: count: "),
        (["RXX,2023,3,,bme,,2"], "row 2: count: empty"),
        (["RXX,2023,3,,bme,1,"], "row 2: base: empty"),
        (["RXX,2023,3,,bme,3,2"], "row 2: count: more people are counted than there are"),
        (["RXX,2023,3,,asian,1,2"], "row 2: group: not one of white, bme"),
        ([_GOOD, _GOOD], "row 3: group: this group is there twice"),
        ([_GOOD], "RXX 2023, indicator 3: group: the bme group is missing"),
        (["RXX,2023,9,chair,bme,1,"], "row 2: part: board or workforce"),
        (["RXX,2023,9,board,bme,1,14"], "row 2: base: has to be empty here"),
        (["RXX,2023,1,,bme,1,"], "row 2: part: a band is needed"),
        ([f"{_GOOD},9"], "row 2: 8 cells for 7 columns"),
        (['RXX,"2023,3'], "not CSV"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_file_row_and_field(lines: list[str], said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        _rows(*lines)
    assert str(caught.value).startswith(f"return.csv: {said}")


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        ("organisation,year", "", "row 1: indicator: a column is missing"),
        (f"{HEAD},base", "", "row 1: base: a column is missing or there twice"),
        (f"{HEAD},colour", "", "row 1: colour: no such column"),
        (f"{HEAD},list", "RXX,2023,3,,Q,1,2,ethnicity-2001", "row 2: group: 'Q' is not a code of ethnicity-2001"),
        (f"{HEAD},list", "RXX,2023,3,,A,1,2,ethnicity-1991", "row 2: group: no list 'ethnicity-1991'"),
        (f"{HEAD},list", f"{_GOOD},\nRXX,2023,3,,A,1,2,ethnicity-2001", "row 3: group: groups and codes of a list"),
        (f"{HEAD},percent", "RXX,2023,3,,bme,9,,1.2%", "row 2: percent: not a percentage"),
        (f"{HEAD},percent", "RXX,2023,3,,bme,0,,1.2", "row 2: percent: a base cannot be rebuilt"),
        (f"{HEAD},published", f"{_GOOD},1\nRXX,2023,3,,bme,1,2,3", "row 3: published: another figure"),
        (f"{HEAD},published", f"{_GOOD},=1\nRXX,2023,3,,bme,20,200,", "row 2: published: begins with a sign that"),
    ],
)
def test_a_column_or_a_code_that_cannot_be_used_is_named(head: str, line: str, said: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        _rows(line, head=head)
    assert str(caught.value).startswith(f"return.csv: {said}")


def test_the_command_prints_the_nine_indicators_and_hides_what_is_small(capsys: Any) -> None:
    assert main(["wres", str(SAMPLE)]) == 0
    out, err = capsys.readouterr()
    assert "2.45 times (1.57 to 3.81)   BME / white; above 1 is adverse to BME staff" in out
    assert "Published 0.41: differs. It could be the other way round" in out
    assert "    Hidden   board - workforce" in out
    assert (err, "Not in the return of RXX 2023" in out) == ("", False)
    assert "Not in the return of RXX 2024: 1, 2, 4, 5, 6, 7, 8, 9." in out
    assert main(["wres", str(SAMPLE), "--json"]) == 0
    written = json.loads(capsys.readouterr().out)
    assert {row["indicator"] for row in written["indicators"]} == {str(n) for n in range(1, 10)}
    (board,) = (row for row in written["indicators"] if row["indicator"] == "9")
    assert (board["figure"], board["interval"]) == ({"value": None, "suppressed": True}, None)


def test_the_command_shows_small_figures_only_when_asked_and_says_so(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "return.csv"
    path.write_text(f"{HEAD}\nRXX,2023,3,,bme,0,200\n{_GOOD}\n", "utf-8-sig")
    assert main(["wres", str(path), "--internal"]) == 0
    out, err = capsys.readouterr()
    assert "No ratio: in one group nobody was counted" in out
    assert "Not in the return of RXX 2023: 1, 2, 4, 5, 6, 7, 8, 9." in out
    assert err.startswith("Internal view")
    path.write_text("", "utf-8")
    assert main(["wres", str(path)]) == 1
    said = "a column is missing or there twice; the first row names the columns, separated by commas"
    assert capsys.readouterr().err == f"{path}: row 1: organisation: {said}\n"
