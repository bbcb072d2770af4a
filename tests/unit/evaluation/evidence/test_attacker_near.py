"""The attacker looks for a world beside one that fits: it finds what writing everything out finds, and in time."""

from typing import Any

import numpy as np
import pytest

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Release, attacker
from services.evaluation.evidence.disclosure.constraints import System

COUNTS = 6


def _circles(rng: np.random.Generator) -> System:
    """Pairs of counts that add up to little or much: corners of such systems often are at halves."""
    pairs = [rng.choice(COUNTS, 2, replace=False) for _ in range(7)]
    truth = rng.integers(0, 4, COUNTS)
    rows = []
    for one, other in pairs:
        total = int(truth[one] + truth[other])
        rows.append(({int(one): 1, int(other): 1}, total, total + int(rng.integers(0, 2))))
    hidden = {(count,): f"{count}" for count in range(COUNTS)} | {tuple(range(COUNTS)): "all"}
    return System(bounds=[(0, 4)] * COUNTS, rows=rows, hidden=hidden)


def test_values_found_beside_a_world_are_all_there_are() -> None:
    rng = np.random.default_rng(3)
    for _ in range(60):
        system = _circles(rng)
        written = attacker._enumerated(system)
        for keeps in (3, 30):
            for members, values in attacker._Solver(system).possible(keeps).items():
                assert values <= written[members]
                assert len(values) >= keeps or values == written[members]


def _table(name: str, counts: Any, dimensions: str) -> dict[str, Any]:
    listed = [
        {"name": n, "values": [f"{n}{i}" for i in range(size)], "unrelated": [m for m in "ab" if m != n]}
        for n, size in zip(dimensions, np.shape(counts), strict=True)
    ]
    return {
        "table": name,
        "population": "p",
        "margins": "all",
        "dimensions": listed,
        "counts": np.array(counts).tolist(),
    }


def test_several_tables_over_releases_seldom_ask_for_whole_numbers_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a programme took seconds from the fifth release of 10 x 10 cells on; beside a world it takes hundredths."""
    wide: list[int] = []
    solve = attacker.milp

    def counted(weights: Any, **given: Any) -> Any:
        bounds = given["bounds"]
        if given.get("integrality") is not None and (bounds.ub - bounds.lb).max() > 1:
            wide.append(len(weights))
        return solve(weights, **given)

    monkeypatch.setattr(attacker, "milp", counted)
    rng = np.random.default_rng(4)
    people, previous = rng.poisson(rng.gamma(1.0, 25.0, size=(10, 10))), None
    for _ in range(5):
        tables = [
            _table("cells", people, "ab"),
            _table("rows", people.sum(1), "a"),
            _table("columns", people.sum(0), "b"),
        ]
        parsed = disclosure.parse({"format": "groundswell-tables/1", "tables": tables})
        found = disclosure.release(parsed, previous, disclosure.rule("default"))
        assert isinstance(found, Release)
        previous = found.standing
        people = np.maximum(people + (rng.random((10, 10)) < 0.4) * rng.integers(-12, 14, (10, 10)), 0)
    assert len(wide) <= 2
