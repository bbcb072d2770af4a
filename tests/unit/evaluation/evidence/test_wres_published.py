"""What was published is explained as far as its digits go: no coincidence is a cause, no wrong unit is right (WRE)."""

from math import exp
from random import Random

import pytest

from services.evaluation.evidence import wres
from services.evaluation.evidence.wres import Part, reconciling

NAMES = ("BME", "white")
NOBODY = Part(0, 0)
BME, WHITE = Part(27, 122), Part(44, 487)


def test_a_figure_that_fits_several_ways_names_them_all() -> None:
    found = reconciling.ratio("2.9", BME, WHITE, NOBODY, NAMES)
    assert (found.agrees, found.reason) == (False, "odds")
    assert found.words == "It could be a ratio of odds, not of likelihoods."
    found = reconciling.ratio("1", Part(45, 100), Part(90, 100), NOBODY, NAMES)
    assert found.agrees
    found = reconciling.ratio("2", Part(45, 100), Part(90, 100), NOBODY, NAMES)
    assert (found.agrees, found.reason) == (False, "digits")
    assert "the other way round" in found.words
    assert ", or people divided by people" not in found.words
    found = reconciling.ratio("0.50", Part(40, 200), Part(20, 200), NOBODY, NAMES)
    assert found.reason == "digits"
    assert found.words.startswith("Too few digits to tell: it could be the other way round")
    assert ", or the ratio with the numerators swapped" in found.words


def test_without_decimals_no_cause_is_named_alone() -> None:
    found = reconciling.ratio("3", BME, WHITE, NOBODY, NAMES)
    assert (found.agrees, found.reason) == (False, "digits")
    assert found.words == "Too few digits to tell: it could be a ratio of odds, not of likelihoods."


def test_a_figure_that_is_simply_wrong_is_seldom_given_a_cause() -> None:
    """Right ratios times chance: one in ten at most is explained, whatever its digits."""
    rng, wrong, caused = Random(5), 0, 0
    for _ in range(300):
        one, other = (Part(rng.randrange(20, 90), rng.randrange(100, 1500)) for _ in range(2))
        figure = one.count / one.base / (other.count / other.base) * exp(rng.gauss(0, 0.4))
        found = reconciling.ratio(f"{figure:.{rng.randrange(3)}f}", one, other, Part(60, 300), NAMES)
        wrong += found.reason != "agrees"
        caused += found.reason not in ("agrees", "unexplained", "digits")
    assert caused / wrong < 0.1


@pytest.mark.parametrize("published", ["5x", "5.0 times", "5 times"])
def test_times_are_no_percentage_points(published: str) -> None:
    found = reconciling.points(published, Part(90, 300), Part(250, 1000), None, NAMES)
    assert (found.agrees, found.reason) == (False, "unit")
    assert "It is percentage points, not" in found.words


@pytest.mark.parametrize(
    ("published", "agrees"), [("5", True), ("5.0pp", True), ("5%", False), ("\N{MINUS SIGN}5", False)]
)
def test_points_with_another_unit_or_none(published: str, *, agrees: bool) -> None:
    assert reconciling.points(published, Part(90, 300), Part(250, 1000), None, NAMES).agrees is agrees


def test_a_ratio_that_rounds_to_nothing_is_not_judged() -> None:
    found = reconciling.ratio("0", Part(44, 487), Part(27, 122), NOBODY, NAMES)
    assert (found.agrees, found.reason) == (None, "digits")
    assert reconciling.points("0", Part(90, 300), Part(301, 1000), None, NAMES).agrees


HEAD = "organisation,year,indicator,part,group,count,base,published"


def _text(published: str) -> str:
    by = wres.standard("wres")
    lines = [HEAD, f"RXX,2023,3,,bme,27,122,{published}", "RXX,2023,3,,white,44,487,"]
    return wres.text(wres.read(wres.parse("\n".join(lines), by, "return.csv"), by), by)


@pytest.mark.parametrize("published", ["n/a", "-", "2.45:1", "lots", '"2,45"', "2.45 times more likely"])
def test_a_published_text_that_is_no_figure_costs_the_return_nothing(published: str) -> None:
    out = _text(published)
    assert "2.45 times (1.58 to 3.79)" in out
    assert (
        f"Published {published.strip(chr(34))}: not judged. It cannot be read: write it as 1.7, 170% or 4.2pp." in out
    )


def test_a_very_long_published_text_is_cut() -> None:
    assert f"Published {'9' * 40}: not judged." in _text("9" * 5000)


@pytest.mark.parametrize(
    ("indicator", "white", "bme", "published"),
    [
        ("2", "90,200", "80,200", "1.13"),
        ("2", "402,1000", "400,1000", "1.01"),
        ("5", "80,400", "121,400", "10.3"),
        ("5", "121,400", "80,400", "-10.3"),
        ("5", "2000,4000", "1999,4000", "0.0"),
    ],
)
def test_a_figure_that_is_printed_here_agrees_at_halves_too_and_zero_has_no_sign(
    indicator: str, white: str, bme: str, published: str
) -> None:
    by = wres.standard("wres")
    lines = ["organisation,year,indicator,part,group,count,base,published"]
    lines += [f"RXX,2023,{indicator},,white,{white},{published}", f"RXX,2023,{indicator},,bme,{bme},"]
    found = wres.read(wres.parse("\n".join(lines), by, "return.csv"), by)
    figure = wres.document(found, by)["indicators"][0]["figure"]["value"]
    sign = "" if indicator == "2" else "+"
    assert f"{figure:{sign}}" == f"{float(published):{sign}}"
    assert f"\n    {float(published):{sign}} " in wres.text(found, by)
    assert f"Published {published}: agrees." in wres.text(found, by)
