"""What a cohort is: a run of a programme with its dates, sessions and journals.

Guards that a session's length is what really passes between its local start and end, across a change of the clocks too.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator

from services.enrolment.domain.entry import SLUG, Count, Entry, Month, Slug, Some, Title
from shared.events.enrolment import ContactKind
from shared.events.ids import CohortId, ProgrammeId, SessionId

LOCAL = ZoneInfo("Europe/London")


def local_moment(value: object) -> object:
    """Read a local time as UTC. A time that the clocks skip or show twice is refused; an offset settles the latter."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        return moment
    first, second = (moment.replace(tzinfo=LOCAL, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(LOCAL).replace(tzinfo=None) != moment:
        raise ValueError("the clocks skip this time in Europe/London")
    if first.utcoffset() != second.utcoffset():
        raise ValueError("the clocks show this time twice in Europe/London; write it with its offset")
    return first.astimezone(UTC)


LocalMoment = Annotated[datetime, BeforeValidator(local_moment)]


class StatedDuration(Entry):
    """The duration as the source states it; nothing is derived from it."""

    text: Title
    months: Count


class StatedDates(Entry):
    """The dates as the source states them; nothing is derived from them."""

    text: Title
    first_month: Month
    last_month: Month


class Stated(Entry):
    """Both readings of how long a cohort takes, side by side even where they disagree (MCR-25)."""

    duration: StatedDuration
    dates: StatedDates


class Activity(Entry):
    """Something to do before the launch (MCR-18)."""

    activity: Slug
    title: Title
    due_on: date


class Period(Entry):
    """Two days and everything between them."""

    from_on: date
    until_on: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until_on < self.from_on:
            raise ValueError("until_on is before from_on")
        return self


class ModuleDates(Period):
    """When a cohort works on a module (MCR-21 to MCR-23)."""

    module: Slug


class JournalPeriod(Period):
    """When a cohort keeps its reflective learning journal (MCR-20)."""

    journal: Slug
    title: Title


class Session(Entry):
    """A session of a cohort, with its format and whether it is led by lived experience (MCR-1)."""

    session: Annotated[SessionId, Field(pattern=SLUG)]
    module: Slug
    title: Title
    kind: ContactKind
    format: Literal["face_to_face", "online", "hybrid"]
    lived_experience: bool = False
    after_completion: bool = False
    """After the cohort's end (MCR-26): open to its people, no part of the contact hours."""
    starts_at: LocalMoment
    ends_at: LocalMoment

    @property
    def minutes(self) -> int:
        """Minutes that pass from start to end, whatever the clocks on the wall say."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @model_validator(mode="after")
    def _lasts_at_most_a_day(self) -> Self:
        if not 1 <= self.minutes <= 24 * 60:
            raise ValueError("a session lasts from one minute to one day")
        return self


class Cohort(Entry):
    """A run of a programme: its dates, sessions and journals."""

    cohort: Annotated[CohortId, Field(pattern=SLUG)]
    programme: ProgrammeId
    title: Title
    stated: Stated | None = None
    preparation: tuple[Activity, ...] = ()
    modules: tuple[ModuleDates, ...] = ()
    journals: tuple[JournalPeriod, ...] = ()
    sessions: Some[Session]
