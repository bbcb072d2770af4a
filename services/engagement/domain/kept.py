"""How a state is kept: in which collection, under which id, and what of it is encrypted under which name.

Guards that what is read is exactly what was written (dates and times as ISO text, the id outside the body), and that
whoever seals a field and whoever opens it agree on its name; the vault binds every text to it.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from services.engagement.domain.state import ExternalKey, State
from shared.events.ids import JournalId, OrganisationId, ParticipantId

COHORTS = "cohorts"
LEARNERS = "learners"
STATEMENTS = "statements"
MATCHES = "matches"
IDENTIFIERS = "identifiers"
JOURNALS = "journals"

NAMES = {
    COHORTS: "cohort",
    LEARNERS: "participant",
    STATEMENTS: "statement",
    MATCHES: "key",
    IDENTIFIERS: "participant",
    JOURNALS: "journal",
}
"""The field that holds a document's id."""

PERSON = "person"
"""Sealed field: the value by which a system knows somebody."""
NOTE = "note"
"""Sealed field: the reason of a dismissal."""

S = TypeVar("S", bound=State)


class Text(State):
    """The text of a journal entry, encrypted for its writer; it is gone once the entry is retracted."""

    journal: JournalId
    participant: ParticipantId
    organisation: OrganisationId
    text: str


def body(collection: str, state: State) -> dict[str, Any]:
    """Return a state as the body of its document."""
    return state.model_dump(mode="json", exclude={NAMES[collection]})


def read(collection: str, kind: type[S], document: Mapping[str, Any]) -> S:
    """Return the state that a document holds."""
    return kind.model_validate({**document, NAMES[collection]: document["_id"]})


def vault_subject(key: ExternalKey) -> str:
    """Return the vault's name for somebody who is known by an identifier only."""
    return f"external:{key}"


def text_field(journal: JournalId) -> str:
    """Return the sealed field of a journal entry's text."""
    return f"journal:{journal}"
