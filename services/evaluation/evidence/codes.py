"""Ethnic groups as they were recorded, and what they count as when read: broad group, white, BME, or no answer.

Guards that an answer keeps its own list (a code is mapped when read, never rewritten), that declined (Z) and not asked
(99) stay apart, and that a code nobody knows is an error with its row, never "other": "NK" is no kind of N, African.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.evaluation.evidence import standards
from services.evaluation.evidence.errors import EvidenceError

Broad = Literal["white", "mixed", "asian", "black", "other"]
Group = Literal["white", "bme", "not_stated", "not_known"]
"""`bme` is the word of the WRES tables; elsewhere say "ethnic minorities"."""
Classification = Literal["2001", "2021"]
"""Which census' broad groups: Chinese is "other" in 2001 and "asian" in 2021."""
GROUPS: tuple[Group, ...] = ("white", "bme", "not_stated", "not_known")


class Code(BaseModel):
    """One code of a list; no broad group where there is no answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1)
    title: str
    group: Group
    in_2001: Broad | None = None
    in_2021: Broad | None = None

    @model_validator(mode="after")
    def _answered_or_not(self) -> Self:
        answered = self.group in ("white", "bme")
        if answered != (self.in_2001 is not None) or answered != (self.in_2021 is not None):
            raise ValueError("an answer has a broad group in 2001 and in 2021, a missing answer has none")
        if (self.group == "white") != (self.in_2001 == "white") or (self.group == "white") != (self.in_2021 == "white"):
            raise ValueError("white is white in both classifications")
        return self


class CodeList(BaseModel):
    """A list of codes as somebody published it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    list: str
    version: str
    title: str
    source: str
    local: str = ""
    """Which codes of the sender's own are read by their first character, as a regular expression; none where empty."""
    codes: tuple[Code, ...]

    @model_validator(mode="after")
    def _each_code_once(self) -> Self:
        if len({code.code for code in self.codes}) != len(self.codes):
            raise ValueError("a code is there twice")
        return self


@dataclass(frozen=True)
class Answer:
    """An answer in its own list: what was recorded, and the code of the list that it is."""

    list: str
    recorded: str
    code: str
    title: str
    group: Group
    in_2001: Broad | None
    in_2021: Broad | None

    def broad(self, classification: Classification) -> Broad | Literal["not_stated", "not_known"]:
        """Return the broad group in one classification; a missing answer keeps the way in which it is missing."""
        found = self.in_2001 if classification == "2001" else self.in_2021
        if found is None:
            return "not_stated" if self.group == "not_stated" else "not_known"
        return found


def lists() -> tuple[str, ...]:
    """Return the names of the lists that can be read."""
    return standards.names("ethnicity-")


def read(recorded: str, within: str, *, file: str = "", row: str = "", field: str = "code") -> Answer:
    """Return what a recorded code says in the list `within`; an unknown one is an error with file, row and field."""
    if within not in lists():
        raise EvidenceError(f"no list {within!r}; there are {', '.join(lists())}", file=file, cell=row, field=field)
    known = standards.load(within, CodeList)
    text = recorded.strip()
    by_code = {code.code: code for code in known.codes}
    code = by_code.get(text)
    if code is None and re.fullmatch(known.local, text):
        code = by_code.get(text[:1])
    if code is None:
        said = f"{recorded!r} is not a code of {known.list}" if text else "no code; who was not asked has a code too"
        raise EvidenceError(f"{said}{_instead(text, by_code)}", file=file, cell=row, field=field)
    return Answer(known.list, text, code.code, code.title, code.group, code.in_2001, code.in_2021)


def _instead(text: str, by_code: Mapping[str, Code]) -> str:
    """Return what to write instead of two letters that may be words ("NK") or a kind of the first letter's group."""
    kind, pair = by_code.get(text[:1]), len("NK")
    if kind is None or len(text) != pair or not text.isalpha():
        return ""
    missing = " or ".join(f"{code.code} ({code.title.lower()})" for code in by_code.values() if code.in_2001 is None)
    answer = f", {kind.code} if it is a kind of {kind.title}" if kind.in_2001 else ""
    return f"; write {missing} if it says that there is no answer{answer}"


@dataclass(frozen=True)
class Quality:
    """How complete an equality question is (MCR-3): declined and not asked are different problems."""

    known: int
    not_stated: int
    not_known: int

    @property
    def share_known(self) -> float | None:
        """Return the share of people with an answer, 0 to 1; None of nobody."""
        total = self.known + self.not_stated + self.not_known
        return self.known / total if total else None


def groups(answers: Iterable[tuple[Answer, int]]) -> dict[Group, int]:
    """Return the people of each group from (answer, people) pairs, whatever lists they come from."""
    counted: dict[Group, int] = dict.fromkeys(GROUPS, 0)
    for answer, people in answers:
        counted[answer.group] += people
    return counted


def quality(answers: Iterable[tuple[Answer, int]]) -> Quality:
    """Return how many people's answer is known, declined, or not known (MCR-3)."""
    counted = groups(answers)
    return Quality(counted["white"] + counted["bme"], counted["not_stated"], counted["not_known"])
