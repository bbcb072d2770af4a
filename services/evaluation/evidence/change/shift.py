"""Response shift: people often rate themselves lower once they have learned what they did not know.

Guards that the conventional change, the change against the rating of "how I was then" and the move of the yardstick
itself are all three shown, for the same people, and that no figure merges them.
"""

from dataclasses import dataclass

from services.evaluation.evidence.cells import CellTable
from services.evaluation.evidence.change.paired import Change, paired


@dataclass(frozen=True, slots=True)
class Shift:
    """Three changes of the same people, who answered before, then and after.

    `conventional` is after - before, `retrospective` is after - then, `yardstick` is then - before; the first is the
    sum of the other two. `opposed` says that the first two point in different directions.
    """

    conventional: Change
    retrospective: Change
    yardstick: Change

    @property
    def opposed(self) -> bool:
        """Return whether looking forward and looking back disagree about the direction."""
        return self.conventional.difference * self.retrospective.difference < 0


def shift(table: CellTable, before: int, then: int, after: int) -> Shift:
    """Return the three changes; `then` is the wave whose answers look back, before < then < after (1-based).

    Raises EvidenceError when nobody answered all three.
    """
    same = table.together(before, then, after)
    return Shift(
        conventional=paired(same, before, after),
        retrospective=paired(same, then, after),
        yardstick=paired(same, before, then),
    )
