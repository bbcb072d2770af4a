"""When things may be said to have happened. Pure.

Guards that nothing is recorded as having happened in the future or before it could have.
"""

from datetime import date, datetime, timedelta

from services.recap_tracker.domain.refusals import DateInFutureError, DateOutOfOrderError


def written(day: date) -> str:
    """Return a date as people write it: 6 August 2018."""
    return f"{day.day} {day:%B %Y}"


def check_happened(field: str, on: date, *, now: datetime, earliest: date = date.min) -> None:
    """Refuse a day that has not come or that lies before `earliest`.

    One day of grace: east of Greenwich, and in British summer after midnight, today is already tomorrow in UTC.
    """
    if on > now.date() + timedelta(days=1):
        raise DateInFutureError(field=field, on=written(on))
    if on < earliest:
        raise DateOutOfOrderError(field=field, on=written(on), earliest=written(earliest))
