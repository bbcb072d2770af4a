"""Sentences: the ladder's templates filled in, and checked against the words of their level.

Guards that no sentence is handed out that says what its level may not, whatever an outcome is called.
"""

from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.change import Dose, Shift
from services.evaluation.evidence.claims.figures import Figures, nearest
from services.evaluation.evidence.claims.ladder import Level, ladder
from services.evaluation.evidence.claims.recognising import recognised
from services.evaluation.evidence.claims.registry import registered
from services.evaluation.evidence.claims.registry import unit as known_unit
from services.evaluation.evidence.claims.words import found, hidden, label
from services.evaluation.evidence.errors import EvidenceError

_UNNAMED = "This outcome"


def sentence(level: Level, outcome: Outcome, shown: Figures | None) -> str:
    """Return the sentence that may be said; level 0 needs no figures and has none.

    An outcome goes unnamed whose name is not in the standard or holds a word that the level may not say.
    """
    rung, unit = ladder().levels[level], known_unit(outcome.unit)
    if level == 0 or shown is None:
        return checked(ladder().levels[0].detected, 0)
    template = {None: rung.described, True: rung.detected, False: rung.undetected}[shown.detected]
    low, high = shown.interval or (0.0, 0.0)
    said = template.format(
        outcome=named(level, outcome),
        unit=unit,
        observed=_signed(shown.observed, shown.decimals),
        comparison=_signed(nearest(shown.observed - shown.figure, shown.decimals), shown.decimals),
        difference=_signed(shown.figure, shown.decimals),
        low=_signed(low, shown.decimals),
        high=_signed(high, shown.decimals),
        detectable=f"{shown.detectable or 0:.{shown.decimals}f}",
    )
    return checked(f"{said} {ladder().enlarged}" if shown.enlarged else said, level)


def dose_sentence(dose: Dose, outcome: Outcome, k: int) -> str:
    """Return what may be said of attendance and change: a direction, never a figure."""
    if dose.fewest < max(k, ladder().fewest_people):
        return sentence(0, outcome, None)
    words = {"none": "none", outcome.better: "more"}.get(dose.direction, "less")
    return checked(ladder().dose[words], 1)  # type: ignore[index] # one of the three


def shift_sentences(shift: Shift, outcome: Outcome, k: int) -> tuple[str, ...]:
    """Return the three changes, each with its own figure; merged never.

    They are hidden together when people are too few, nearly all changed alike in one of them, or one organisation could
    be recognised.
    """
    rules, people = ladder(), shift.conventional.n
    k = max(k, rules.fewest_people)
    alike = min(one.apart for one in (shift.conventional, shift.retrospective, shift.yardstick)) < rules.fewest_apart
    if people < k or alike or recognised(people, shift.conventional.largest, shift.conventional.organisations, k):
        return (sentence(0, outcome, None),)
    unit, decimals = known_unit(outcome.unit), rules.shown_decimals(people)
    each = (
        (rules.shift["conventional"], shift.conventional),
        (rules.shift["retrospective"], shift.retrospective),
        (rules.shift["yardstick"], shift.yardstick),
    )
    moved = ((text, _signed(nearest(change.difference, decimals), decimals)) for text, change in each)
    return tuple(checked(text.format(change=change, unit=unit), 1) for text, change in moved)


def named(level: int, outcome: Outcome) -> str:
    """Return the outcome's name in quotation marks; none where the standard does not know it or it would say a barred
    word for us.
    """
    name = label(outcome.name, "name", ladder().verdicts)
    return (
        _UNNAMED
        if not registered(name) or hidden(name, ladder().may_not(level))
        else f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}"
    )


def checked(text: str, level: int) -> str:
    """Return a text that its level may say; raises EvidenceError for one that it may not."""
    said = found(text, ladder().may_not(level))
    if said or (level == 0 and any(character.isdigit() for character in text)):
        raise EvidenceError(
            f"a claim of level {level} may not say {said[0] if said else 'a number'!r}", field="sentence"
        )
    return text


def _signed(value: float, decimals: int) -> str:
    return f"{value:+.{decimals}f}" if value else f"{0:.{decimals}f}"
