"""What was declared and drawn before anybody knew an outcome: the protocol, its primary outcome, the lottery.

Guards that a lottery counts only where it was recorded before the first programme wave and the cells are as it was
drawn, organisation by organisation; a word from whoever asks is not enough.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.errors import EvidenceError

DECLARATION_FORMAT = "groundswell-declaration/1"
_Start = Annotated[int, Field(ge=0, le=60)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lottery(_Strict):
    """A draw: when it was recorded, its seed, and for each organisation the wave (1-based) of its start or 0."""

    recorded: date
    seed: int
    starts: dict[str, _Start] = Field(min_length=2)


class Declaration(_Strict):
    """What a programme committed itself to; `Declaration.nothing()` where it did not."""

    format: Literal["groundswell-declaration/1"]
    declared: date | None = None
    """When the protocol was declared."""
    primary: str = ""
    """The name of the one primary outcome."""
    secondary: tuple[str, ...] = ()
    """The names of all other outcomes that are looked at; they are judged together."""
    annual: bool = False
    """Whether waves are yearly returns."""
    lottery: Lottery | None = None

    @classmethod
    def nothing(cls) -> "Declaration":
        """Return the declaration of a programme that declared nothing."""
        return cls(format=DECLARATION_FORMAT)

    def made_before(self, table: CellTable) -> bool:
        """Return whether the protocol was declared before the first programme wave."""
        return self.declared is not None and _before_outcomes(self.declared, table)

    def is_primary(self, table: CellTable) -> bool:
        """Return whether the table's outcome is the one that was declared to be looked at first."""
        return self.made_before(table) and bool(self.primary) and self.primary == table.outcome.name

    def is_secondary(self, table: CellTable) -> bool:
        """Return whether the table's outcome is one of those declared to be judged together."""
        return self.made_before(table) and table.outcome.name in self.secondary

    def drawn(self, table: CellTable) -> bool:
        """Return whether chance decided who began when: recorded in time, nobody added, left out or moved."""
        if self.lottery is None or not _before_outcomes(self.lottery.recorded, table):
            return False
        seen = {(cell.organisation, cell.cohort) for cell in table.cells}
        return seen == set(self.lottery.starts.items())


def declaration(text: str | bytes, file: str = "") -> Declaration:
    """Return the declaration in a file's text; raises EvidenceError with file and field."""
    try:
        return Declaration.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise EvidenceError(first["msg"], file=file, field=".".join(map(str, first["loc"]))) from None


def _before_outcomes(when: date, table: CellTable) -> bool:
    """Waves are dates or months; a day within the month of the first wave is not before it."""
    starts = [cell.cohort for cell in table.cells if cell.cohort]
    return bool(starts) and when.isoformat() < table.waves[min(starts) - 1]
