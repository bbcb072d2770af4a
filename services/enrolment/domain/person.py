"""What a person tells of themselves, and how a participant is kept.

Guards that whatever is kept beside a random id is sealed: a record has no place for a name, only for sealed fields.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.participant import Participant
from services.enrolment.domain.refusals import IdentifierRepeatedError, IdentifierTakenError

WITHDRAWAL = "withdrawal"
"""Field of the reason of a withdrawal, followed by a colon and the cohort."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Identifier(_Value):
    """By what another system knows a person: `account` is the subject of their sign-in tokens."""

    system: str
    value: str


class Person(_Value):
    """The personal fields a coordinator gives when registering somebody."""

    given_name: str
    family_name: str
    email: str
    identifiers: tuple[Identifier, ...] = ()

    def fields(self) -> dict[str, str]:
        """Return the fields as texts to be sealed, each by its name."""
        identifiers = [identifier.model_dump() for identifier in self.identifiers]
        return {
            "given_name": self.given_name,
            "family_name": self.family_name,
            "email": self.email,
            "identifiers": json.dumps(identifiers),
        }

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Self:
        """Return the person whose fields these are; other fields are passed over."""
        identifiers = json.loads(fields["identifiers"])
        return cls.model_validate({**fields, "identifiers": identifiers})


class SealedField(_Value):
    """A personal field as it is kept: sealed for one version of its document."""

    field: str
    version: int
    token: str


class Record(_Value):
    """A participant as it is kept: what is decided upon, and what is sealed."""

    state: Participant
    sealed: tuple[SealedField, ...] = ()
    saved_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """Return the body of the document; its id and version are kept beside it."""
        body = self.state.model_dump(mode="json", exclude={"participant", "version"})
        return {**body, "sealed": [field.model_dump() for field in self.sealed]}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Self:
        """Return the record that a document holds."""
        state = Participant.model_validate({**stored, "participant": stored["_id"]})
        return cls(state=state, sealed=stored["sealed"], saved_at=stored["saved_at"])


def own_keys(keyed: Sequence[tuple[Identifier, str]], taken: frozenset[str]) -> tuple[str, ...]:
    """Return the keys of a new person's identifiers.

    Raises IdentifierTakenError if one of them is somebody else's and IdentifierRepeatedError if one is given twice, in
    whatever spelling.
    """
    keys: set[str] = set()
    for identifier, key in keyed:
        if key in taken:
            raise IdentifierTakenError(system=identifier.system)
        if key in keys:
            raise IdentifierRepeatedError(system=identifier.system)
        keys.add(key)
    return tuple(sorted(keys))


def free_keys(keyed: Sequence[tuple[Identifier, str]], taken: frozenset[str]) -> tuple[str, ...]:
    """Return the keys a moving person can have in the new organisation.

    One that somebody there has already is left out without a word: a refusal would tell one organisation whom another
    one knows. What comes in under it is that other person's, or goes to the queue of the unmatched.
    """
    return tuple(sorted({key for _, key in keyed} - taken))
