"""The rules behind evaluation's figures; pure, and every number in them is a number of the programme's data.

Guards REC-8 and REC-16: whether a promise is kept, can still be kept or cannot be kept any more.
"""

from collections.abc import Iterable
from typing import Literal

from services.evaluation.domain import NO_COMMITMENT, Attendance, Commitment

Outlook = Literal["commitment_met", "commitment_can_still", "commitment_can_no_longer"]


def commitment_outlook(commitment: Commitment, cohort: str, attendance: Iterable[Attendance]) -> Outlook | None:
    """Say how a commitment to a cohort's sessions stands; None where the cohort asks for none (REC-8, REC-16).

    Sessions of the promised kind in this cohort count wherever the person was when they attended or missed them. With 5
    of 6 required, five attended is met and two missed can no longer be made up.
    """
    if commitment == NO_COMMITMENT:
        return None
    attended = missed = 0
    for seen in attendance:
        if seen.kind == commitment.kind and seen.place[1] == cohort:
            attended += seen.standing == "attended"
            missed += seen.standing == "missed"
    if attended >= commitment.required:
        return "commitment_met"
    return "commitment_can_no_longer" if commitment.of - missed < commitment.required else "commitment_can_still"
