"""Organisations move between regions from one release to the next: what both tell together is still attacked.

`DISCLOSURE_TABLES=2000` attacks a thousand random chains of releases instead of a few.
"""

import os
from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Refusal, Release, relations
from services.evaluation.evidence.errors import EvidenceError
from tests.unit.evaluation.evidence import regrouping

CHAINS = int(os.environ.get("DISCLOSURE_TABLES", "30")) // 2
DEFAULT = disclosure.rule("default")
SHOWN = {"Z1": 11, "Z2": 11, "V1": 33, "V2": 41, "V3": 52}
NORTH = dict.fromkeys(("Z1", "Z2"), "North") | dict.fromkeys(("V1", "V2", "V3"), "South")


def _tables(people: dict[str, int], region: dict[str, str], **regions: Any) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(region.values()))
    counts = [sum(n for trust, n in people.items() if region[trust] == name) for name in names]
    trust = {"name": "trust", "values": list(people), "within": {"region": region}}
    listed = [("by trust", trust, list(people.values())), ("by region", {"name": "region", "values": names}, counts)]
    found = [
        {"table": table, "population": "p", "margins": "none", "dimensions": [dimension], "counts": numbers}
        for table, dimension, numbers in listed
    ]
    found[1]["dimensions"][0].update(regions)
    return found


def _release(listed: list[dict[str, Any]], previous: Kept | None) -> Release | Refusal:
    return disclosure.release(disclosure.parse({"format": "groundswell-tables/1", "tables": listed}), previous, DEFAULT)


def _kept(listed: list[dict[str, Any]], previous: Kept | None = None) -> Kept:
    """What a release stood on, written to a file and read again."""
    found = _release(listed, previous)
    assert isinstance(found, Release)
    return disclosure.kept.parse(disclosure.kept.written(found.standing))


@pytest.mark.parametrize("hidden", [{"X": 9, "Y": 9, "W": 9}, {"X": 9, "Y": 9, "W": 9, "U": 9}])
@pytest.mark.parametrize("names", [("North", "South"), ("Upper", "Lower")])
def test_hidden_trusts_that_move_together_are_not_recovered_from_both_groupings(
    hidden: dict[str, int], names: tuple[str, str]
) -> None:
    """All of North less what is left of it is 36 to 38, or 34 and more: nobody's number changed, only the borders."""
    people = hidden | (SHOWN | {"Z1": 10} if len(hidden) == 3 else SHOWN)
    first = _kept(_tables(people, dict.fromkeys(hidden, "North") | NORTH))
    called = dict(zip(("North", "South"), names, strict=True))
    moved = {trust: called[old] for trust, old in (dict.fromkeys(hidden, "South") | NORTH).items()}
    more = {} if names[0] == "North" else {"new": names}
    found = _release(_tables(people, moved, **more), first)
    assert isinstance(found, Refusal)
    assert "by trust: X (now)" in found.cells
    again = _tables(people, dict.fromkeys(hidden, "North") | NORTH)
    assert isinstance(_release(again, first), Release)


def test_a_grouping_is_not_forgotten_two_releases_later() -> None:
    hidden = {"X": 9, "Y": 9, "W": 9, "U": 9}
    people = hidden | SHOWN
    first = _kept(_tables(people, dict.fromkeys(hidden, "North") | NORTH))
    between = _kept(_tables(people, dict.fromkeys(hidden, "South") | NORTH)[:1], first)
    third = _tables(people, dict.fromkeys(hidden, "South") | NORTH)
    assert isinstance(_release(third, between), Refusal)


def test_what_was_hidden_and_moved_is_not_recovered_from_those_that_stand() -> None:
    """48 at least say that four of at most 12 are 12 each; so of the 37 at most of spring one at most was in X."""
    spring = {"X": 0, "Y": 12, "Z": 12, "W": 12, "A": 12, "B": 40, "D": 40}
    old = dict.fromkeys("XYZW", "North") | dict.fromkeys("ABD", "South")
    new = dict.fromkeys("YZWA", "North") | dict.fromkeys("XBD", "South")
    first = _kept(_tables(spring, old))
    second = _kept(_tables(spring | {"X": 40}, old), first)
    third = _release(_tables(spring | {"X": 40}, new), second)
    assert isinstance(third, Refusal)
    assert third.cells == ("by trust: X (2 releases before)",)


