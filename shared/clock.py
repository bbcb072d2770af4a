"""What time it is: aware UTC in whole milliseconds, the precision the database keeps.

Guards that a time read back equals the time written. Pure code takes `now` as an argument instead of asking.
"""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """Return the current time, aware, UTC, cut to milliseconds."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
