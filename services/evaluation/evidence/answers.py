"""Answers, one a row as a survey hands them over, to cells.

Guards that each person is counted once, in one organisation, with one start, by one instrument, and each wave of theirs
once; that no message repeats what somebody answered or who they are; and that what comes out can be read back as cells.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from services.evaluation.evidence.cells import NO_WAVE, Cell, CellTable, Outcome, Then, fold, is_wave, parse, written
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.rows import rows

COLUMNS: Mapping[str, str] = {
    "person": "an id that is the same at every wave; it is not in the cells",
    "organisation": "one for each person, spelt alike throughout",
    "start": "the wave at which this person's programme had begun, written as in wave; never where it had not",
    "wave": "when they were asked, a month or a day: 2024-09 or 2024-09-18",
    "score": "a whole number of the scale; empty where they did not answer",
    "instrument": "optional: which version of the questionnaire, one word such as confidence/2",
}
_OPTIONAL = ("instrument",)
_BELONGS = {
    "organisation": "one person belongs to one organisation, in all rows: the one they were in at first",
    "start": "one person begins once, in all rows; whoever was to begin has begun, finished or not",
    "instrument": "one person's answers are compared by one instrument, in all rows",
}
NEVER = "never"


class Counted(NamedTuple):
    """Cells with how many answers they hold, and how many rows had none."""

    table: CellTable
    answers: int
    unanswered: int


@dataclass(slots=True)
class _Person:
    row: str
    organisation: str
    start: str
    instrument: str
    scores: dict[str, int] = field(default_factory=dict)


def counted(text: str, outcome: Outcome, file: str = "", back: Sequence[str] = ()) -> Counted:
    """Return the cells of a CSV of answers to one outcome; `back` names the waves before, looking back and after.

    Raises EvidenceError with file, row and field for anything unusable.
    """
    people: dict[str, _Person] = {}
    unanswered = 0
    for row, cells in rows(text, COLUMNS, _OPTIONAL, file):
        try:
            person = _person(people, row, cells)
            if cells["score"]:
                _answer(person, cells["wave"], _score(cells["score"], outcome))
            else:
                unanswered += 1
        except EvidenceError as error:
            raise EvidenceError(error.what, file=file, cell=row, field=error.field) from None
    answered = [person for person in people.values() if person.scores]
    waves = tuple(sorted({wave for person in answered for wave in person.scores}))
    for person in answered:
        if person.start not in (NEVER, *waves):
            what = f"no such wave; write one of {', '.join(waves)}, or {NEVER} for who had not begun by the last"
            raise EvidenceError(what, file=file, cell=person.row, field="start")
    table = replace(CellTable.of(outcome, waves, _cells(answered, waves)), then=_then(back, waves))
    answers = sum(len(person.scores) for person in answered)
    return Counted(parse(json.dumps(written(table)), file), answers, unanswered)


def _person(people: dict[str, _Person], row: str, cells: Mapping[str, str]) -> _Person:
    """Return who answers in a row, known from an earlier one or new."""
    for name in ("person", "organisation", "start", "wave"):
        if not cells[name]:
            raise EvidenceError("must not be empty", field=name)
    if not is_wave(cells["wave"]):
        raise EvidenceError(NO_WAVE, field="wave")
    new = _Person(row, cells["organisation"], cells["start"], cells.get("instrument", ""))
    known = people.setdefault(cells["person"], new)
    for name, belongs in _BELONGS.items():
        if getattr(known, name) != getattr(new, name):
            raise EvidenceError(f"not that of {known.row}, where the same person answers: {belongs}", field=name)
    return known


def _score(text: str, outcome: Outcome) -> int:
    whole = text.removeprefix("-").isdecimal() and text.isascii() and len(text) < len(str(10**8))
    if not whole or not outcome.low <= int(text) <= outcome.high:
        raise EvidenceError(f"must be a whole number from {outcome.low} to {outcome.high}", field="score")
    return int(text)


def _answer(person: _Person, wave: str, score: int) -> None:
    if wave in person.scores:
        raise EvidenceError("this person has answered at this wave in an earlier row; keep one", field="wave")
    person.scores[wave] = score


def _cells(people: Sequence[_Person], waves: Sequence[str]) -> Iterator[Cell]:
    for instrument in sorted({person.instrument for person in people}):
        some = [person for person in people if person.instrument == instrument]
        answers = np.array([[person.scores.get(wave, 0) for wave in waves] for person in some], dtype=np.int64)
        answered = np.array([[wave in person.scores for wave in waves] for person in some], dtype=np.bool_)
        starts = [0 if person.start == NEVER else waves.index(person.start) + 1 for person in some]
        yield from fold([person.organisation for person in some], starts, answers, answered, instrument)


def _then(back: Sequence[str], waves: Sequence[str]) -> Then | None:
    if not back:
        return None
    for wave in back:
        if wave not in waves:
            raise EvidenceError(f"nobody answered at {wave}; the waves are {', '.join(waves)}", field="--looks-back")
    if list(back) != sorted(set(back)):
        raise EvidenceError("before, looking back and after must be rising waves", field="--looks-back")
    before, then, after = (waves.index(wave) + 1 for wave in back)
    return Then(before, then, after)
