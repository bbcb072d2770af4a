"""Chains of releases in which organisations move between regions, and an attacker of the documents alone.

Guards that the attack is another one than the product's: it takes nothing from it but what was published, and knows
besides only what everybody does: who lies in which region when, and that a trust whose figure stands did not move.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from services.evaluation.evidence import disclosure
from services.evaluation.evidence.disclosure import Kept, Refusal, Rule

K = 10
_LARGEST = 1000
_FEW, _MANY = (0, 1, 8, 9, 9, 9), (10, 11, 14, 24, 35)
"""People of trusts: at the edges of what a figure may say, where sums tell most."""


@dataclass
class Step:
    """One release: what was declared of regions, how they were called before, and what came out of it."""

    region: dict[str, str]
    renamed: dict[str, str]
    document: dict[str, Any]


@dataclass
class World:
    """Whole numbers that nobody knows, and what is known of them: rows of (factors, low, high)."""

    truth: list[int] = field(default_factory=list)
    rows: list[tuple[dict[int, int], int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def number(self, true: int) -> int:
        self.truth.append(true)
        return len(self.truth) - 1

    def know(self, row: dict[int, int], low: int, high: int) -> None:
        assert low <= sum(self.truth[at] * factor for at, factor in row.items()) <= high  # nobody knows what is wrong
        self.rows.append((row, low, high))

    def moved(self, old: int, new: int, before: int | None, after: int | None) -> None:
        up = (before or 0) < (after or 0)
        self.know({new: 1, old: -1} if up else {old: 1, new: -1}, K, _LARGEST)

    def left(self, number: int, enough: int) -> int:
        """How many values are left to a number, counted up to `enough`."""
        matrix = np.zeros((len(self.rows), len(self.truth)))
        for i, (row, _, _) in enumerate(self.rows):
            for at, factor in row.items():
                matrix[i, at] = factor
        rows = LinearConstraint(matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows])
        found = 0
        for value in range(10):
            low, high = np.zeros(len(self.truth)), np.full(len(self.truth), float(_LARGEST))
            low[number] = high[number] = value
            zero = np.zeros(len(self.truth))
            fits = milp(zero, integrality=zero + 1, bounds=Bounds(low, high), constraints=rows).success
            found += fits
            if found == enough:
                break
        return found


def chain(rng: Any, releases: int, rule: Rule) -> tuple[list[Step], list[dict[str, int]]]:
    """Release a random population again and again until one is refused: what came out, and the people of each step."""
    trusts = [f"T{i}" for i in range(rng.integers(4, 9))]
    people = {trust: int(rng.choice(_FEW if rng.random() < 0.6 else _MANY)) for trust in trusts}
    names = ["R0", "R1", "R2"][: rng.integers(2, 4)]
    region = {trust: str(rng.choice(names)) for trust in trusts}
    steps: list[Step] = []
    counts: list[dict[str, int]] = []
    previous: Kept | None = None
    shown: set[str] = set()
    for age in range(releases):
        renamed: dict[str, str] = {}
        with_trusts, with_regions = age == 0 or rng.random() < 0.85, age == 0 or rng.random() < 0.85
        if age and with_trusts:
            region, renamed, names = _regrouped(
                rng, people, region, names, age=age, shown=shown if with_regions else set()
            )
            grown = [trust for trust in trusts if rng.random() < 0.15]
            people = people | {trust: people[trust] + int(rng.integers(K, 30)) for trust in grown}
        listed = [
            _by_region(
                people, region, names, renamed, age=age, margins=str(rng.choice(["none", "none", "grand_total"]))
            )
        ]
        if with_trusts:
            listed.append(_by_trust(people, region, str(rng.choice(["none", "none", "grand_total"]))))
        if with_trusts and not with_regions:
            del listed[0]
        elif rng.random() < 0.3:
            listed.reverse()
        tables = disclosure.parse({"format": "groundswell-tables/1", "tables": listed})
        found = disclosure.release(tables, previous, rule)
        if isinstance(found, Refusal):
            break
        previous = disclosure.kept.parse(disclosure.kept.written(found.standing))
        steps.append(Step(region, renamed, disclosure.document(found)))
        counts.append(people)
        shown = {n for t in listed for d in t["dimensions"] if d["name"] == "region" for n in d["values"]} or shown
    return steps, counts


def _regrouped(
    rng: Any, people: dict[str, int], region: dict[str, str], names: list[str], *, age: int, shown: set[str]
) -> Any:
    """Some trusts move together; regions keep their names, or one is renamed, or all are new."""
    together = rng.random() < 0.5
    movers = [trust for trust, n in people.items() if rng.random() < 0.4 or (n < K and together)]
    region = region | dict.fromkeys(movers, str(rng.choice(names)))
    kind = rng.choice(["alike", "alike", "renamed", "new"]) if shown else "alike"
    renamed = {name: f"{name[:2]}v{age}" for name in names[:1] if kind == "renamed" and name in shown}
    if kind == "new":
        fresh = {name: f"{name[:2]}n{age}" for name in names}
        return {trust: fresh[old] for trust, old in region.items()}, {}, list(fresh.values())
    called = {name: renamed.get(name, name) for name in names}
    return (
        {trust: called[old] for trust, old in region.items()},
        {new: old for old, new in renamed.items()},
        list(called.values()),
    )


def _by_trust(people: dict[str, int], region: dict[str, str], margins: str) -> dict[str, Any]:
    dimension = {"name": "trust", "values": list(people), "within": {"region": region}}
    return {"table": "by trust", "population": "p", "margins": margins, "dimensions": [dimension]} | {
        "counts": list(people.values())
    }


def _by_region(
    people: dict[str, int], region: dict[str, str], names: list[str], renamed: dict[str, str], *, age: int, margins: str
) -> dict[str, Any]:
    names = [name for name in names if name in region.values()]  # an empty region hides nobody
    renamed = {new: old for new, old in renamed.items() if new in names}
    dimension: dict[str, Any] = {"name": "region", "values": names, "renamed_from": renamed}
    dimension["new"] = [name for name in names if name not in renamed] if age else []
    counts = [sum(n for trust, n in people.items() if region[trust] == name) for name in names]
    return {"table": "by region", "population": "p", "margins": margins, "dimensions": [dimension], "counts": counts}


def world(steps: list[Step], counts: list[dict[str, int]]) -> World:
    """Write down what everybody knows of a chain."""
    known = World()
    trusts: dict[str, tuple[int, int | None]] = {}
    regions: dict[str, tuple[int, int | None]] = {}
    for step, people in zip(steps, counts, strict=True):
        tables = {table["table"]: table for table in step.document["tables"]}
        for new, old in step.renamed.items():
            if old in regions:
                regions[new] = regions.pop(old)
        if "by trust" in tables:
            _trusts(known, tables["by trust"], trusts, people)
        if "by region" in tables:
            _regions(known, tables["by region"], step.region, trusts, regions)
    return known


def _trusts(known: World, table: Any, trusts: dict[str, tuple[int, int | None]], people: dict[str, int]) -> None:
    for entry in table["entries"]:
        shown, trust = entry["count"]["value"], entry["at"].get("trust")
        if trust is None:
            _figure(known, {number: 1 for number, _ in trusts.values()}, shown, table["rounded_to"])
            continue
        if trust not in trusts or trusts[trust][1] != shown:
            number = known.number(people[trust])
            if trust in trusts:
                known.moved(trusts[trust][0], number, trusts[trust][1], shown)
            trusts[trust] = number, shown
        _figure(known, {trusts[trust][0]: 1}, shown, table["rounded_to"])


def _regions(
    known: World,
    table: Any,
    region: dict[str, str],
    trusts: dict[str, tuple[int, int | None]],
    regions: dict[str, tuple[int, int | None]],
) -> None:
    for entry in table["entries"]:
        shown, name = entry["count"]["value"], entry["at"].get("region")
        if name is None:
            _figure(
                known,
                {regions[at["at"]["region"]][0]: 1 for at in table["entries"] if at["at"]},
                shown,
                table["rounded_to"],
            )
            continue
        inside = {trusts[trust][0]: 1 for trust, where in region.items() if where == name}
        now = sum(known.truth[number] for number in inside)
        if name in regions and regions[name][1] == shown:
            known.know({regions[name][0]: 1, **dict.fromkeys(inside, -1)}, 1 - K, K - 1)
        else:
            number = known.number(now)
            known.know({number: 1, **dict.fromkeys(inside, -1)}, 0, 0)
            if name in regions:
                known.moved(regions[name][0], number, regions[name][1], shown)
            regions[name] = number, shown
        _figure(known, {regions[name][0]: 1}, shown, table["rounded_to"])


def _figure(known: World, row: dict[int, int], shown: int | None, step: int) -> None:
    if shown is None:
        known.know(row, 0, K - 1)
        known.hidden |= row.keys() if len(row) == 1 else set()
    else:
        known.know(row, max(shown - step // 2, K), shown - step // 2 + step - 1)
