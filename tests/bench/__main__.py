"""Measure and print a table of ratios: `python -m tests.bench`, which is what `make bench` runs.

Guards the exit status: 0 every aim reached, 1 one missed, 2 wrong usage or a part is missing.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from shared.testing.processes import PartError
from tests.bench import asking, evidence, replaying, seeing, storing, takeover
from tests.bench.figures import Figure, table
from tests.bench.world import World, running

Bench = Callable[[World, float], AsyncIterator[Figure]]
BENCHES: dict[str, Bench] = {
    "replay": replaying.replay,
    "growth": replaying.growth,
    "relay": storing.relay,
    "reaction": storing.reaction,
    "query": asking.query,
    "takeover": takeover.takeover,
    "seeing": seeing.seeing,
    "evidence": evidence.evidence,
}
RESULT = Path("build/bench.json")


def main() -> int:
    """Run the chosen benches on the chosen brokers."""
    asked = _parser().parse_args()
    found: dict[str, list[Figure]] = {}
    try:
        for kind in asked.broker or ["kafka", "embedded"]:
            found[kind] = asyncio.run(_run(kind, asked.only or list(BENCHES), asked.scale))
    except PartError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    _write(found)
    return 0 if all(figure.reached is not False for figures in found.values() for figure in figures) else 1


async def _run(kind: str, names: list[str], scale: float) -> list[Figure]:
    figures: list[Figure] = []
    for name in names:
        sys.stderr.write(f"{kind}: {name} …\n")
        with running(kind) as world:
            figures += [figure async for figure in BENCHES[name](world, scale)]
    sys.stdout.write(f"\n{kind} ({os.cpu_count()} cores)\n\n{table(figures)}\n")
    sys.stdout.flush()
    return figures


def _write(found: dict[str, list[Figure]]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    machine = {"cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    figures = {kind: [figure.as_json() for figure in all_of] for kind, all_of in found.items()}
    RESULT.write_text(json.dumps({"machine": machine, "figures": figures}, indent=2))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…",
        description="Measure speed as ratios within one run; results also in build/bench.json.",
    )
    parser.add_argument("--only", action="append", choices=sorted(BENCHES), help="this bench; may be given again")
    parser.add_argument("--broker", action="append", choices=["kafka", "embedded"], help="on this broker only")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the workload, for a quick look")
    return parser


if __name__ == "__main__":
    sys.exit(main())
