"""Everything said and heard on the stream, as an AsyncAPI 3 document.

Guards that another team can read what it may rely on: each channel, who says what on it, who listens, and what may be
published into the platform.
"""

from typing import Any

from shared.events import EVENTS
from shared.events.schema import schemas
from shared.topics import SERVICES

ATTENDANCE = "ext.attendance.v1.{organisation}"
HEARS: dict[str, dict[str, tuple[str, ...]]] = {
    "enrolment": {"erasures": ("engagement.events", "recap_tracker.events", "evaluation.events")},
    "engagement": {
        "rosters": ("enrolment.events",),
        "identifiers": ("enrolment.identifiers",),
        "attendance": (ATTENDANCE,),
    },
    "recap_tracker": {"enrolment": ("enrolment.events",)},
    "evaluation": {
        "erasure": ("enrolment.events",),
        "participation": ("enrolment.events", "engagement.events"),
        "projects": ("recap_tracker.events",),
    },
}
"""By service and reader: the channels it reads."""

_RECORDED = {
    "type": "object",
    "description": "Our own dialect: a CloudEvent 1.0 in structured mode.",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "maxLength": 256, "description": "Unique for the source; the same when sent again."},
        "source": {"type": "string", "maxLength": 256},
        "type": {"enum": ["attendance.recorded.v1", "attendance.voided.v1"]},
        "time": {
            "type": "string",
            "format": "date-time",
            "description": "When it was published; 13 days before it comes at most.",
        },
        "data": {
            "oneOf": [
                {
                    "type": "object",
                    "required": ["person", "session", "status"],
                    "properties": {
                        "person": {
                            "type": "object",
                            "required": ["system", "value"],
                            "properties": {"system": {"type": "string"}, "value": {"type": "string"}},
                        },
                        "session": {"type": "string"},
                        "status": {"enum": ["attended", "missed"]},
                        "minutes": {"type": "integer", "minimum": 0, "maximum": 1440},
                    },
                },
                {
                    "type": "object",
                    "required": ["record"],
                    "properties": {"record": {"type": "string", "description": "The id of the record to void."}},
                },
            ]
        },
    },
}
_STATEMENT = {
    "type": "object",
    "description": (
        "An xAPI statement of the Jisc profile: `attended`, where `result.completion` false means absent, or `voided`."
    ),
    "required": ["id", "actor", "verb", "object"],
}
_LETTER = {"type": "string", "format": "binary", "description": "The exact bytes of the record that was parked."}


def asyncapi() -> dict[str, Any]:
    """Return the document."""
    messages = {name: _message(schema) for name, schema in schemas().items()}
    messages |= {
        "attendance-cloudevent": {"contentType": "application/cloudevents+json", "payload": _RECORDED},
        "attendance-xapi": {"contentType": "application/json", "payload": _STATEMENT},
        "dead-letter": {"contentType": "application/octet-stream", "payload": _LETTER},
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Groundswell",
            "version": "1.0.0",
            "description": (
                "What the services state as facts, what they hear, and how other systems publish attendance. Facts "
                "arrive at least once and in order per subject; each carries a version, and the latest one wins."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": _channels(),
        "operations": _operations(),
        "components": {"messages": messages},
    }


def _message(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": schema["title"],
        "summary": schema["description"],
        "contentType": "application/cloudevents+json",
        "x-data-class": schema["x-data-class"],
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": schema},
    }


def _channels() -> dict[str, Any]:
    said: dict[str, list[str]] = {}
    for name, fact in sorted(EVENTS.items()):
        said.setdefault(fact.topic, []).append(name)
    channels = {_id(topic): _channel(topic, names) for topic, names in sorted(said.items())}
    external = _channel(ATTENDANCE, ["attendance-cloudevent", "attendance-xapi"])
    external["parameters"] = {
        "organisation": {"description": "Whose records these are; taken from the topic, never from the record."}
    }
    channels[_id(ATTENDANCE)] = external
    for service in SERVICES:
        channels[_id(f"{service}.dead-letters")] = _channel(f"{service}.dead-letters", ["dead-letter"])
    return channels


def _channel(address: str, messages: list[str]) -> dict[str, Any]:
    return {"address": address, "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages}}


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for topic in sorted({fact.topic for fact in EVENTS.values()}):
        speaker = topic.partition(".")[0]
        operations[f"{speaker}-says-{_id(topic)}"] = _operation("send", topic, f"{speaker} states facts.")
    for service, readers in HEARS.items():
        for reader, topics in readers.items():
            for topic in topics:
                summary = f"{service} reads this for its {reader}."
                operations[f"{service}-{reader}-hears-{_id(topic)}"] = _operation("receive", topic, summary)
    return operations


def _operation(action: str, topic: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{_id(topic)}"}, "summary": summary}


def _id(topic: str) -> str:
    return topic.replace("{", "").replace("}", "").replace(".", "-")
