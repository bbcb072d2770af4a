"""The ladder of claims: from what the data hold to a level, and to what keeps it from being higher.

Guards that worse data never raise a level: every condition only ever opens a rung, and one that is not known is not
met.
"""

from dataclasses import dataclass

from services.evaluation.evidence.claims.ladder import Ladder, Level, ladder


@dataclass(frozen=True, slots=True)
class Conditions:
    """Exactly what the ladder asks; whoever knows nothing builds `Conditions()` and gets level 0."""

    people: int = 0
    """Who answered both before and after, on the programme's side."""
    k: int = 10
    identifiable: bool = False
    """One organisation could be recognised: alone, or nearly all there is, or beside fewer than k other people."""
    paired: bool = False
    comparison: bool = False
    """There is one that may be shown: k people, two organisations, none of them recognisable; and an estimate."""
    told: bool = False
    """How sure the difference is may not be said: it would tell of an organisation with fewer than k people."""
    dominated: bool = True
    """Most people of one side of the comparison belong to one organisation."""
    organisations_treated: int = 0
    """With people enough to count, on this side only; likewise on the other."""
    organisations_comparison: int = 0
    pre_periods: int = 0
    pre_test_passed: bool | None = None
    """None where it could not be tested."""
    pre_test_powered: bool = False
    asked_before: bool = False
    """Most of those compared, people and organisations of either side, answered each of the waves before the start."""
    alike_before: bool = False
    """Both sides began so near each other that moving alike can be expected of them."""
    room: bool = False
    """No side came so near an end of the scale, before the start or since, that the end held it back."""
    spread_alike: bool = False
    """People of one side were about as far from each other as those of the other, before the start."""
    ends_alike: bool = False
    """About as many of one side as of the other stood at either end of the scale, before the start: by count."""
    ranks_alike: bool = False
    """What is more than chance still is where people are taken to move as those of the same score did who are
    compared: steps and ends of the scale do not make it.
    """
    chosen_harmless: bool = False
    """What is more than chance still is between those alone whom nobody can have chosen for how they stood or fared:
    who answered the first wave, in organisations that begin as one.
    """
    sensitivity_excludes_zero: bool = False
    bounds_same_sign: bool = False
    """Those who left do not turn the difference round; where a lottery narrowed the bounds, nor in the worst case, or
    few left and nor do they with chance.
    """
    adjusted: bool = False
    detected: bool = False
    annual: bool = False
    returns: int = 0
    lottery_recorded: bool = False
    """Before the first wave, and the cells are as it was drawn."""
    lottery_refused: str = ""
    """The limit that says why a lottery which was declared does not count; none where there is no such lottery."""
    all_drawn_used: bool = False
    """Every organisation that was drawn, and should have begun by now or never, is part of the very difference."""
    attrition_balanced: bool = False
    leavers_harmless: bool = False
    """What is more than chance outlasts those who left; and few did, or the sign holds whatever they had answered."""
    few_joined: bool = False
    """Nearly all of those compared answered the first wave: who came later may have come for how they stood."""
    protocol_declared: bool = False
    foreseen: bool = False
    """Comparison and seed are the declared ones, or follow from the cells: nobody chose them after the outcomes."""
    instrument_foreseen: bool = False
    """It is the declared one, or the only one and has no name; likewise for what follows."""
    organisations_foreseen: bool = False
    """They are those that were declared, and all of them were asked before the start."""
    waves_foreseen: bool = False
    """They are the first of those declared, none left out, and whoever is compared begins as declared."""
    people_foreseen: bool = False
    """Nearly all compared belong to organisations that begin as one: of others nobody declared who of them begins."""
    instrument_shared: bool = False
    """Nearly all answered the instrument that is looked at, so that the others could not have turned the difference
    round: nobody declared who of them would.
    """
    settled: bool = False
    """All of it was settled before the last wave before the first start, from which changes are counted."""
    scale_foreseen: bool = False
    """Scale, unit and better end are those declared, of this outcome and of those it is judged with."""
    complete: bool = False
    """Somebody left, or it was declared that the cells would hold those who leave."""
    everybody: bool = False
    """Nobody answered another instrument: whoever is left out is missing among the people of a lottery."""


def level(conditions: Conditions) -> Level:
    """Return how much may be said, 0 to 4. Source: the Maryland scale (Sherman and others 1997), made stricter."""
    rules = ladder()
    if conditions.people < max(conditions.k, rules.fewest_people) or conditions.identifiable or not conditions.paired:
        return 0
    if not conditions.comparison:
        return 1
    if not missing_for(4, conditions, rules):
        return 4
    return 2 if missing_for(3, conditions, rules) else 3


def limits(conditions: Conditions) -> tuple[str, ...]:
    """Return in words what keeps a claim from the next level; nothing at level 0, which says nothing."""
    rules, reached = ladder(), level(conditions)
    if reached == 0:
        return ()
    if reached == 1:
        alone = [] if conditions.adjusted else ["adjusted"]
        return tuple(rules.limits[name] for name in ("comparison", *alone))
    names = missing_for(3, conditions, rules) if reached == 2 else missing_for(4, conditions, rules)  # noqa: PLR2004 # a level
    if conditions.lottery_refused:
        names = [*(name for name in names if name != "lottery"), conditions.lottery_refused]
    return tuple(rules.limits[name] for name in names)


def missing_for(wanted: int, conditions: Conditions, rules: Ladder) -> list[str]:
    """Return the names of the conditions that levels 3 and 4 ask for and that are not met.

    A lottery stands in for the time before the start; where that could be tested and failed, it does not. It also
    stands in for where both sides began: chance makes them alike, and an end of the scale holds both back.
    """
    fewest = min(conditions.organisations_treated, conditions.organisations_comparison)
    both = {
        "organisations": fewest >= rules.fewest_organisations,
        "told": not conditions.told,
        "dominated": not conditions.dominated,
        "bounds": conditions.bounds_same_sign,
        "adjusted": conditions.adjusted,
        "foreseen": conditions.foreseen,
        "instrument": conditions.instrument_foreseen,
        "organisations_foreseen": conditions.organisations_foreseen,
        "waves_foreseen": conditions.waves_foreseen,
        "settled": conditions.settled,
        "scale_foreseen": conditions.scale_foreseen,
        "complete": conditions.complete,
        "chosen": conditions.chosen_harmless,
        "returns": not conditions.annual or conditions.returns >= rules.fewest_returns,
    }
    trends = {
        "pre_periods": conditions.pre_periods >= rules.fewest_pre_periods,
        "pre_test": conditions.pre_test_passed is True,
        "powered": conditions.pre_test_powered,
        "asked_before": conditions.asked_before,
        "alike_before": conditions.alike_before,
        "room": conditions.room,
        "spread": conditions.spread_alike,
        "ends": conditions.ends_alike,
        "ranks": conditions.ranks_alike,
        "people_foreseen": conditions.people_foreseen,
        "instrument_shared": conditions.instrument_shared,
        "sensitivity": conditions.sensitivity_excludes_zero,
        "detected": conditions.detected,
    }
    chance = {
        "lottery": conditions.lottery_recorded,
        "drawn": conditions.all_drawn_used,
        "everybody": conditions.everybody,
        "pre_test": conditions.pre_test_passed is not False,
        "attrition": conditions.attrition_balanced,
        "leavers": conditions.leavers_harmless,
        "joined": conditions.few_joined,
        "protocol": conditions.protocol_declared,
    }
    asked = both | (trends if wanted == 3 else chance)  # noqa: PLR2004 # a level
    return [name for name, met in asked.items() if not met]
