"""What was declared and drawn before anybody knew an outcome: protocol, outcomes, who is compared, the lottery.

Guards that a lottery counts only where it was recorded before the first wave of all, its starts are what the seed
draws, the cells are as it was drawn, and it says where in the stream it is recorded: a file by itself says what its
writer likes. Waves before the start are outcomes too: a seed can be tried, or organisations chosen, until those begin
who stand low by chance and rise by themselves.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from services.evaluation.evidence import documents
from services.evaluation.evidence.cells import Cell, CellTable, Wave, no_word
from services.evaluation.evidence.claims.lottery import Day, Lottery, Name, Start, Strict, said
from services.evaluation.evidence.claims.measured import Measured
from services.evaluation.evidence.design import check_names, is_fair

DECLARATION_FORMAT: Final = "groundswell-declaration/1"
_Control = Literal["never_treated", "not_yet_treated"]
_Named = TypeVar("_Named", bound=Collection[str])


def _one_word(name: str) -> str:
    if what := no_word(name):
        raise ValueError(what)
    return name


class Declaration(Strict):
    """What a programme committed itself to; `Declaration.nothing()` where it did not."""

    format: Literal["groundswell-declaration/1"]
    declared: Day | None = None
    """When the protocol was declared."""
    primary: str = ""
    """The name of the one primary outcome."""
    secondary: tuple[Name, ...] = ()
    """The names of all other outcomes that are looked at; they are judged together."""
    outcomes: dict[Name, Measured] = Field(default={})
    """How each of these is measured, by its name."""
    annual: bool = False
    """Whether waves are yearly returns."""
    control: _Control | None = None
    """Whom the programme's people are compared with; without it the one that follows from the cells."""
    seed: int | None = Field(default=None, ge=0)
    """Of the bootstrap; without it the one that follows from the cells."""
    instrument: Annotated[str, AfterValidator(_one_word)] | None = None
    """Which is looked at where people answer several, or where cells name one."""
    organisations: tuple[Name, ...] = ()
    """The names of all that are compared, on either side; without them those of `starts`, or of a lottery."""
    waves: tuple[Wave, ...] = Field(default=(), max_length=60)
    """All at which people are asked, as in the cells; a wave that looks back is none of them, nor counted."""
    starts: dict[Name, Start | Annotated[tuple[Start, ...], Field(min_length=1)]] = Field(default={})
    """The wave (1-based) at which each organisation begins, 0 for never, several where its people differ; without them
    those of a lottery."""
    complete: bool = False
    """Whether cells will hold all who answered before the start, also those who did not answer again."""
    lottery: Lottery | None = None

    @field_validator("organisations", "starts")
    @classmethod
    def _well_named(cls, organisations: _Named) -> _Named:
        said(check_names, tuple(organisations))
        return organisations

    @field_validator("waves")
    @classmethod
    def _rising(cls, waves: tuple[str, ...]) -> tuple[str, ...]:
        if sorted(set(waves)) != list(waves):
            raise ValueError("waves must rise and not repeat")
        return waves

    @model_validator(mode="after")
    def _each_outcome_once(self) -> Self:
        if len({self.primary, *self.secondary}) <= len(self.secondary):
            raise ValueError("an outcome is declared twice; name each once, as primary or as secondary")
        if other := next((name for name in self.outcomes if name not in {self.primary, *self.secondary}), None):
            raise ValueError(f"outcomes: {other!r} is neither the primary nor a secondary outcome; see how it is spelt")
        return self

    @classmethod
    def nothing(cls) -> "Declaration":
        """Return the declaration of a programme that declared nothing."""
        return cls(format=DECLARATION_FORMAT)

    def made_before(self, table: CellTable) -> bool:
        """Return whether the protocol was declared before the first programme wave."""
        return self.declared is not None and _before_outcomes(self.declared, table)

    def settled(self, table: CellTable) -> bool:
        """Return whether all that is compared was settled before the last wave before the first start: what is settled
        earlier cannot follow from who stood high or low by chance at the wave that changes are counted from. A lottery
        settles who begins on its own day, whatever starts an older declaration names.
        """
        dates = [self.declared, *([self.lottery.recorded] if self.lottery else [])]
        return all(when is not None and _before(when, _first_start(table) - 1, table) for when in dates)

    def foresaw_scale(self, table: CellTable) -> bool:
        """Return whether the scale of the table's outcome, its unit and which end is better were declared in time."""
        measured = self.outcomes.get(table.outcome.name)
        return measured is not None and self.made_before(table) and measured.is_that_of(table.outcome)

    def foresaw(self, table: CellTable, control: str) -> bool:
        """Return whether a comparison is the declared one, or else the one that follows from the cells."""
        return control == (self.wanted_control(table) or _following(table))

    def foresaw_instrument(self, table: CellTable, *, others: bool) -> bool:
        """Return whether the table's instrument is the declared one, or the only one there is and without a name.

        `others` says that there are people who answered another.
        """
        unasked = None if others else ""
        wanted = self.wanted_instrument(table)
        return table.instruments == (unasked if wanted is None else wanted,)

    def foresaw_organisations(self, table: CellTable) -> bool:
        """Return whether those compared are the declared ones, none more, and none that is nowhere to be seen: each
        answers in the comparison, or answered before the start and is counted among those who left.
        """
        compared = [cell for cell in table.cells if cell.cohort != 1]
        last = max((cell.cohort for cell in compared), default=0)
        asked = {cell.organisation for cell in compared if cell.pattern[0] < (cell.cohort or last)}
        return self._named(table) == asked == {cell.organisation for cell in compared}

    def foresaw_waves(self, table: CellTable) -> bool:
        """Return whether the waves are the first of those declared, with answers of every start at each by people who
        can be compared, and whether those compared begin as declared, all of them: no wave, and nobody's start, was
        chosen after the outcomes.
        """
        compared = [cell for cell in table.cells if cell.cohort != 1]
        starts = {cell.cohort for cell in compared} - {0}
        answered = {(cell.cohort, wave) for cell in compared if _has_before(cell, starts) for wave in cell.pattern}
        every = {(cell.cohort, wave) for cell in compared for wave, _ in enumerate(table.waves, start=1)}
        asked = self.made_before(table) and self.waves[: len(table.waves)] == table.waves and answered == every
        return asked and self._begin(table) == {(cell.organisation, cell.cohort) for cell in compared}

    def is_early(self, table: CellTable) -> bool:
        """Return whether later waves are declared than the table has."""
        return len(self.waves) > len(table.waves)

    def _begin(self, table: CellTable) -> set[tuple[str, int]]:
        """Return each organisation that is compared with each start of its people, as declared in time."""
        return {
            (name, start)
            for name, given in self._starts(table).items()
            for start in (given if isinstance(given, tuple) else (given,))
            if start != 1
        }

    def _starts(self, table: CellTable) -> Mapping[str, int | tuple[int, ...]]:
        if self.starts or self.lottery is None:
            return self.starts if self.made_before(table) else {}
        return self.lottery.starts if _before_outcomes(self.lottery.recorded, table) else {}

    def _named(self, table: CellTable) -> set[str]:
        """Return the organisations that were declared in time."""
        if self.organisations:
            return set(self.organisations) if self.made_before(table) else set()
        return {name for name, _ in self._begin(table)}

    def foresaw_leavers(self, table: CellTable) -> bool:
        """Return whether it was declared in time that those who leave stay in the cells."""
        return self.complete and self.made_before(table)

    def wanted_instrument(self, table: CellTable) -> str | None:
        """Return the instrument that was declared in time, or None."""
        return self.instrument if self.made_before(table) else None

    def wanted_control(self, table: CellTable) -> _Control | None:
        """Return the comparison that was declared in time, or None."""
        return self.control if self.made_before(table) else None

    def wanted_seed(self, table: CellTable) -> int | None:
        """Return the bootstrap's seed that was declared in time, or None."""
        return self.seed if self.made_before(table) else None

    def is_primary(self, table: CellTable) -> bool:
        """Return whether the table's outcome is the one that was declared to be looked at first."""
        return self.made_before(table) and bool(self.primary) and self.primary == table.outcome.name

    def is_secondary(self, table: CellTable) -> bool:
        """Return whether the table's outcome is one of those declared to be judged together."""
        return self.made_before(table) and table.outcome.name in self.secondary

    def drawn(self, table: CellTable) -> bool:
        """Return whether chance decided who began when: recorded in time and in the stream, as the seed draws it,
        nobody added, left out or moved.

        When it was recorded is what the file says; the claim names the place where that can be checked.
        """
        return self.lottery is not None and not self.against(table)

    def against(self, table: CellTable) -> str:
        """Return the name of the limit that says why the declared lottery does not count; none where it does, or where
        none was declared.
        """
        lottery = self.lottery
        if lottery is None:
            return ""
        seen = {(cell.organisation, cell.cohort) for cell in table.cells}
        reasons: dict[str, Callable[[], bool]] = {
            "lottery_late": lambda: not self._before_any_wave(lottery.recorded, table),
            "lottery_place": lambda: lottery.recorded_at is None,
            "lottery_dealt": lambda: not is_fair(lottery.dealt, len(lottery.starts)),
            "lottery_seed": lambda: not lottery.is_what_the_seed_draws(),
            "lottery_cells": lambda: seen != set(lottery.starts.items()),
        }
        return next((name for name, holds in reasons.items() if holds()), "")

    def _before_any_wave(self, when: date, table: CellTable) -> bool:
        """Whether a day is before the first wave of the cells and of those declared."""
        return _before(when, 1, table) and when.isoformat() < min(self.waves, default=table.waves[0])


