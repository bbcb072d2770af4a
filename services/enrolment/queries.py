"""What can be asked of enrolment, answered as views: programmes, cohorts, a participant, a receipt.

Guards that an answer about a person goes to their own organisation only, and that every look at somebody's personal
fields is in the audit before it is answered.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.enrolment import rules
from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.cohort import Activity, Cohort, JournalPeriod, ModuleDates, Session
from services.enrolment.domain.cohort import Stated as StatedLength
from services.enrolment.domain.participant import Enrolment
from services.enrolment.domain.person import WITHDRAWAL, Identifier, Person, Record
from services.enrolment.domain.programme import ChangeProjects, Group, Module, Phase, Programme, Rule
from services.enrolment.domain.receipt import Receipt
from shared.audit import Audit
from shared.errors import NotFoundError
from shared.events.enrolment import Commitment, ContactKind
from shared.events.ids import CohortId, OrganisationId, ParticipantId
from shared.mongo import Database, guard
from shared.vault import Vault


class SessionView(BaseModel):
    """A session: when it starts in UTC, and the minutes that pass until it ends."""

    session: str = Field(examples=["mcr-2023-a1"])
    module: str
    title: str
    kind: ContactKind
    format: Literal["face_to_face", "online", "hybrid"]
    lived_experience: bool
    after_completion: bool = Field(description="held after the cohort's end; no part of its contact hours")
    starts_at: datetime
    minutes: int


class CohortView(BaseModel):
    """A cohort with everything that the catalogue says of it."""

    cohort: str = Field(examples=["mcr-2023"])
    programme: str
    title: str
    stated: StatedLength | None = Field(description="duration and dates as the source states them; nothing is derived")
    contact_minutes: int = Field(description="of all sessions until the cohort's end")
    commitment: Commitment | None
    preparation: list[Activity]
    modules: list[ModuleDates]
    journals: list[JournalPeriod]
    sessions: list[SessionView]


class ProgrammeView(BaseModel):
    """A programme: its phases, modules, invited groups and rules, and the cohorts it has."""

    programme: str = Field(examples=["recap"])
    title: str
    place: str
    about: str
    phases: list[Phase]
    modules: list[Module]
    groups: list[Group]
    rules: list[Rule]
    change_projects: ChangeProjects | None
    commitment: Commitment | None = Field(description="what a participant promises, computed from the rule (REC-8)")
    cohorts: list[str]


class EnrolmentView(Enrolment):
    """How a participant stands with a cohort, and why they withdrew if they did."""

    withdrawal_reason: str | None = None


class ParticipantView(BaseModel):
    """A participant of the caller's organisation. Of one who was erased only the id is left."""

    participant: str = Field(examples=["5b0c7c52-6a55-4e3f-9d0a-0a7f5c1e7f11"])
    organisation: str = Field(examples=["R0A"])
    version: int = Field(examples=[3])
    erased: bool
    given_name: str | None = Field(default=None, examples=["Ada"])
    family_name: str | None = Field(default=None, examples=["Okafor"])
    email: str | None = Field(default=None, examples=["ada.okafor@example.org"])
    identifiers: list[Identifier] = []
    enrolments: list[EnrolmentView] = []


class ReceiptView(BaseModel):
    """How far an erasure has come."""

    receipt: str = Field(examples=["314d0856-c7e6-5bda-b742-51fb01af7cf6"])
    participant: str = Field(examples=["5b0c7c52-6a55-4e3f-9d0a-0a7f5c1e7f11"])
    requested_at: datetime
    confirmed_by: list[str] = Field(examples=[["engagement", "enrolment"]])
    complete: bool = Field(description="true once every service has confirmed")


def programmes(catalogue: Catalogue) -> list[ProgrammeView]:
    """Return all programmes, by their ids."""
    return [_programme(catalogue, catalogue.programmes[name]) for name in sorted(catalogue.programmes)]


def cohort(catalogue: Catalogue, name: CohortId) -> CohortView:
    """Return a cohort; raises NotFoundError."""
    found = catalogue.cohorts.get(name)
    if found is None:
        raise NotFoundError(what="cohort", id=name)
    return _cohort(found, catalogue.programmes[found.programme])


class Reads:
    """What one organisation may ask about its people."""

    def __init__(self, database: Database, vault: Vault, audit: Audit, organisation: OrganisationId) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._organisation = organisation

    async def participant(self, participant: ParticipantId, actor: str) -> ParticipantView:
        """Return a participant with their names, and note who looked; raises NotFoundError."""
        record = Record.read(await self._find("participants", "participant", participant))
        if not record.sealed:
            return ParticipantView.model_validate(record.state.model_dump())
        await self._audit.record(actor, "participant.read", participant, self._organisation)
        fields = await self._open(record)
        enrolments = [
            {**entry.model_dump(), "withdrawal_reason": fields.get(f"{WITHDRAWAL}:{entry.cohort}")}
            for entry in record.state.enrolments
        ]
        personal = Person.of(fields).model_dump()
        return ParticipantView.model_validate({**record.state.model_dump(), **personal, "enrolments": enrolments})

    async def receipt(self, receipt: str) -> ReceiptView:
        """Return how far an erasure has come; raises NotFoundError."""
        found = Receipt.model_validate({**await self._find("erasures", "erasure", receipt), "receipt": receipt})
        return ReceiptView(
            receipt=receipt,
            participant=found.participant,
            requested_at=found.requested_at,
            confirmed_by=sorted(found.confirmed),
            complete=found.complete,
        )

    async def _find(self, collection: str, what: str, identity: str) -> dict[str, Any]:
        """Return a document of this organisation; of any other there is none."""
        async with guard():
            found = await self._database.collection(collection).find_one(
                {"_id": identity, "organisation": self._organisation}
            )
        if found is None:
            raise NotFoundError(what=what, id=identity)
        return found

    async def _open(self, record: Record) -> dict[str, str]:
        key = await self._vault.key(record.state.participant, record.state.organisation)
        return {sealed.field: key.decrypt(sealed.field, sealed.version, sealed.token) for sealed in record.sealed}


def _programme(catalogue: Catalogue, programme: Programme) -> ProgrammeView:
    cohorts = [name for name, found in catalogue.cohorts.items() if found.programme == programme.programme]
    return ProgrammeView.model_validate(
        {**programme.model_dump(), "commitment": rules.commitment(programme), "cohorts": sorted(cohorts)}
    )


def _cohort(found: Cohort, programme: Programme) -> CohortView:
    held = sorted(found.sessions, key=lambda session: (session.starts_at, session.session))
    return CohortView.model_validate(
        {
            **found.model_dump(),
            "contact_minutes": sum(session.minutes for session in held if not session.after_completion),
            "commitment": rules.commitment(programme),
            "sessions": [_session(session) for session in held],
        }
    )


def _session(session: Session) -> dict[str, Any]:
    return {**session.model_dump(), "minutes": session.minutes}
