"""Reads of one organisation's people, queue and attendance, and of the region's cohorts.

Guards that every read about people is scoped to the organisation it was built for, and that whoever reads something
about a person is on the record.
"""

from typing import Any, Literal

from services.engagement.domain.cohorts import Cohort
from services.engagement.domain.kept import COHORTS, LEARNERS, NOTE, PERSON, STATEMENTS, read, vault_subject
from services.engagement.domain.learners import Learner
from services.engagement.domain.refusals import CohortNotKnownError, ParticipantNotKnownError, QueryNotKnownError
from services.engagement.domain.statements import Statement
from services.engagement.queries.views import (
    AttendanceView,
    QueryView,
    QueueView,
    RosterView,
    SessionsView,
    show_attendance,
    show_cohort,
    show_enrolment,
    show_query,
)
from shared.audit import Audit
from shared.events.ids import CohortId, OrganisationId, ParticipantId
from shared.mongo import Database, guard
from shared.vault import PersonKey, SubjectErasedError, Vault

Document = dict[str, Any]
Shown = Literal["waiting", "dismissed"]


class Queries:
    """What one organisation can read; `reader` is on the record."""

    def __init__(
        self, database: Database, vault: Vault, audit: Audit, organisation: OrganisationId, reader: str
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._organisation = organisation
        self._reader = reader

    async def sessions(self, cohort: CohortId) -> SessionsView:
        """Return a cohort's sessions; raises CohortNotKnownError."""
        return show_cohort(await self._cohort(cohort))

    async def roster(self, cohort: CohortId) -> RosterView:
        """Return who of the organisation is enrolled in a cohort."""
        await self._cohort(cohort)
        query = {"organisation": self._organisation, "enrolments.cohort": cohort}
        people = [read(LEARNERS, Learner, one) for one in await self._list(LEARNERS, query, [("_id", 1)])]
        enrolments = [(one.participant, one.enrolment(cohort)) for one in people]
        shown = tuple(
            show_enrolment(participant, enrolment)
            for participant, enrolment in enrolments
            if enrolment is not None and enrolment.status == "enrolled"
        )
        return RosterView(cohort=cohort, participants=shown, count=len(shown))

    async def attendance(self, participant: ParticipantId) -> AttendanceView:
        """Return what is known of a person's attendance; raises ParticipantNotKnownError."""
        found = await self._list(LEARNERS, {"_id": participant, "organisation": self._organisation}, [("_id", 1)])
        if not found:
            raise ParticipantNotKnownError(participant=participant)
        shown = [show_attendance(one) for one in read(LEARNERS, Learner, found[0]).attendance]
        known = sorted((one for one in shown if one), key=lambda one: (one.held_on, one.session))
        await self._audit.record(self._reader, "attendance.read", participant, self._organisation)
        return AttendanceView(participant=participant, sessions=tuple(known))

    async def queue(self, outcome: Shown, after: str | None, limit: int) -> QueueView:
        """Return the organisation's records that match nobody; `after` is the last of the page before."""
        wanted = {"organisation": self._organisation, "outcome": outcome}
        async with guard():
            count = await self._database.collection(STATEMENTS).count_documents(wanted)
        page = wanted if after is None else {**wanted, **await self._beyond(after)}
        found = await self._list(STATEMENTS, page, [("saved_at", 1), ("_id", 1)], limit + 1)
        shown = [await self._shown(read(STATEMENTS, Statement, one)) for one in found[:limit]]
        if shown:
            subject, detail = f"queue:{self._organisation}", {"queries": [one.query for one in shown]}
            await self._audit.record(self._reader, "queue.read", subject, self._organisation, detail)
        more = len(found) > limit
        return QueueView(queries=tuple(shown), count=count, next=shown[-1].query if more else None)

    async def _beyond(self, query: str) -> Document:
        found = await self._list(STATEMENTS, {"_id": query, "organisation": self._organisation}, [("_id", 1)])
        if not found:
            raise QueryNotKnownError(query=query)
        last = found[0]["saved_at"]
        return {"$or": [{"saved_at": {"$gt": last}}, {"saved_at": last, "_id": {"$gt": query}}]}

    async def _shown(self, statement: Statement) -> QueryView:
        """Show a record with what is sealed of it, if that can still be read."""
        key = await self._key(statement)
        value = key.decrypt(PERSON, 1, statement.person) if key and statement.person else None
        reason = key.decrypt(NOTE, 1, statement.note) if key and statement.note else None
        return show_query(statement, value, reason)

    async def _key(self, statement: Statement) -> PersonKey | None:
        if statement.key is None:
            return None
        try:
            return await self._vault.key(vault_subject(statement.key), self._organisation)
        except SubjectErasedError:
            return None

    async def _cohort(self, cohort: CohortId) -> Cohort:
        found = await self._list(COHORTS, {"_id": cohort}, [("_id", 1)])
        if not found:
            raise CohortNotKnownError(cohort=cohort)
        return read(COHORTS, Cohort, found[0])

    async def _list(
        self, collection: str, query: Document, order: list[tuple[str, int]], limit: int = 0
    ) -> list[Document]:
        async with guard():
            cursor = self._database.collection(collection).find(query).sort(order).limit(limit)
            found: list[Document] = await cursor.to_list(None)
        return found