def declaration(text: str | bytes, file: str = "") -> Declaration:
    """Return the declaration in a file's text; raises EvidenceError with file and field."""
    whole = documents.plain(text, file)
    documents.loads(whole, file)
    try:
        return Declaration.model_validate_json(whole)
    except ValidationError as error:
        raise documents.told(error, file, DECLARATION_FORMAT) from None


def _has_before(cell: Cell, starts: Iterable[int]) -> bool:
    """Whether people answered a wave that changes are counted from, for their own start or one before it: who came
    since stands for nobody, and a wave that nobody else answered is left out of the comparison.
    """
    return any(start - 1 in cell.pattern for start in starts if start <= (cell.cohort or start))


def _following(table: CellTable) -> _Control:
    never = any(cell.cohort == 0 and len(cell.pattern) > 1 for cell in table.cells)
    return "never_treated" if never else "not_yet_treated"


def _before_outcomes(when: date, table: CellTable) -> bool:
    return _before(when, _first_start(table), table)


def _before(when: date, wave: int, table: CellTable) -> bool:
    """Waves are dates or months; a day within a wave's month is not before it, nor any where nobody begins."""
    return _first_start(table) > 0 and when.isoformat() < table.waves[max(wave, 1) - 1]


def _first_start(table: CellTable) -> int:
    """Return the first wave at which anybody's programme had begun, 0 for none."""
    return min((cell.cohort for cell in table.cells if cell.cohort), default=0)
