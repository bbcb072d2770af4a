"""A claim on a terminal or as JSON, with what may stand beside it.

Guards that the sentence comes first, and that what the claim was made from is printed with it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from services.evaluation.evidence.claims import Beside, Claim, canonical

_COUNTED = "Wave 0 is the first since the start; it and later ones are held against -1, others against the one before."


@dataclass(frozen=True, slots=True)
class Said:
    """A claim with what is printed beside it: why nothing was compared, and what people said looking back."""

    claim: Claim
    beside: Beside
    not_compared: str = ""
    looking_back: tuple[str, ...] = ()


def document(said: Said) -> str:
    """Return the claim and what is printed beside it as JSON."""
    shown: dict[str, object] = {"claim": json.loads(canonical(said.claim)), "beside": asdict(said.beside)}
    if said.not_compared:
        shown["not_compared"] = said.not_compared
    if said.looking_back:
        shown["looking_back"] = said.looking_back
    return json.dumps(shown, indent=2, ensure_ascii=False)


def readable(said: Said) -> str:
    """Return the claim as lines for people: the sentence first, then its figures, then what holds it up or back."""
    claim = said.claim
    lines = [
        claim.sentence,
        *([claim.internal] if claim.internal else []),
        "",
        f"Level {claim.level}: {claim.strength}; Maryland scale {claim.maryland or 'none'}.",
    ]
    lines += [f"{name:<24} {value}" for name, value in _figures(claim) if value is not None]
    if said.not_compared:
        lines.append(f"Not compared: {said.not_compared}.")
    lines += said.looking_back
    lines += [f"Assumed: {text}" for text in claim.assumptions]
    lines += [f"Not more, because: {text}" for text in claim.limits]
    return "\n".join([*lines, *_waves(said.beside), "", *_made_from(claim)])


def _made_from(claim: Claim) -> list[str]:
    made = claim.made_from
    prints = (
        ("Cells", made.cells),
        ("Declaration", made.declaration),
        ("Lottery, to be looked up at", made.lottery_at),
    )
    compared = "nobody" if claim.difference is None else made.control
    libraries = ", ".join(f"{name} {version}" for name, version in made.versions.items())
    left = f"; {made.left_out} people (rounded) of other instruments are left out"
    return [
        *(f"{name}: {value}" for name, value in prints if value),
        *([f"Instrument: {made.instrument or 'without a name'}{left if made.left_out else ''}."] * bool(made.left_out)),
        f"Compared with {compared}; k {made.k}; scale {made.scale[0]} to {made.scale[1]}; {libraries}.",
        f"{claim.rule}; {claim.library}; seed {claim.seed}; {claim.method}.",
    ]


def _figures(claim: Claim) -> list[tuple[str, object]]:
    return [
        ("observed change", claim.observed),
        ("expected without", claim.expected_without),
        ("difference", claim.difference),
        ("95 % interval", _span(claim.interval)),
        ("detected", None if claim.detected is None else "yes" if claim.detected else "no"),
        ("smallest detectable", claim.smallest_detectable),
        ("better", None if claim.suppressed else f"{claim.better} scores"),
        ("those who left: between", _span(claim.attrition)),
        ("people (rounded)", claim.people),
        ("people compared", claim.people_comparison),
        ("organisations", claim.organisations),
        ("organisations compared", claim.organisations_comparison),
        ("counted up to", _named(claim.cut_off)),
        ("standards", _named(claim.standards)),
    ]


def _named(values: Mapping[str, object]) -> str | None:
    return ", ".join(f"{name} {value}" for name, value in values.items()) or None


def _span(ends: tuple[float, float] | None) -> str | None:
    return None if ends is None else f"{_exact(ends[0])} to {_exact(ends[1])}"


def _exact(value: float) -> str:
    """Return a figure as the claim has it: six digits alone would narrow intervals of scales beyond 9,999."""
    return f"{value:.12g}"


def _waves(aside: Beside) -> list[str]:
    lines = [
        f"{wave:>5}  {_exact(value):>10}  {_exact(low):>8}  {_exact(high):>8}"
        for wave, value, low, high in aside.event_study
    ]
    lines = ["", " wave  difference       low      high   (band over all waves)", *lines, _COUNTED] if lines else []
    return [
        *lines,
        *(
            f"First wave since the start, if trends bend by {_exact(bend)} a wave: {_exact(low)} to {_exact(high)}."
            for bend, low, high in aside.sensitivity
        ),
        *_asked(aside),
    ]


def _asked(aside: Beside) -> list[str]:
    """Return what the time before the start rests on; nothing where it is not shown."""
    sides = zip(("with the programme", "compared"), aside.asked_before, strict=False)
    each = "; ".join(f"{people} people (rounded) of {many} organisations {whose}" for whose, (people, many) in sides)
    return [f"Of them, asked at each wave before the start: at least {each}."] if each else []
