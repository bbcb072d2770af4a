"""A region that is known whole, a sure estimate of it, and what was declared: what tests of claims start from."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.claims import (
    DECLARATION_FORMAT,
    Circumstances,
    Claim,
    Declaration,
    Lottery,
    Measured,
    Place,
)
from services.evaluation.evidence.estimate import Estimate
from services.evaluation.evidence.simulation import OUTCOME, Region, region

WHOLE = region(Region(effect=0.6, organisations=14, people=20, waves=5, starts=(4,), dropout=0.0))
"""Seven organisations a side, 140 people a side, everybody answered; starts with the wave 2024-09."""
DECLARED = Declaration(
    format=DECLARATION_FORMAT,
    declared=date(2023, 6, 1),
    primary=OUTCOME.name,
    outcomes={OUTCOME.name: Measured.of(OUTCOME)},
    organisations=tuple(sorted({cell.organisation for cell in WHOLE.cells})),
    waves=WHOLE.waves,
    complete=True,
    starts={cell.organisation: cell.cohort for cell in WHOLE.cells},
)
DRAWN = DECLARED.model_copy(
    update={
        "lottery": Lottery(
            recorded=date(2023, 6, 2),
            seed=3466,
            dealt=(4, 0),
            starts={cell.organisation: cell.cohort for cell in WHOLE.cells},
            recorded_at=Place(topic="enrolment", partition=0, offset=17),
        )
    }
)
SURE = Estimate(
    attempted=True,
    effect=5.873,
    observed=6.213,
    error=0.9,
    interval=(4.018, 7.721),
    p_value=0.0004,
    smallest_detectable=2.611,
    method="Callaway and Sant'Anna (2021), clustered by organisation",
    inference="wild cluster bootstrap",
    control="never_treated",
    organisations_treated=7,
    organisations_comparison=7,
    people_treated=140,
    people_comparison=140,
    sizes_treated=(20,) * 7,
    sizes_comparison=(20,) * 7,
    clusters=14,
    pre_periods=3,
    pre_test_p=0.61,
    pre_test_powered=True,
    sensitivity=((0.0, 3.9, 7.9), (0.1, 3.5, 8.2)),
    event_study=((-2, 0.11, 0.5, -1.123, 1.321), (0, 5.81, 0.5, 4.455, 7.199), (1, 5.9, 0.5, 4.5, 7.3)),
    library="diff-diff 3.13.0",
    seed=7,
)
UNSURE = replace(SURE, effect=0.4, interval=(-1.4, 2.2), p_value=0.6, sensitivity=((0.0, -2.0, 3.0),))
KNOWN = Circumstances(
    DECLARED, cut_off={"evaluation-0": 120, "evaluation-1": 98}, standards={"instrument": "confidence/2"}
)


def numbers_of(claim: Claim) -> list[Any]:
    names = ("observed", "expected_without", "difference", "interval", "smallest_detectable", "detected", "attrition",
             "people", "people_comparison", "organisations", "organisations_comparison", "maryland")  # fmt: skip
    return [getattr(claim, name) for name in names]


def fewer(people: int) -> CellTable:
    """The same organisations with so many people each."""
    return region(Region(effect=0.6, organisations=14, people=people, waves=5, starts=(4,), dropout=0.0))
