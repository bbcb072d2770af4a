"""What a fact is: an immutable statement with a version, a name that never changes and a class of data it may carry.

Guards two things: a fact can be joined (the latest version of the same thing wins, in whatever order facts arrive), and
what may travel in it is declared once, so that a test can refuse a field that does not belong.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

Version = Annotated[int, Field(ge=1, description="Version of the document that states the fact; the latest wins.")]
Identifier = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$")]


class DataClass(StrEnum):
    """How careful a reader must be with what an event carries."""

    ORGANISATIONAL = "organisational"
    """Nothing about a person."""
    PSEUDONYMOUS = "pseudonymous"
    """About a person who is named by a random id only."""
    IDENTIFYING = "identifying"
    """Could be matched to a person by whoever holds the deployment's key; compacted topics only."""


class Part(BaseModel):
    """A piece of a fact. Unknown fields are ignored: a newer speaker may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Fact(Part):
    """A statement of a service about one subject. Subclasses name their type and what they may carry."""

    type: ClassVar[str]
    data_class: ClassVar[DataClass] = DataClass.PSEUDONYMOUS
    topic: ClassVar[str]
    """Topic without prefix."""

    version: Version


class Tombstone(BaseModel):
    """Not a fact but its removal: an empty record that makes a compacted topic forget the subject."""

    model_config = ConfigDict(frozen=True)

    topic: str
    """Topic without prefix."""
