"""Nothing hidden in a return is had from kinds, organisations or parts that add up, exactly or nearly (WRE)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import wres
from services.evaluation.evidence.wres.small import MOST_PARTS

HEAD = "organisation,year,indicator,part,group,count,base"


def _lines(name: str, bme: str, white: str, indicator: str = "3") -> list[str]:
    """Return the rows of one likelihood; the name is that of a part of RXX, or of an organisation and a part."""
    organisation, _, part = name.rpartition(" of ")[::-1] if " of " in name else ("RXX", "", name)
    return [f"{organisation},2023,{indicator},{part},{g},{n}" for g, n in (("bme", bme), ("white", white))]


def _hidden(*lines: list[str], apart: bool = False) -> list[str]:
    by = wres.standard("wres")
    text = "\n".join([HEAD, *(line for several in lines for line in several)])
    found = wres.read(wres.parse(text, by, "return.csv"), by, apart=apart).rows
    return [f"{row.organisation} {row.part}".strip() for row in found if row.suppressed]


_WHOLE = _lines("", "24,400", "60,1000")
_MISCONDUCT, _CAPABILITY = _lines("misconduct", "20,400", "40,1000"), _lines("capability", "4,400", "20,1000")


def test_kinds_of_a_procedure_that_add_up_to_the_whole_are_not_had_by_subtraction() -> None:
    """Capability is 24 less 20: all have the same staff as base."""
    assert _hidden(_WHOLE, _MISCONDUCT, _CAPABILITY) == ["RXX misconduct", "RXX capability"]
    health = _lines("health", "13,400", "15,1000")
    three = [_lines("", "37,400", "75,1000"), _MISCONDUCT, _CAPABILITY, health]
    assert _hidden(*three) == ["RXX capability", "RXX health"]
    grievance = _lines("grievance", "36,400", "80,1000")
    assert _hidden(_lines("", "90,400", "200,1000"), _MISCONDUCT, _CAPABILITY, grievance) == ["RXX capability"]


@pytest.mark.parametrize("whole", [("23,400", "60,1000"), ("22,400", "57,1000"), ("24,400", "40,1000")])
def test_somebody_in_two_kinds_does_not_bring_the_subtraction_back(whole: tuple[str, str]) -> None:
    assert _hidden(_lines("", *whole), _MISCONDUCT, _CAPABILITY) == ["RXX misconduct", "RXX capability"]


def test_kinds_that_are_not_in_the_return_and_are_few_are_not_had_either() -> None:
    assert _hidden(_WHOLE, _MISCONDUCT) == ["RXX misconduct"]
    assert _hidden(_WHOLE, _lines("misconduct", "20,400", "40,999")) == ["RXX misconduct"]
    asked = _lines("", "90,400", "160,1000", "5"), _lines("patients", "86,400", "100,1000", "5")
    assert _hidden(*asked, _lines("staff", "40,400", "90,1000", "5")) == ["RXX patients"]
    assert _hidden(_lines("", "60,400", "100,1000"), _MISCONDUCT) == []


_RA, _RB = _lines(" of RA", "4,90", "30,300"), _lines(" of RB", "40,400", "60,900")
_QAB = _lines(" of QAB", "44,490", "90,1200")


def test_an_organisation_is_not_had_from_one_that_it_adds_up_to_with_others() -> None:
    """RA is QAB less RB; RC has nothing to do with it."""
    other = _lines(" of RC", "30,350", "50,800")
    assert _hidden(_RA, _RB) == ["RA"]
    assert _hidden(_RA, _RB, _QAB) == ["QAB", "RA", "RB"]
    assert _hidden(_RA, _RB, _QAB, other) == ["QAB", "RA", "RB"]
    assert _hidden(_RB, _QAB, other, _lines(" of RA", "14,90", "30,300")) == []
    assert _hidden(_RA, _RB, _lines(" of QAB", "43,489", "90,1200")) == ["QAB", "RA", "RB"]


def test_what_is_hidden_for_another_organisations_sake_is_not_had_from_its_own_parts() -> None:
    """QAB is nursing and medical; without them hidden, it would be known again."""
    parts = [_lines("nursing of QAB", "24,290", "40,500"), _lines("medical of QAB", "20,200", "50,700")]
    assert _hidden(_RA, _RB, _QAB, *parts) == ["QAB", "QAB nursing", "QAB medical", "RA", "RB"]
    assert _hidden(_RB, _QAB, *parts) == []


def test_bands_of_organisations_are_held_against_one_another_too() -> None:
    def band(organisation: str, name: str, white: int, bme: int) -> list[str]:
        return [f"{organisation},2023,1,{name},{g},{n}," for g, n in (("white", white), ("bme", bme))]

    low = [band("RA", "5", 600, 90), band("RB", "5", 900, 200), band("QAB", "5", 1500, 290)]
    middle = [band("RA", "6", 300, 60), band("RB", "6", 400, 80), band("QAB", "6", 700, 140)]
    high = [band("RA", "7", 80, 4), band("RB", "7", 90, 20), band("QAB", "7", 170, 24)]
    assert set(_hidden(*low[:1], *middle[:1], *high[:1])) == {"RA 6", "RA 7"}
    assert set(_hidden(*low, *middle, *high)) == {f"{one} {name}" for one in ("RA", "RB", "QAB") for name in "67"}


def test_a_workforce_that_is_hidden_for_anothers_sake_is_not_had_from_its_bands() -> None:
    """RA has 6 BME people: QAB's two bands less RB's, and all bands are the workforce."""

    def shares(organisation: str, indicator: str, part: str, white: int, bme: int) -> list[str]:
        return [f"{organisation},2023,{indicator},{part},{g},{n}," for g, n in (("white", white), ("bme", bme))]

    boards = [shares(one, "9", "board", 12, 10) for one in ("RA", "RB", "QAB")]
    ra, rb = shares("RA", "9", "workforce", 300, 6), shares("RB", "9", "workforce", 700, 100)
    qab = shares("QAB", "9", "workforce", 1000, 106)
    bands = [shares("RB", "1", "5", 400, 60), shares("RB", "1", "6", 300, 40)]
    bands += [shares("QAB", "1", "5", 600, 63), shares("QAB", "1", "6", 400, 43)]
    shown = {f"{one} {band}" for one in ("QAB", "RB") for band in "56"}
    assert shown < set(_hidden(*boards, ra, rb, qab, *bands))
    assert shown.isdisjoint(_hidden(*boards[1:], rb, qab, *bands))


_MANY = [line for n in range(10) for line in _lines(f" of R{n}", f"{20 + n},{300 + 7 * n}", f"{40 + n},{500 + n}")]


def test_of_very_many_organisations_none_is_shown_beside_a_hidden_one_unless_they_are_said_to_be_apart() -> None:
    assert _hidden(_MANY, _RB) == []
    assert len(_hidden(_MANY, _RA)) == 11
    assert _hidden(_MANY, _RA, apart=True) == ["RA"]
    assert len(_hidden(_RA, _RB, _QAB, apart=True)) == 3


def test_the_command_says_that_all_are_hidden_and_what_to_do(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "return.csv"
    path.write_text("\n".join([HEAD, *_MANY, *_RA]))
    assert main(["wres", str(path)]) == 0
    out = capsys.readouterr().out
    assert "Say --apart if no organisation here has people of another. They are: 3 of 2023." in out
    assert main(["wres", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["notes"]) == 1
    assert main(["wres", str(path), "--apart"]) == 0
    out = capsys.readouterr().out
    assert ("--apart" in out, out.count("Hidden")) == (False, 1)


_NURSES, _DOCTORS = _lines("nurses", "20,200", "40,400"), _lines("doctors", "3,90", "30,300")


@pytest.mark.parametrize(
    "both", [("23,290", "70,699"), ("22,288", "69,697"), ("23,290", "50,620"), ("15,250", "70,700")]
)
def test_a_few_people_who_are_in_both_parts_do_not_hide_the_sum(both: tuple[str, str]) -> None:
    """Or many, as long as they are of one group: the other one still gives the number."""
    assert len(_hidden(_NURSES, _DOCTORS, _lines("nurses and doctors", *both))) == 3


def test_parts_that_are_far_from_a_sum_are_shown() -> None:
    assert _hidden(_NURSES, _DOCTORS, _lines("midwives", "15,150", "20,200")) == ["RXX doctors"]
    assert _hidden(_NURSES, _DOCTORS, _lines("others", "33,320", "90,900")) == ["RXX doctors"]


def test_two_that_overlap_and_both_together_are_seen_though_one_person_is_missing() -> None:
    one, two = _lines("nurses", "20,200", "40,400"), _lines("band 5", "18,150", "30,350")
    either, both = _lines("nurses or band 5", "35,300", "55,629"), _lines("both", "3,50", "15,120")
    assert len(_hidden(one, two, either, both)) == 4


def test_a_small_part_does_not_make_the_others_a_sum() -> None:
    """The whole is nearly the two large ones: that is the small one, not an overlap."""
    parts = [_lines("a", "40,300", "60,500"), _lines("b", "30,200", "50,400"), _lines("c", "3,8", "4,7")]
    assert len(_hidden(_lines("", "73,508", "114,907"), *parts)) == 2
    assert MOST_PARTS == 9


_IN_PARTS = [
    *(_lines("clinical of RA", "4,400", "30,600"), _lines("other of RA", "20,300", "25,500")),
    *(_lines("clinical of RB", "20,500", "25,500"), _lines("other of RB", "20,300", "20,400")),
]


def test_a_part_is_not_had_from_an_organisation_that_is_given_whole() -> None:
    """RA's 4 are the board's 64 less 20, 20 and 20, though the board has no parts and RA and RB have no whole."""
    board = _lines(" of QAB", "64,1500", "100,2000")
    assert "RA clinical" in (hidden := _hidden(board, *_IN_PARTS))
    assert len(hidden) == 5
    assert len(_hidden(board, *_IN_PARTS[:2], _lines(" of RB", "40,800", "45,900"))) == 4
    parts = [_lines("clinical of QAB", "24,190", "55,700"), _lines("other of QAB", "20,300", "35,500")]
    assert _hidden(*parts, _RA, _RB) == ["QAB clinical", "QAB other", "RA", "RB"]
    assert _hidden(_lines(" of QAB", "94,1700", "190,2900"), *_IN_PARTS) == ["RA clinical"]
    assert not _hidden(
        _lines(" of QAB", "72,1500", "100,2000"), _lines("clinical of RA", "12,400", "30,600"), *_IN_PARTS[1:]
    )


def test_many_organisations_of_two_shapes_are_hidden_together_unless_they_are_apart() -> None:
    others = [
        _lines(f" of T{chr(65 + i)}", f"{60 + 7 * i},{900 + 31 * i}", f"{90 + 11 * i},{1700 + 57 * i}")
        for i in range(9)
    ]
    assert len(_hidden(*_IN_PARTS, *others)) == 13
    assert _hidden(*_IN_PARTS, *others, apart=True) == ["RA clinical"]


def _staff(organisation: str, **bands: tuple[int, int]) -> list[str]:
    names = {"low": "Bands 2 to 4", "high": "Bands 5 to 6"}
    return [
        f"{organisation},2023,1,{names.get(band, band.removeprefix('b'))},{group},{n},"
        for band, people in bands.items()
        for group, n in zip(("white", "bme"), people, strict=True)
    ]


_BY_BAND = [
    _staff("RA", b2=(60, 4), b3=(180, 70), b4=(290, 90), b5=(31, 20), b6=(417, 160)),
    _staff("RB", b2=(70, 41), b3=(283, 144), b4=(397, 133), b5=(520, 262), b6=(730, 366)),
]


def test_a_band_is_not_had_from_an_organisation_that_has_several_bands_in_one() -> None:
    """RA's 4 of band 2 are the board's 482 of bands 2 to 4 less 70, 90, 41, 144 and 133; band 5 does not help."""
    hidden = _hidden(_staff("QAB", low=(1280, 482), high=(1698, 808)), *_BY_BAND)
    assert len(hidden) == 12
    assert _hidden(_staff("QAB", low=(1380, 582), high=(1898, 908)), *_BY_BAND) == ["RA 2", "RA 5"]


@pytest.mark.parametrize("whole", [True, False])
def test_a_part_is_not_had_from_an_organisation_that_has_two_parts_in_one(*, whole: bool) -> None:
    """RA's 4 doctors are the board's 85 clinical staff less 30 nurses, 26 nurses and 25 doctors."""
    board = [_lines("clinical of QAB", "85,1660", "180,4800"), _lines("other of QAB", "37,970", "89,2100")]
    first = [_lines("nurses of RA", "30,500", "60,1500"), _lines("doctors of RA", "4,160", "20,500")]
    first.append(_lines("other of RA", "15,270", "29,700"))
    second = [_lines("nurses of RB", "26,600", "55,1700"), _lines("doctors of RB", "25,400", "45,1100")]
    second.append(_lines("other of RB", "22,700", "60,1400"))
    wholes = [_lines(" of QAB", "122,2630", "269,6900"), _lines(" of RA", "49,930", "109,2700")]
    wholes.append(_lines(" of RB", "73,1700", "160,4200"))
    assert len(_hidden(*board, *first, *second, *(wholes if whole else []))) == (11 if whole else 8)
    assert _hidden(*wholes, *first) == ["RA doctors", "RA other"]  # a board without parts tells nothing of them


def test_kinds_do_not_tell_a_whole_that_is_hidden_for_those_who_were_not_counted() -> None:
    """5 of 1,000 white people had no training: 1,000 less 500 on courses and 495 at conferences."""
    whole = _lines("", "400,600", "995,1000", "4")
    kinds = [_lines("courses", "210,600", "500,1000", "4"), _lines("conferences", "190,600", "495,1000", "4")]
    assert _hidden(whole, *kinds) == ["RXX", "RXX courses", "RXX conferences"]
    apart = [_lines("courses", "310,600", "700,1000", "4"), _lines("conferences", "290,600", "695,1000", "4")]
    assert _hidden(whole, *apart) == ["RXX"]


def test_parts_do_not_hide_that_kinds_nearly_fill_the_whole_nor_kinds_that_parts_do() -> None:
    """3 of each group are of another kind, or neither nurses nor doctors, whatever else is beside them."""
    whole = _lines("", "33,1000", "40,3000")
    kinds = [_lines("misconduct", "15,1000", "20,3000"), _lines("capability", "15,1000", "17,3000")]
    parts = [_lines("nurses", "20,600", "25,2000"), _lines("doctors", "13,400", "15,1000")]
    assert len(_hidden(whole, *kinds, *parts)) == 4
    few = [_lines("nurses", "17,590", "25,1980"), _lines("doctors", "13,400", "12,1000")]
    assert len(_hidden(whole, _lines("misconduct", "19,1000", "20,3000"), *few)) == 3
    assert _hidden(whole, _lines("misconduct", "19,1000", "20,3000"), *parts) == []
