"""A claim from its bytes: every figure has to fit the level, the words and the others, or it is none.

Guards that a claim which was not built by this room's rules cannot be read back as one: the sentence is made again
from the figures and compared.
It catches what does not fit together; a forgery that does is caught only by making the claim again from its cells.
"""

import re
from collections.abc import Callable, Mapping

from pydantic import TypeAdapter, ValidationError

from services.evaluation.evidence import documents
from services.evaluation.evidence.cells import Outcome
from services.evaluation.evidence.claims.carried import (
    instrument_is_named,
    library_is_named,
    standards_are_named,
    versions_are_named,
)
from services.evaluation.evidence.claims.claim import Claim
from services.evaluation.evidence.claims.concluding import further, methods, rule, sound_positions
from services.evaluation.evidence.claims.figures import Figures, nearest
from services.evaluation.evidence.claims.ladder import Level, ladder
from services.evaluation.evidence.claims.origin import WITHHELD
from services.evaluation.evidence.claims.registry import UNREGISTERED, shown, unit_on
from services.evaluation.evidence.claims.sentences import sentence
from services.evaluation.evidence.errors import EvidenceError
from services.evaluation.evidence.estimate import FEWEST, MANY, MEANS, METHODS, NONE, WILD

_COMPARES, _CONSISTENT = 2, 3
_TWO = 2
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_PLACE = re.compile(r"[A-Za-z0-9._-]{1,120}/(0|[1-9][0-9]*)/(0|[1-9][0-9]*)", re.ASCII)
_CONTROLS = {"never_treated", "not_yet_treated"}
_METHOD = {inference: f"{method}; {inference}" for inference, method in METHODS.items()}
_CLAIM = TypeAdapter(Claim)


def read(text: bytes) -> Claim:
    """Return the claim of canonical JSON; raises EvidenceError for one that these rules would not have handed out."""
    try:
        claim = _CLAIM.validate_json(text)
    except ValidationError as error:
        raise documents.told(error, "", "") from None
    for field, holds in _CHECKS.items():
        if not holds(claim):
            raise EvidenceError("does not fit the rest of the claim, or the rules it names", field=field)
    return claim


def _labelled(claim: Claim) -> bool:
    return claim.outcome == UNREGISTERED or shown(claim.outcome) == claim.outcome


def _rung(claim: Claim) -> bool:
    rung = ladder().levels[claim.level]
    return (claim.strength, claim.maryland) == (rung.strength, rung.maryland or None)


def _assumed(claim: Claim) -> bool:
    """All that its level assumes, in its order, and nothing but what some claims of the level assume as well."""
    rung = ladder().levels[claim.level].assumptions
    left_out = claim.made_from.left_out is not None
    return claim.assumptions in {(*rung, *more) for more in further(claim.level, left_out=left_out)}


def _limited(claim: Claim) -> bool:
    known = set(ladder().limits.values())
    return set(claim.limits) <= known and bool(claim.limits) == (claim.level in (1, 2, 3))


def _counted(claim: Claim) -> bool:
    """People are to the nearest k, and neither side is smaller than may be shown."""
    if claim.level == 0:
        return True
    k = max(claim.made_from.k, ladder().fewest_people)
    sides = [claim.people, *([claim.people_comparison] if claim.level >= _COMPARES else [])]
    others = claim.level >= _COMPARES or claim.people_comparison is claim.organisations_comparison is None
    return others and all(people is not None and people >= k and people % k == 0 for people in sides)


def _organised(claim: Claim) -> bool:
    """Organisations are as many as the level asks for, and as the method that judges them needs."""
    if claim.level == 0:
        return True
    fewest = ladder().fewest_organisations if claim.level >= _CONSISTENT else _TWO
    fewest = max(fewest, {_METHOD[MEANS]: FEWEST, _METHOD[WILD]: MANY}.get(claim.method, 0))
    sides = [claim.organisations, *([claim.organisations_comparison] if claim.level >= _COMPARES else [])]
    return all(number is not None and number >= fewest for number in sides)


def _surely(claim: Claim) -> bool:
    """The interval is one, holds the figure, leaves out 0 where something was detected, and is not longer to a side
    than what could have been detected; none of this where nothing was tested.
    """
    figure, interval, least = _figure(claim), claim.interval, claim.smallest_detectable
    if claim.detected is None or figure is None or interval is None or least is None:
        return all(value is None for value in (claim.detected, interval, least))
    low, high = interval
    if not low <= figure <= high or round(high - low - 2 * least, _finest()) > 0:
        return False
    return not claim.detected or (figure != 0 and not low <= 0 <= high)


def _compared(claim: Claim) -> bool:
    differs = (claim.difference is not None) == (claim.level >= _COMPARES)
    return differs and (claim.observed is not None) == (claim.level > 0)


def _expected(claim: Claim) -> bool:
    """From level 3 on it is the observed change less the difference, and below nothing."""
    if claim.observed is None or claim.difference is None or claim.level < _CONSISTENT:
        return claim.expected_without is None
    return claim.expected_without == nearest(claim.observed - claim.difference, _finest())


def _remained(claim: Claim) -> bool:
    """Those who left are bounds that hold the difference, from level 3 on of its sign (rounded outwards, so up to 0).

    Of few who left the bounds are not said at any level, nor where organisations count alike.
    """
    if claim.attrition is None:
        return True
    if claim.difference is None or claim.method == _METHOD[MEANS]:
        return False
    (low, high), widest = claim.attrition, 2 * (claim.made_from.scale[1] - claim.made_from.scale[0])
    same = not low < 0 < high and min(low * claim.difference, high * claim.difference) >= 0
    return -widest <= low <= claim.difference <= high <= widest and (claim.level < _CONSISTENT or same)


