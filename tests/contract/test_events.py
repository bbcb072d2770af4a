"""The words of the stream are a contract: schemas both ways, samples that parse for ever (P9, P11)."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.documents import ROOT, documents
from shared.events import EVENTS, DataClass, encode, parse
from shared.events.schema import schema_of, schemas
from shared.topics import SERVICES

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
FREE_TEXT_ABOUT_NOBODY = {"title", "format", "module"}


def by_name(path: Path) -> str:
    return path.stem


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert {path.stem.rpartition(".")[0] for path in SAMPLES} == set(EVENTS)


@pytest.mark.parametrize("path", SAMPLES, ids=by_name)
def test_a_sample_parses_for_ever_and_is_written_as_it_was(path: Path) -> None:
    """P9: a committed sample is never changed; an event that is stated otherwise gets a new version of its name."""
    value = path.read_bytes().rstrip(b"\n")
    envelope = parse(value)
    assert envelope.type == path.stem.rpartition(".")[0]
    assert json.loads(encode(envelope)) == json.loads(value)


@pytest.mark.parametrize("path", SAMPLES, ids=by_name)
def test_a_newer_speaker_that_says_more_breaks_nobody(path: Path) -> None:
    said = json.loads(path.read_bytes())
    more = {**said, "traceparent": "00-1", "data": {**said["data"], "said_later": {"x": [1]}}}
    assert parse(json.dumps(more).encode()) == parse(path.read_bytes())


@pytest.mark.parametrize("path", SAMPLES, ids=by_name)
def test_a_sample_fits_the_published_schema(path: Path) -> None:
    said = json.loads(path.read_bytes())
    jsonschema.Draft202012Validator(schemas()[said["type"]]).validate(said)


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_an_event_is_named_after_its_speaker_and_lives_on_its_topic(name: str) -> None:
    fact = EVENTS[name]
    assert name.split(".", maxsplit=1)[0] in SERVICES
    assert name.endswith(".v1")
    assert fact.topic.split(".")[0] == name.split(".", maxsplit=1)[0]
    assert fact.topic.endswith(".events") or fact.data_class is DataClass.IDENTIFYING


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_no_event_about_a_person_can_carry_free_text(name: str) -> None:
    """P11: a name, an e-mail address or a journal's text does not fit into any field."""
    fact = EVENTS[name]
    schema = schema_of(fact)
    for field, shape in strings(schema["properties"]["data"], schema.get("$defs", {})):
        closed = {"pattern", "enum", "const", "format"} & shape.keys()
        allowed = fact.data_class is DataClass.ORGANISATIONAL and field in FREE_TEXT_ABOUT_NOBODY
        assert closed or allowed, f"{name}.{field} may carry any text"


def strings(shape: dict[str, Any], definitions: dict[str, Any], name: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every field of type string below a schema, with its name."""
    if "$ref" in shape:
        shape = definitions[shape["$ref"].rpartition("/")[2]]
    found = [(name, shape)] if shape.get("type") == "string" else []
    for child, inner in shape.get("properties", {}).items():
        found += strings(inner, definitions, child)
    for key in ("items", "additionalProperties"):
        if isinstance(shape.get(key), dict):
            found += strings(shape[key], definitions, name)
    for inner in shape.get("anyOf", []):
        found += strings(inner, definitions, name)
    return found


def test_generated_documents_are_what_is_committed() -> None:
    stale = [str(path) for path, content in documents() if (ROOT / path).read_text("utf-8") != content]
    assert stale == []
