"""A band is held against the whole workforce only where the return is known to have all of it (WRE)."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.evaluation.commands import main
from services.evaluation.evidence import wres
from services.evaluation.evidence.errors import EvidenceError

HEAD = "organisation,year,indicator,part,group,count,base,published"
_NINE = [("board", "white", 60), ("board", "bme", 12), ("workforce", "white", 190), ("workforce", "bme", 32)]
WORKFORCE = [f"RXX,2023,9,{part},{group},{n},," for part, group, n in _NINE]
ALONE = "Held against the bands in this return, which need not be the whole workforce: no verdict."
SENIOR = {"Bands 8a to 9": (150, 20), "Very senior managers": (40, 12)}
ALL = {"Bands 1 to 4": (900, 100), "Band 5": (600, 90), "6-7": (500, 80), **SENIOR, "Medical and dental": (200, 90)}


def lines(bands: dict[str, tuple[int, int]]) -> list[str]:
    return [
        f"RXX,2023,1,{band},{group},{n},,"
        for band, ns in bands.items()
        for group, n in zip(("white", "bme"), ns, strict=True)
    ]


def rows(*given: str, standard: str = "wres") -> dict[str, wres.Row]:
    by = wres.standard(standard)
    found = wres.read(wres.parse("\n".join([HEAD, *given]), by, "return.csv"), by).rows
    return {row.part: row for row in found if row.indicator == "1"}


def test_bands_that_are_not_all_there_carry_no_verdict_and_say_which_are_missing() -> None:
    """A band that is "adverse" beside the highest alone is compatible with parity beside Bands 1 to 4."""
    row = rows(*lines(SENIOR))["Bands 8a to 9"]
    assert row.flags == ()
    assert row.direction == "band - all bands in this return"
    assert row.notes == (f"{ALONE} Not found by name: 1, 2, 3, 4, 5, 6, 7, Medical and dental.",)
    assert row.measure.value == pytest.approx(100 * (20 / 170 - 32 / 222))


def test_the_workforce_of_the_board_indicator_confirms_the_sum_of_the_bands() -> None:
    row = rows(*lines(SENIOR), *WORKFORCE)["Bands 8a to 9"]
    assert (row.flags, row.notes) == (("adverse to BME staff",), ())
    assert row.direction == "band - workforce; below 0 is adverse to BME staff"


def test_all_bands_of_the_standard_are_the_whole_workforce() -> None:
    assert {bool(row.flags) for row in rows(*lines(ALL)).values()} == {True}
    assert not any(row.notes for row in rows(*lines(ALL)).values())
    for missing in ALL:
        (note,) = {row.notes for row in rows(*lines({b: n for b, n in ALL.items() if b != missing})).values()}
        assert "no verdict" in note[0]


@pytest.mark.parametrize(
    "name", ["Band 5 nurses", "Clinical band 5", "bands 4 to 5", "Bands 5 to 4", "Band 5 to", "Band 8", "x"]
)
def test_a_name_that_says_something_else_is_no_band_and_none_is_counted_twice(name: str) -> None:
    bands = {name if band == "Band 5" else band: people for band, people in ALL.items()}
    assert any(row.notes for row in rows(*lines(bands)).values())


@pytest.mark.parametrize("name", ["band 5", "5", "BAND 5", "Bands 5"])
def test_a_band_has_several_spellings(name: str) -> None:
    bands = {name if band == "Band 5" else band: people for band, people in ALL.items()}
    assert not any(row.notes for row in rows(*lines(bands)).values())


def test_where_the_standard_names_no_bands_only_the_workforce_confirms_them() -> None:
    row = rows(*(line.replace("RXX", "M1") for line in lines(SENIOR)), standard="wres-social-care")["Bands 8a to 9"]
    assert row.flags == ()
    assert row.notes == ("Held against the bands in this return, which need not be the whole workforce: no verdict.",)


def test_a_published_figure_is_not_called_wrong_beside_bands_that_are_not_all_there() -> None:
    given = lines(SENIOR)
    given[0] += "-1.2"
    assert rows(*given)["Bands 8a to 9"].reconciliation is None
    assert rows(*given, *WORKFORCE)["Bands 8a to 9"].reconciliation is not None


def test_the_command_says_it_in_text_and_in_json(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "return.csv"
    path.write_text("\n".join([HEAD, *lines(SENIOR)]), "utf-8")
    assert main(["wres", str(path)]) == 0
    out = capsys.readouterr().out
    assert "adverse" not in out
    assert "Not found by name: 1, 2, 3, 4, 5, 6, 7, Medical and dental." in out
    assert main(["wres", str(path), "--json"]) == 0
    assert all(row["notes"] and not row["flags"] for row in json.loads(capsys.readouterr().out)["indicators"])


@pytest.mark.parametrize("twin", ["rxx", "RXX\u0301", "R\u0425X", "RXX\u200b"])
def test_one_organisation_under_two_names_is_refused(twin: str) -> None:
    given = ["RXX,2023,3,,bme,27,122,", "RXX,2023,3,,white,44,487,", f"{twin},2024,3,,bme,27,122,"]
    with pytest.raises(EvidenceError) as caught:
        rows(*given, f"{twin},2024,3,,white,44,487,")
    assert ": organisation: " in str(caught.value)


TYPED = {
    "across": {band: (100 - n, n) for band, n in zip(ALL, (12, 20, 31, 15, 44, 27), strict=True)},
    "down": dict(zip(ALL, ((30, 28), (20, 13), (14, 16), (13, 15), (11, 14), (12, 13)), strict=True)),
}


@pytest.mark.parametrize("way", TYPED)
def test_percentages_in_the_place_of_people_have_no_figure(way: str) -> None:
    """Of 100 in each band, or of 100 white and 100 BME people in all of them, nobody knows how many they are."""
    for given in (lines(TYPED[way]), [line.replace(",88,", ",89,") for line in lines(TYPED[way])]):
        found = rows(*given)
        assert {(row.measure.value, row.flags, row.notes) for row in found.values()} == {(None, (), ())}
        assert {row.measure.reason[:37] for row in found.values()} == {"no figure: everybody together is 100,"}
    assert rows(*lines({**TYPED[way], "Band 5": (600, 90)}))["6-7"].flags


def test_a_board_of_a_hundred_has_no_verdict_and_beside_a_workforce_of_a_hundred_no_figure() -> None:
    by = wres.standard("wres")
    for workforce, shown in (((70, 30), False), ((1900, 320), True)):
        given = [line.replace(",1,", ",9,", 1) for line in lines({"board": (88, 12), "workforce": workforce})]
        (row,) = wres.read(wres.parse("\n".join([HEAD, *given]), by), by).rows
        assert (row.measure.value is not None, row.flags, row.reconciliation) == (shown, (), None)
        said = row.notes[0] if shown else row.measure.reason
        assert "as if percentages stood for people" in said
