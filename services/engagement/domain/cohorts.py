"""The sessions of a cohort, as enrolment's catalogue states them (MCR-1, MCR-19 to MCR-23, REC-8).

Guards that the latest stated schedule wins in whatever order schedules arrive, and that a session has one local date.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.engagement.domain.state import State
from shared.events.enrolment import CohortScheduled, ContactKind
from shared.events.ids import CohortId, ProgrammeId, SessionId

HERE = ZoneInfo("Europe/London")
"""A session belongs to the day it begins on where it is held; in summer that is not always the day in UTC."""


def local_day(moment: datetime) -> date:
    """Return the day that people here call it at that moment."""
    return moment.astimezone(HERE).date()


class Occasion(State):
    """What a record of attendance needs to know of a session. `minutes` is the planned length."""

    session: SessionId
    cohort: CohortId
    programme: ProgrammeId
    kind: ContactKind
    held_on: date
    minutes: int


class Session(State):
    """A session of a cohort; `minutes` is its planned length."""

    session: SessionId
    module: str
    title: str
    format: str
    kind: ContactKind
    starts_at: datetime
    minutes: int
    lived_experience: bool

    @property
    def held_on(self) -> date:
        """The local date on which the session begins."""
        return local_day(self.starts_at)


class Cohort(State):
    """A cohort and its sessions. `stated` is the version of the schedule; 0 when none has been heard."""

    cohort: CohortId
    programme: ProgrammeId = ProgrammeId("")
    title: str = ""
    groups: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    stated: int = 0

    def occasion(self, session: SessionId) -> Occasion | None:
        """Return what records need to know of one of its sessions."""
        found = next((one for one in self.sessions if one.session == session), None)
        return (
            None
            if found is None
            else Occasion(
                session=session,
                cohort=self.cohort,
                programme=self.programme,
                kind=found.kind,
                held_on=found.held_on,
                minutes=found.minutes,
            )
        )


def scheduled(known: Cohort, fact: CohortScheduled) -> Cohort:
    """Join a stated schedule: the latest version wins, an older one changes nothing."""
    if fact.version <= known.stated:
        return known
    return Cohort.model_validate({**fact.model_dump(), "stated": fact.version})
