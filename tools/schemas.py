"""Writes the JSON Schema of every event beside its class, or checks that what is written is still true.

Guards that a change of a fact is seen as a change of the contract in review. `python -m tools.schemas [--check]`; exit
code 1 names what differs.
"""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import create_model

from shared.events import EVENTS, Envelope, Fact

FOLDER = Path(__file__).parents[1] / "shared" / "events" / "schemas"


def schema(name: str, fact: type[Fact]) -> dict[str, Any]:
    """Return the schema of the whole CloudEvent that carries a fact, with its class of data."""
    only_this: Any = Literal[name]
    carrier = create_model(fact.__name__, __base__=Envelope, type=(only_this, ...), data=(fact, ...))
    described = carrier.model_json_schema()
    described["description"] = fact.__doc__
    heading = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:groundswell:{name}"}
    return {**heading, "x-data-class": fact.data_class.value, "x-topic": fact.topic, **described}


def texts() -> dict[Path, str]:
    """Return what every file must hold."""
    return {
        FOLDER / f"{name}.json": json.dumps(schema(name, fact), indent=2, ensure_ascii=False) + "\n"
        for name, fact in sorted(EVENTS.items())
    }


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` compare them."""
    wanted = texts()
    there = {path: path.read_text() for path in FOLDER.glob("*.json")}
    if "--check" in arguments:
        differing = sorted(path.name for path in {*wanted, *there} if wanted.get(path) != there.get(path))
        sys.stderr.writelines(f"{name} is not what the code says; run python -m tools.schemas\n" for name in differing)
        return 1 if differing else 0
    FOLDER.mkdir(exist_ok=True)
    for path in there.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
