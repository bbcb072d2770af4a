"""Entries of a learning journal (MCR-19, MCR-26): that they exist, never what they say.

Guards that an entry belongs to an enrolment that stands, stays with the organisation and group it was written in, and
can be taken back once.
"""

from datetime import date

from services.engagement.domain.state import State
from shared.events.ids import CohortId, GroupId, JournalId, OrganisationId, ProgrammeId

LIMIT = 500
"""Entries one person can have: keeps the learner document bounded."""


class Journal(State):
    """One entry. The text is elsewhere, encrypted; `retracted` entries have none any more."""

    journal: JournalId
    cohort: CohortId
    programme: ProgrammeId
    organisation: OrganisationId
    group: GroupId
    written_on: date
    retracted: bool = False
