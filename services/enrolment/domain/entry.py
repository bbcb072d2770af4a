"""What every piece of the catalogue has in common: it is fixed, and it forbids fields that nobody knows.

Guards that a misspelt field is an error at start and never a value that is silently missing.
"""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"

Slug = Annotated[str, Field(pattern=SLUG)]
Requirement = Annotated[str, Field(pattern=r"^[A-Z]{3}-[0-9]+$")]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Title = Annotated[str, Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=1)]
Item = TypeVar("Item")


def _some(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Refuse an empty list; after its items, so that a fault in one of them is told alone."""
    if not items:
        raise ValueError("at least one is needed")
    return items


Some = Annotated[tuple[Item, ...], AfterValidator(_some)]
"""A list that is not empty."""


class Entry(BaseModel):
    """A piece of the catalogue: it never changes, and a field nobody knows is a mistake of the writer."""

    model_config = ConfigDict(frozen=True, extra="forbid")
