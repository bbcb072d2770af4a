"""Several outcomes: who looks at twenty finds one by luck.

Guards that secondary outcomes are judged together. The one primary outcome of a programme is declared beforehand and
is judged by itself.
"""

from collections.abc import Iterable, Mapping

from scipy import stats

from services.evaluation.evidence.errors import EvidenceError


def adjusted(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return the p-values of secondary outcomes after Benjamini and Hochberg's correction, by outcome.

    Raises EvidenceError for what is not a probability.
    """
    for name, value in p_values.items():
        if not 0 <= value <= 1:
            raise EvidenceError("a p-value lies between 0 and 1", field=name)
    if not p_values:
        return {}
    corrected = stats.false_discovery_control(list(p_values.values()), method="bh")
    return dict(zip(p_values, map(float, corrected), strict=True))


def threshold(others: Iterable[float], significance: float) -> float:
    """Return below which p-value one more outcome would be detected beside `others`, judged together.

    Benjamini and Hochberg: the j-th smallest of m is held against j/m of the significance, so it depends on how many
    of the others lie below the same step.
    """
    known = list(others)
    steps = [place * significance / (len(known) + 1) for place in range(1, len(known) + 2)]
    return max(step for place, step in enumerate(steps) if sum(value <= step for value in known) >= place)
