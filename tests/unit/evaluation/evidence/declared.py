"""Tables for tests, with no more said than a test is about."""

from typing import Any

import numpy as np

from services.evaluation.evidence.disclosure import Tables, parse


def document(counts: Any, *, margins: str = "all", **more: Any) -> dict[str, Any]:
    shape = np.array(counts).shape
    dimensions = [
        {"name": name, "values": [f"{name[0]}{i}" for i in range(size)]}
        for name, size in zip(("organisation", "group", "band"), shape, strict=False)
    ]
    table = {"table": "people", "population": "people", "dimensions": dimensions, "margins": margins, "counts": counts}
    table |= more
    return {"format": "groundswell-tables/1", "tables": [table]}


def tables(counts: Any, **more: Any) -> Tables:
    return parse(document(np.array(counts).tolist(), **more))
