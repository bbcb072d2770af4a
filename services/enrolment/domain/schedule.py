"""What the stream is told of a cohort, and when it has to be told again.

Guards that a cohort is stated once for each content it ever had, however many processes start at the same time.
"""

import hashlib

from services.enrolment.domain.cohort import Cohort
from services.enrolment.domain.programme import Programme
from shared.events.enrolment import CohortScheduled, Commitment, ScheduledSession


def schedule(
    cohort: Cohort,
    programme: Programme,
    commitment: Commitment | None,
    project_places: int | None,
    *,
    version: int,
) -> CohortScheduled:
    """Return the statement of a cohort with its sessions in the order in which they are held."""
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
        version=version,
    )


def fingerprint(scheduled: CohortScheduled) -> str:
    """Return a hash of everything a statement says but its version."""
    return hashlib.sha256(scheduled.model_dump_json(exclude={"version"}).encode()).hexdigest()
