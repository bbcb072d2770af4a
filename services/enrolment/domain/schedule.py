"""What the stream is told of a cohort, and when it has to be told again.

Guards that a cohort is stated once for each content it ever had, however many processes start at the same time.
"""

import hashlib
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from services.enrolment.domain.cohort import Cohort
from services.enrolment.domain.programme import Programme
from shared.events.enrolment import CohortScheduled, Commitment, ScheduledSession


class Stated(BaseModel):
    """What the stream was told of a cohort last: which content, at which version, when."""

    model_config = ConfigDict(frozen=True)

    fingerprint: str
    version: int = 0
    saved_at: datetime | None = None


def schedule(
    cohort: Cohort,
    programme: Programme,
    commitment: Commitment | None,
    project_places: int | None,
) -> CohortScheduled:
    """Return the first statement of a cohort, with its sessions in the order in which they are held."""
    return CohortScheduled(
        cohort=cohort.cohort,
        programme=programme.programme,
        title=cohort.title,
        groups=tuple(group.group for group in programme.groups),
        sessions=tuple(
            ScheduledSession.model_validate(session, from_attributes=True)
            for session in sorted(cohort.sessions, key=lambda session: (session.starts_at, session.session))
        ),
        commitment=commitment,
        project_places=project_places,
        version=1,
    )


def fingerprint(scheduled: CohortScheduled) -> str:
    """Return a hash of everything a statement says but its version."""
    return hashlib.sha256(scheduled.model_dump_json(exclude={"version"}).encode()).hexdigest()


def statement(before: Stated | None, scheduled: CohortScheduled) -> tuple[Stated, tuple[CohortScheduled, ...]]:
    """Return what is stated now and the event that says it; no event when exactly that was stated before."""
    content = fingerprint(scheduled)
    if before is not None and before.fingerprint == content:
        return before, ()
    version = (before.version if before else 0) + 1
    return Stated(fingerprint=content, version=version), (scheduled.model_copy(update={"version": version}),)
