"""A small projection and its facts, for tests of the kernel that should not know any service."""

from collections.abc import Mapping
from datetime import date

import msgspec

from shared.errors import PoisonError
from shared.events import Envelope, UnknownEventTypeError, parse
from shared.events.engagement import SessionAttended
from shared.outbox import Because, Mark

State = dict[str, tuple[int, int, str]]
"""Session to (version, minutes, organisation)."""


class Minutes:
    """Counts sessions and minutes per cohort and organisation; the latest version of a session wins."""

    name = "minutes"
    topics = ("engagement.events",)
    cell_fields = ("cohort", "organisation")

    def decode(self, value: bytes) -> Envelope | None:
        try:
            return parse(value)
        except UnknownEventTypeError:
            return None

    def subject(self, event: Envelope) -> str:
        return event.subject

    def fold(self, state: State | None, event: Envelope) -> State | None:
        fact = event.data
        if not isinstance(fact, SessionAttended):
            raise PoisonError("invalid", "not a session")
        known = (state or {}).get(fact.session, (0, 0, ""))
        if known[0] >= fact.version:
            return None
        return {**(state or {}), fact.session: (fact.version, fact.contact_minutes, fact.organisation)}

    def contribution(self, state: State) -> Mapping[tuple[str, ...], Mapping[str, int]]:
        cells: dict[tuple[str, ...], dict[str, int]] = {}
        for _, minutes, organisation in state.values():
            cell = cells.setdefault(("c", organisation), {"sessions": 0, "minutes": 0})
            cell["sessions"] += 1
            cell["minutes"] += minutes
        return cells

    def pack(self, states: dict[str, State]) -> bytes:
        return msgspec.msgpack.encode(states, order="sorted")

    def unpack(self, page: bytes) -> dict[str, State]:
        return msgspec.msgpack.decode(page, type=dict[str, dict[str, tuple[int, int, str]]])


def attended(
    participant: str, version: int, *, session: str = "s1", minutes: int = 60, organisation: str = "R0A"
) -> SessionAttended:
    return SessionAttended(
        participant=participant,
        session=session,
        cohort="c",
        programme="m",
        organisation=organisation,
        group="g",
        kind="session",
        held_on=date(2023, 10, 5),
        contact_minutes=minutes,
        version=version,
    )


def because(mark: str | None = None) -> Because:
    return Because("conversation", None, "R0A", "tester", None if mark is None else Mark(mark, f"digest of {mark}"))
