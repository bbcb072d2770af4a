"""What a remembered thing is: immutable, typed, and readable when a newer version has written more fields.

Guards that a decision never changes what was loaded: it answers with a new state.
"""

from typing import Any, NewType, Self

from pydantic import BaseModel, ConfigDict

StatementId = NewType("StatementId", str)
"""Names a statement of another system within engagement; also the id of its entry in the queue."""
ExternalKey = NewType("ExternalKey", str)
"""Keyed hash of (organisation, system, value): how a system names a person, without the name."""


class State(BaseModel):
    """Something remembered."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def having(self, **update: Any) -> Self:
        """Return the same state with some fields replaced. Values must be of the fields' types already."""
        return self.model_copy(update=update)
