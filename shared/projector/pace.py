"""When a projector writes what it has folded: soon when it is live, seldom while it catches up.

Guards that a reader waits for a tenth of a second at most when all is quiet, and that writing never takes most of the
time while there is something to fold.
"""

from dataclasses import dataclass

LIVE_SECONDS = 0.1
"""The shortest time between two checkpoints: what a reader waits at most when all is quiet."""
CATCH_UP_SECONDS = 5.0
"""The time between checkpoints while more than a fetch is still to come: fewer, larger writes."""
_REST = 4.0
"""How many times as long as the last checkpoint took the next one waits while records keep coming."""


@dataclass
class Pace:
    """The moments of checkpoints, in seconds of a clock that never goes back."""

    written_at: float = float("-inf")
    took: float = 0.0
    quiet: bool = False
    """The last fetch brought nothing: whoever writes now keeps nothing from being folded."""
    behind: bool = False
    """More than a whole fetch is still to come."""

    def due(self, moment: float) -> bool:
        """Say whether it is time to write."""
        interval = LIVE_SECONDS
        if not self.quiet:
            interval = max(CATCH_UP_SECONDS if self.behind else LIVE_SECONDS, _REST * self.took)
        return moment - self.written_at >= interval

    def wrote(self, began: float, ended: float) -> None:
        """Note a checkpoint."""
        self.written_at, self.took = ended, ended - began
