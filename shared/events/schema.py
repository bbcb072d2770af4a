"""Each event as a JSON Schema, for readers that are not written in Python.

Guards that the contract is the code: schemas are generated from the facts and compared with the committed files, so
that a change to an event shows as a change to its contract.
"""

from typing import Any

from shared.events.facts import Fact
from shared.events.registry import EVENTS

_TEXT = {"type": "string"}


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """Return the schema of one event, envelope and data, in JSON Schema 2020-12."""
    data = fact.model_json_schema(mode="serialization")
    definitions = data.pop("$defs", {})
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:groundswell:{fact.type}",
        "title": fact.__name__,
        "description": data.pop("description", ""),
        "x-data-class": fact.data_class.value,
        "x-topic": fact.topic,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "organisation", "correlationid", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**_TEXT, "description": "The same for every attempt to state this fact."},
            "source": {**_TEXT, "const": f"/groundswell/{fact.type.partition('.')[0]}"},
            "type": {"const": fact.type},
            "subject": {**_TEXT, "description": "Whom or what the fact is about; the record's key."},
            "time": {**_TEXT, "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "organisation": _TEXT,
            "correlationid": _TEXT,
            "causationid": _TEXT,
            "data": data,
        },
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def schemas() -> dict[str, dict[str, Any]]:
    """Return every event's schema by its type."""
    return {name: schema_of(fact) for name, fact in sorted(EVENTS.items())}
