"""From the bytes of an event to the one thing it says, fast where the event is as expected.

Guards that speed never decides what is valid: the fast way accepts less than `shared.events.parse`, and everything
it does not accept is read again by that, which alone may call a record poison.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from msgspec import MsgspecError, Struct, convert, defstruct
from msgspec.json import Decoder

from services.evaluation.domain import Place
from services.evaluation.domain.places import ProjectPlace
from services.evaluation.projections.wire import Data, Record
from shared.errors import PoisonError
from shared.events import Fact, UnknownEventTypeError, parse

T = TypeVar("T")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_MANY = 200_000
"""More names than a region has. With more, remembering starts again: that costs time and never memory."""


class Statement(Struct, frozen=True, gc=False):
    """What an event says: of `subject`, about its `key` (a cohort, a session, …), the fact to be joined."""

    subject: str
    about: str
    """The dictionary of the subject's state that holds such facts."""
    key: str
    fact: Any


class DoubtError(Exception):
    """The fast way does not accept this record; the exact way decides."""


class _Kept(dict[T, T]):
    """One copy of each thing that many records repeat; looking one up again costs no call."""

    def __init__(self, vetted: Callable[[T], T]) -> None:
        super().__init__()
        self._vetted = vetted

    def __missing__(self, thing: T) -> T:
        if len(self) >= _MANY:
            self.clear()
        return self.setdefault(thing, self._vetted(thing))


class Names:
    """The identifiers that records repeat (people, sessions, places): each vetted once and kept once.

    `names[x]` and `places[a, b, …]` return the one copy; they raise DoubtError for what is not an identifier.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = _Kept(_vetted)
        self.places: dict[Place, Place] = _Kept(self._vetted_place)
        self.project_places: dict[ProjectPlace, ProjectPlace] = _Kept(self._vetted_project_place)

    def vet(self, *identifiers: str) -> None:
        """Check identifiers that are not worth keeping."""
        for identifier in identifiers:
            _vetted(identifier)

    def _vetted_place(self, place: Place) -> Place:
        programme, cohort, organisation, group = place
        names = self.names
        return (names[programme], names[cohort], names[organisation], names[group])

    def _vetted_project_place(self, place: ProjectPlace) -> ProjectPlace:
        programme, cohort, organisation = place
        return (self.names[programme], self.names[cohort], self.names[organisation])


def _vetted(identifier: str) -> str:
    if _IDENTIFIER.fullmatch(identifier) is None:
        raise DoubtError
    return identifier


Teller = Callable[[Any, Names], Statement]


class Reader:
    """Reads the events that a projection listens to: fact class → its data on the wire and what it says."""

    def __init__(self, tellers: Mapping[type[Fact], tuple[type[Data], Teller]]) -> None:
        self.names = Names()
        self._tellers = {fact.type: teller for fact, teller in tellers.items()}
        self._by_record = {_record(fact.type, data): tell for fact, (data, tell) in tellers.items()}
        union: Any = None
        for record in self._by_record:
            union = record if union is None else union | record
        self._decode = Decoder(union).decode

    def read(self, value: bytes) -> Statement | None:
        """Return what an event says, None if its type does not concern the projection; raises PoisonError."""
        names = self.names.names
        try:
            record = self._decode(value)
            statement = self._by_record[record.__class__](record.data, self.names)
            names[record.organisation]
            if record.subject != statement.subject:
                names[record.subject]
        except (MsgspecError, UnicodeDecodeError, DoubtError):
            return self._read_exactly(value)
        return statement

    def _read_exactly(self, value: bytes) -> Statement | None:
        """Let pydantic decide; what it accepts is then put into the shape of the fast way."""
        try:
            fact = parse(value).data
        except UnknownEventTypeError:
            return None
        if fact.type not in self._tellers:
            return None
        wire, tell = self._tellers[fact.type]
        try:
            return tell(convert(fact.model_dump(mode="json"), wire), self.names)
        except (MsgspecError, DoubtError) as error:
            raise PoisonError("invalid", "a number is larger than can be kept") from error


def _record(kind: str, data: type[Data]) -> type[Record]:
    """Return the class of a whole event of one type."""
    record: Any = defstruct(
        data.__name__,
        [("data", data)],
        bases=(Record,),
        tag_field="type",
        tag=kind,
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    return record  # type: ignore[no-any-return] # a subclass of its base
