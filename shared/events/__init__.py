"""The shared words: every fact a service may state on the stream, and the envelope it travels in."""

from shared.events.envelope import Envelope, UnknownEventTypeError, encode, event_id, parse
from shared.events.facts import DataClass, Fact, Tombstone
from shared.events.registry import EVENTS

__all__ = [
    "EVENTS",
    "DataClass",
    "Envelope",
    "Fact",
    "Tombstone",
    "UnknownEventTypeError",
    "encode",
    "event_id",
    "parse",
]
