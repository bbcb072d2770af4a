"""Where engagement's documents are; the only writer of them.

Guards that whatever a decision changed is saved in one transaction with the facts it states, and that an organisation's
store finds its own people and queries only.
"""

from services.engagement.domain.kept import COHORTS, IDENTIFIERS, JOURNALS, LEARNERS, MATCHES, STATEMENTS, Text
from services.engagement.store.held import Held, Loaded
from services.engagement.store.reading import Reading
from services.engagement.store.store import OrganisationStore, Store, new_text
from shared.mongo import Index

INDEXES: dict[str, list[Index]] = {
    COHORTS: [Index(("sessions.session",))],
    LEARNERS: [Index(("organisation", "enrolments.cohort"))],
    STATEMENTS: [Index(("organisation", "outcome", "saved_at")), Index(("key",)), Index(("participant",))],
    MATCHES: [],
    IDENTIFIERS: [],
    JOURNALS: [Index(("participant",))],
}

__all__ = ["INDEXES", "Held", "Loaded", "OrganisationStore", "Reading", "Store", "Text", "new_text"]