def test_a_renamed_region_is_renamed_in_what_was_said_of_its_trusts() -> None:
    """The tie of spring, by the new name: 48 to 52 less 18 to 22 is what the three hidden ones have."""
    people = {"X": 9, "Y": 9, "W": 9} | SHOWN | {"Z1": 10}
    region = dict.fromkeys("XYW", "North") | NORTH
    first = _kept(_tables(people, region)[:1])
    upper = {trust: {"North": "Upper"}.get(old, old) for trust, old in region.items()}
    with_regions = _kept(_tables(people, upper, renamed_from={"Upper": "North"}), first)
    top = {trust: {"Upper": "Top"}.get(old, old) for trust, old in upper.items()}
    second = _kept(_tables(people, top, renamed_from={"Top": "Upper"}), with_regions)
    moved = top | dict.fromkeys("XYW", "South")
    assert isinstance(_release(_tables(people, moved), second), Refusal)
    last = {trust: {"Top": "Crown"}.get(old, old) for trust, old in moved.items()}
    renamed = _tables(people, last, renamed_from={"Crown": "Top"})  # renamed twice: what was kept can be read again
    assert isinstance(_release(renamed, second), Refusal)


def test_a_region_that_is_spelt_otherwise_in_a_later_release_has_to_be_explained() -> None:
    """Else its trusts are held against no region of the release before."""
    people = {"X": 9, "Y": 9, "W": 9} | SHOWN | {"Z1": 10}
    region = dict.fromkeys("XYW", "North") | NORTH
    spelt = {trust: {"North": "Nrth"}.get(old, old) for trust, old in region.items()}
    trusts, regions = (_tables(people, region)[number : number + 1] for number in (0, 1))
    misspelt = _tables(people, spelt)[:1]
    with pytest.raises(EvidenceError, match="by trust: trust: within: Nrth is new, while north of the last release"):
        _release(misspelt, _kept(regions))
    with pytest.raises(EvidenceError, match="by region: region: North is new, while nrth of the last release is gone"):
        _release(regions, _kept(misspelt))
    assert isinstance(_release(trusts, _kept(regions)), Release)
    for said in ({"renamed_from": {"Nrth": "North"}}, {"new": ["Nrth"]}):
        assert isinstance(_release(_tables(people, spelt, **said), _kept(regions)), Release)
    meanwhile = _kept(misspelt, _kept(_tables(people, region)))  # tied as they were then, so nothing is to explain
    assert isinstance(_release(_tables(people, spelt, renamed_from={"Nrth": "North"}), meanwhile), Release)


def test_for_means_a_trust_that_moved_is_set_apart_from_no_region() -> None:
    """So a mean over either region may be one over the trust's people, and is hidden with them."""
    people = {"X": 4} | SHOWN
    now, then = (
        disclosure.parse({"format": "groundswell-tables/1", "tables": _tables(people, {"X": north} | NORTH)}).tables
        for north in ("South", "North")
    )
    known = relations.agreed(relations.of_each([now, then]))
    assert "region" not in relations.facts(now[0], ("X",), known)
    assert relations.facts(now[0], ("Z1",), known) == {"trust": "z1", "region": "north"}


def test_no_hidden_figure_is_recovered_from_random_chains_of_regroupings() -> None:
    """Trusts move, grow, regions are renamed or new, tables are left out; every hidden number is asked for alone."""
    rng, whole = np.random.default_rng(21), 0
    for _ in range(CHAINS):
        steps, people = regrouping.chain(rng, 3, DEFAULT)
        whole += len(steps) > 1
        world = regrouping.world(steps, people)
        assert min((world.left(number, DEFAULT.keeps) for number in world.hidden), default=3) >= DEFAULT.keeps
    assert whole > CHAINS * 0.5
