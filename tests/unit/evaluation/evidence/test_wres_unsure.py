"""Of a return no more is said than its rows hold: percentages that are rounded, or typed where people belong (WRE)."""

import pytest

from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

HEAD = "organisation,year,indicator,part,group,count,base,percent,published"
UNTOLD = "rounded percentages do not tell which side"


def _returned(*lines: str) -> wres.Return:
    return wres.parse("\n".join([HEAD, *lines]), wres.standard("wres"), "return.csv")


def _row(*groups: str, indicator: str = "3", internal: bool = False) -> wres.Row:
    returned = _returned(*(f"RXX,2023,{indicator},,{group}" for group in groups))
    (row,) = wres.read(returned, wres.standard("wres"), internal=internal).rows
    return row


def test_a_ratio_that_may_be_within_the_flags_bounds_is_not_outside_them() -> None:
    """1 beside 0.8 per cent: 0.59 to 2.00 times, 1.25 as it stands; each corner alone is outside, on its own side."""
    row = _row("bme,100,,1,", "white,800,,0.8,1.0")
    assert (row.measure.rounded(2).value, row.flags) == (1.25, (UNTOLD,))
    assert _row("bme,100,,3,", "white,800,,0.8,").flags == ("outside 0.80 to 1.25", "adverse to BME staff")
    assert _row("bme,100,,0.4,", "white,800,,0.8,").flags == ("outside 0.80 to 1.25", "in favour of BME staff")


def test_a_change_that_percentages_leave_open_says_so() -> None:
    """0.80 times, 0.11 to 7.48: below 1 at some bases, above it at others."""
    lines = ["RXX,2023,3,,bme,100,,1,", "RXX,2023,3,,white,800,,0.8,"]
    lines += ["RXX,2024,3,,bme,40,,1,", "RXX,2024,3,,white,400,,1,"]
    (row,) = wres.read(_returned(*lines), wres.standard("wres")).changes
    assert (row.measure.low or 0) < 1 < (row.measure.high or 0)
    assert row.flags == ("rounded percentages do not tell whether it changed",)


def test_a_base_of_few_people_of_unknown_ethnicity_is_not_printed() -> None:
    """One of unknown ethnicity, 25 per cent: they are four."""
    for unknown in ("unknown,1,,25,", "not_known,1,,25,"):
        known = _row("bme,14,60,,", "white,50,500,,", unknown)
        assert known.notes == ("People of unknown ethnicity are in neither group.",)
        row = _row("bme,20,,33.3,", "white,50,500,,", unknown)
        assert row.notes[1] == "Bases were not given; rebuilt from rounded percentages: about 60 (60 to 60)."


def test_percentages_in_the_place_of_people_have_no_figure() -> None:
    """33 and 19 per cent, typed as 33 and 19 of 100: nobody knows of how many people."""
    for indicator in ("3", "6"):
        for internal in (False, True):
            row = _row("bme,33,100,,14", "white,19,100,,", indicator=indicator, internal=internal)
            assert (row.measure.value, row.flags, row.reconciliation) == (None, (), None)
            assert row.measure.reason.startswith("no figure: both bases are 100, as if percentages stood for people")


@pytest.mark.parametrize("groups", [("bme,33,100,33,", "white,19,100,19,"), ("bme,33,100,,", "white,19,101,,")])
def test_a_hundred_people_who_are_meant_have_their_figure(groups: tuple[str, str]) -> None:
    assert _row(*groups, indicator="6").flags == ("adverse to BME staff",)


def test_a_change_from_percentages_in_the_place_of_people_has_no_figure() -> None:
    lines = ["RXX,2023,3,,bme,33,100,,", "RXX,2023,3,,white,19,100,,"]
    lines += ["RXX,2024,3,,bme,30,110,,", "RXX,2024,3,,white,80,900,,"]
    (row,) = wres.read(_returned(*lines), wres.standard("wres")).changes
    assert (row.measure.value, row.flags) == (None, ())


def test_what_was_published_of_the_board_is_judged_whichever_row_it_stands_in() -> None:
    board = ["RXX,2023,9,board,white,10,,,", "RXX,2023,9,board,bme,10,,,"]
    lines = [*board, "RXX,2023,9,workforce,white,500,,,-77", "RXX,2023,9,workforce,bme,60,,,"]
    (row,) = wres.read(_returned(*lines), wres.standard("wres")).rows
    assert row.reconciliation is not None
    assert (row.reconciliation.published, row.reconciliation.agrees) == ("-77", False)
    lines[0] += "5"
    with pytest.raises(EvidenceError, match="RXX 2023, indicator 9: published: another figure is published"):
        _returned(*lines)
