"""Bases rebuilt from rounded percentages: no more precision, and no flag, than the rounding allows (WRE)."""

from fractions import Fraction
from itertools import product

import pytest

from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.wres import Part

HEAD = "organisation,year,indicator,part,group,count,base,percent,published"


def _row(bme: str, white: str, published: str = "", indicator: str = "3") -> wres.Row:
    by = wres.standard("wres")
    lines = [HEAD, f"RXX,2023,{indicator},,white,{white},{published}", f"RXX,2023,{indicator},,bme,{bme},"]
    (row,) = wres.read(wres.parse("\n".join(lines), by, "return.csv"), by).rows
    return row


def test_the_interval_and_the_flags_hold_for_every_base_that_the_percentages_allow() -> None:
    """1 and 2 per cent: 20,000 to 60,000 and 7,200 to 12,000 people, so once to five times as likely before chance."""
    row = _row("180,,2", "300,,1", published="2")
    shown = row.measure.rounded(2)
    assert (shown.value, shown.low, shown.high) == (2.0, 0.83, 6.01)
    assert row.flags == ("rounded percentages do not tell which side",)
    assert row.notes[1] == "They allow 1.00 to 5.00 times, before chance; the interval holds all of it."
    assert row.reconciliation is not None
    assert row.reconciliation.words.startswith("It follows from rounded percentages, which allow others too: BME")
    assert _row("120,,1", "300,,1").flags == ("rounded percentages do not tell which side",)


def test_a_flag_that_holds_for_every_base_is_shown() -> None:
    assert _row("180,,6.0", "300,,1.0").flags == ("outside 0.80 to 1.25", "adverse to BME staff")
    assert _row("12,,1.10", "40,,1.00").flags == ("compatible with parity",)
    assert _row("180,9000,", "300,30000,").flags == ("outside 0.80 to 1.25", "adverse to BME staff")


@pytest.mark.parametrize(
    ("published", "agrees", "words"),
    [
        ("4.1", True, "Rounded percentages allow it, and all of 1 to 5."),
        ("0.5", False, "Too few digits to tell: it could be the other way round"),
        ("7.7", False, "Too few digits to tell: it could be by how many per cent more likely, not how many times"),
        ("900", False, "It does not follow from the rounded percentages in any way we know; they give 1 to 5."),
    ],
)
def test_a_published_ratio_is_held_against_all_that_the_percentages_allow(
    published: str, *, agrees: bool, words: str
) -> None:
    found = _row("180,,2", "300,,1", published=published).reconciliation
    assert found is not None
    assert (found.agrees, found.words.startswith(words)) == (agrees, True)


@pytest.mark.parametrize(
    ("indicator", "published", "words"),
    [
        ("3", "0.39", "the other way round: white divided by BME, where the standard asks for BME"),
        ("3", "234%", "the ratio in per cent: divide by 100"),
        ("3", "158%", "by how many per cent more likely, not how many times as likely"),
        ("3", "12.4", "the difference in percentage points, not a ratio"),
        ("5", "-13.4", "the other way round: white less BME"),
    ],
)
def test_other_ways_are_tried_at_every_base_that_the_percentages_allow(
    indicator: str, published: str, words: str
) -> None:
    """27 at 22 % and 44 at 9 %: of 120 to 125 and 464 to 517, so 2.25 to 2.65 times, or 0.38 to 0.44 the other way."""
    found = _row("27,,22", "44,,9", published=published, indicator=indicator).reconciliation
    assert found is not None
    assert (found.agrees, found.words.startswith("Too few digits to tell: it could be ")) == (False, True)
    assert words in found.words


def test_a_cause_is_named_alone_where_the_percentages_have_enough_digits() -> None:
    found = _row("270,,22.13", "440,,9.03", published="0.408").reconciliation
    assert found is not None
    assert (found.reason, found.words.startswith("It could be the other way round")) == ("direction", True)


def test_bases_of_unknown_people_are_as_open_as_their_percentage() -> None:
    """30 at 1 % are 2,000 to 6,000 people: counted with white people, these have 3.6 to 7.3 times their base."""
    by = wres.standard("wres")
    lines = [HEAD, "RXX,2023,3,,white,44,487,,", "RXX,2023,3,,bme,27,122,,13", "RXX,2023,3,,unknown,30,,1,"]
    (row,) = wres.read(wres.parse("\n".join(lines), by, "return.csv"), by).rows
    assert row.reconciliation is not None
    assert "people of unknown ethnicity were counted with white" in row.reconciliation.words


def test_a_figure_that_some_base_gives_is_never_said_to_follow_in_no_way() -> None:
    for base, beside in product(range(120, 126), range(464, 518, 4)):
        ratio = (44 / beside) / (27 / base)
        for published in (f"{ratio:.2f}", f"{100 / ratio:.1f}%", f"{100 / ratio - 100:.1f}"):
            found = _row("27,,22", "44,,9", published=published).reconciliation
            assert found is not None
            assert found.reason != "unexplained"


@pytest.mark.parametrize("measured", [wres.ratio, wres.points])
def test_the_widened_interval_holds_that_of_every_base_in_between(measured: object) -> None:
    assert callable(measured)
    one, other = wres.rebuilt(18, "6"), wres.rebuilt(30, "4")
    wide = measured(one, other).widened()
    for base, beside in product(*(range(part.least or 0, (part.most or 0) + 1, 5) for part in (one, other))):
        found = measured(Part(18, base), Part(30, beside))
        assert wide.low <= found.low < found.high <= wide.high


def test_a_change_is_as_unsure_as_its_percentages() -> None:
    by = wres.standard("wres")
    lines = [HEAD, "RXX,2022,3,,white,300,,1,", "RXX,2022,3,,bme,180,,2,"]
    lines += ["RXX,2023,3,,white,300,30000,,", "RXX,2023,3,,bme,180,20000,,"]
    (row,) = wres.read(wres.parse("\n".join(lines), by, "return.csv"), by).changes
    assert row.measure.rounded(1).low == 0.1
    assert row.flags == ("rounded percentages do not tell whether it changed",)
    assert row.notes == ("Bases were rebuilt from rounded percentages; the interval holds all that they allow.",)


def test_people_who_may_be_fewer_than_ten_are_hidden() -> None:
    """92 per cent: of 120 people, or of 119, nine were not counted."""
    assert _row("110,,92", "300,,50").suppressed
    assert not _row("110,120,", "300,600,").suppressed


@pytest.mark.parametrize(("count", "percent"), [(11, "30"), (9, "1.2"), (113, "36.9"), (40, "100"), (11, "12.5")])
def test_a_base_is_rebuilt_to_those_that_round_to_the_percentage_and_no_others(count: int, percent: str) -> None:
    """11 people are 30 per cent of 37 alone: of 36 they are 31."""
    half = Fraction(1, 2 * 10 ** len(percent.partition(".")[2]))
    every = [n for n in range(count, 2000) if abs(Fraction(100 * count, n) - Fraction(percent)) <= half]
    part = wres.rebuilt(count, percent)
    assert (part.least, part.most) == (every[0], every[-1])
    assert part.base in every


def test_a_percentage_that_no_base_has_is_turned_away() -> None:
    """17 people are 47 per cent of 36 and 49 of 35."""
    with pytest.raises(EvidenceError, match="is not that of so many people of any base"):
        _row("17,,48", "300,3000,")