def _by_method(claim: Claim) -> bool:
    """The method is one of the level; a description tests nothing, and the time before is judged by the bootstrap."""
    described = claim.method == _METHOD[NONE] and claim.detected is not None
    untested = claim.method == _METHOD[WILD] and claim.detected is None
    unjudged = claim.level == _CONSISTENT and claim.method in (_METHOD[NONE], _METHOD[MEANS])
    return claim.method in methods(claim.level) and not (described or untested or unjudged)


def _ruled(claim: Claim) -> bool:
    return claim.rule == rule()


def _said(claim: Claim) -> bool:
    """The sentence is the one of the figures, with as many decimals as so many people are shown with."""
    low, high = claim.made_from.scale
    outcome = Outcome.model_construct(name=claim.outcome, unit=claim.unit, low=low, high=high, better="higher")
    level: Level = claim.level
    return claim.sentence in {sentence(level, outcome, _shown(claim, decimals)) for decimals in _decimals(claim)}


def _figure(claim: Claim) -> float | None:
    return claim.difference if claim.level >= _COMPARES else claim.observed


def _shown(claim: Claim, decimals: int) -> Figures | None:
    figure = _figure(claim)
    if claim.observed is None or figure is None:
        return None
    sure = (claim.interval, claim.smallest_detectable, claim.detected)
    return Figures(claim.observed, figure, *sure, decimals)


def _finest() -> int:
    return max(step.decimals for step in ladder().decimals)


def _decimals(claim: Claim) -> set[int]:
    """Return with how many decimals as many people as are rounded to those of the smaller side may be shown."""
    k = max(claim.made_from.k, ladder().fewest_people)
    people = min(many for many in (claim.people or 0, claim.people_comparison) if many is not None)
    return {ladder().shown_decimals(many) for many in (max(people - k // 2, k), people + (k - 1) // 2)}


def _rounded(claim: Claim) -> bool:
    """No figure has more decimals than so many people are shown with, and no change is longer than the scale."""
    pairs = [*(claim.interval or ()), *(claim.attrition or ())]
    each = [claim.observed, claim.difference, claim.expected_without, claim.smallest_detectable, *pairs]
    low, high = claim.made_from.scale
    least = claim.smallest_detectable is None or claim.smallest_detectable > 0
    within = claim.observed is None or abs(claim.observed) <= high - low
    finest = max(_decimals(claim))
    return least and within and all(value is None or round(value, finest) == value for value in each)


def _drawn(claim: Claim) -> bool:
    at = claim.made_from.lottery_at
    if at is None:
        return claim.level <= _CONSISTENT
    return bool(_PLACE.fullmatch(at)) and claim.made_from.declaration is not None


def _fingerprinted(claim: Claim) -> bool:
    """Cells and others have fingerprints, or are withheld, wherever a figure is said, and nowhere else."""
    made = claim.made_from
    each = [*([made.cells] if made.cells is not None else []), *made.others]
    said = (made.cells is not None) == (claim.level > 0) and (claim.level > 0 or not made.others)
    return said and all(one == WITHHELD or _FINGERPRINT.fullmatch(one) for one in each)


def _controlled(claim: Claim) -> bool:
    control = claim.made_from.control
    return control in _CONTROLS or (not control and claim.level < _COMPARES)


def _declared(claim: Claim) -> bool:
    declared = claim.made_from.declaration
    return claim.level < _CONSISTENT if declared is None else bool(_FINGERPRINT.fullmatch(declared))


def _left(claim: Claim) -> bool:
    """People of another instrument are to the nearest k, and nobody is missing where a lottery is spoken of."""
    left, k = claim.made_from.left_out, max(claim.made_from.k, ladder().fewest_people)
    return left is None or (0 < claim.level <= _CONSISTENT and left >= k and left % k == 0)


def _seeded(claim: Claim) -> bool:
    """Below level 2 nothing is drawn at random."""
    return claim.seed >= 0 and (claim.level >= _COMPARES or claim.seed == 0)


def _positioned(claim: Claim) -> bool:
    return sound_positions(claim.cut_off)


_CHECKS: Mapping[str, Callable[[Claim], bool]] = {
    "rule": _ruled,
    "made_from.k": lambda claim: claim.made_from.k >= ladder().fewest_people,
    "made_from.scale": lambda claim: claim.made_from.scale[0] < claim.made_from.scale[1],
    "outcome": _labelled,
    "unit": lambda claim: unit_on(claim.unit, *claim.made_from.scale) == claim.unit,
    "better": lambda claim: claim.better in ("higher", "lower"),
    "strength": _rung,
    "assumptions": _assumed,
    "limits": _limited,
    "people": _counted,
    "organisations": _organised,
    "difference": _compared,
    "expected_without": _expected,
    "attrition": _remained,
    "method": _by_method,
    "interval": _surely,
    "observed": _rounded,
    "internal": lambda claim: claim.internal == (ladder().internal if claim.level else ""),
    "made_from.cells": _fingerprinted,
    "made_from.control": _controlled,
    "made_from.instrument": instrument_is_named,
    "made_from.versions": versions_are_named,
    "library": library_is_named,
    "standards": standards_are_named,
    "made_from.left_out": _left,
    "made_from.declaration": _declared,
    "made_from.lottery_at": _drawn,
    "seed": _seeded,
    "cut_off": _positioned,
    "sentence": _said,
}
