"""Where participants, guards of identifiers, receipts and stated cohorts are; the only writer of them.

Guards that a participant is found by their own organisation only, that a personal field is never written unsealed, and
that an identifier belongs to one person of an organisation: its guard is saved with the person, so of two people at the
same moment one loses the race, looks again and is refused.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.enrolment.domain.participant import Decision, Participant
from services.enrolment.domain.person import Identifier, Record, SealedField
from services.enrolment.domain.receipt import Receipt, receipt_id
from services.enrolment.domain.schedule import Stated
from shared.audit import Audit
from shared.errors import NotFoundError
from shared.events import Fact, Tombstone
from shared.events.enrolment import CohortScheduled
from shared.events.ids import CohortId, OrganisationId, ParticipantId
from shared.mongo import Database, Index, guard
from shared.outbox import Because, Change, StoreDoor
from shared.vault import Vault, external_key

PARTICIPANTS, IDENTIFIERS, RECEIPTS, COHORTS = "participants", "identifiers", "erasures", "cohorts"
INDEXES: dict[str, list[Index]] = {PARTICIPANTS: [], IDENTIFIERS: [], RECEIPTS: [], COHORTS: []}


@dataclass(frozen=True)
class Keeping:
    """What stores are made of."""

    database: Database
    door: StoreDoor
    vault: Vault
    audit: Audit
    identifier_key: bytes

    async def find(self, collection: str, identity: str) -> dict[str, Any] | None:
        """Return a document by its id."""
        async with guard():
            return await self.database.collection(collection).find_one({"_id": identity})


@dataclass(frozen=True)
class Decided:
    """What a decision about a participant came to. `fields` are the personal fields to be sealed anew."""

    action: str
    state: Participant
    events: Sequence[Fact | Tombstone]
    fields: Mapping[str, str] = field(default_factory=dict)


class Store:
    """The participants of one organisation. Of any other it knows nothing."""

    def __init__(self, keeping: Keeping, organisation: OrganisationId) -> None:
        self._keeping = keeping
        self.organisation = organisation

    async def load(self, participant: ParticipantId) -> Record:
        """Return a participant; raises NotFoundError, for one of another organisation too."""
        found = await self._keeping.find(PARTICIPANTS, participant)
        if found is None or found["organisation"] != self.organisation:
            raise NotFoundError(what="participant", id=participant)
        return Record.read(found)

    async def open(self, record: Record) -> dict[str, str]:
        """Return the personal fields of a participant by name; none of one who was erased."""
        if not record.sealed:
            return {}
        key = await self._keeping.vault.key(record.state.participant, record.state.organisation)
        return {sealed.field: key.decrypt(sealed.field, sealed.version, sealed.token) for sealed in record.sealed}

    def keyed(self, identifiers: Sequence[Identifier], organisation: OrganisationId) -> list[tuple[Identifier, str]]:
        """Return each identifier with its keyed hash, which is another one in each organisation."""
        secret = self._keeping.identifier_key
        return [(known, external_key(secret, organisation, known.system, known.value)) for known in identifiers]

    async def taken(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys that belong to somebody."""
        guards = self._keeping.database.collection(IDENTIFIERS)
        async with guard():
            found = await guards.find({"_id": {"$in": list(keys)}}, {"_id": True}).to_list(None)
        return frozenset(entry["_id"] for entry in found)

    async def save(self, before: Record | None, decided: Decided, because: Because) -> None:
        """Save a participant's next version with its events, guards, sealed fields and an audit entry."""
        keys, sealed = await self._seal(before, decided)
        await self._keeping.door.save([*await self._changes(before, decided, sealed, because), *keys], because)

    async def forget(self, before: Record, decided: Decided, receipt: Receipt, because: Because) -> None:
        """Save an erasure: nothing sealed is left, the key is destroyed, the receipt is there."""
        changes = [
            *await self._changes(before, decided, (), because),
            await self._keeping.vault.erasure(decided.state.participant),
            Change(RECEIPTS, receipt.receipt, receipt.model_dump(mode="json", exclude={"receipt"}), 0),
        ]
        await self._keeping.door.save(changes, because)

    async def _changes(
        self, before: Record | None, decided: Decided, sealed: Sequence[SealedField], because: Because
    ) -> list[Change]:
        """Return what every save of a participant holds."""
        state = decided.state
        return [
            _next(before, Record(state=state, sealed=tuple(sealed)), decided.events),
            *_guards(before, state),
            await self._keeping.audit.change(because.actor, decided.action, state.participant, self.organisation),
        ]

    async def _seal(self, before: Record | None, decided: Decided) -> tuple[list[Change], tuple[SealedField, ...]]:
        """Return the person's new key if they have none yet, and all fields, the named ones sealed anew."""
        kept = tuple(old for old in (before.sealed if before else ()) if old.field not in decided.fields)
        if not decided.fields:
            return [], kept
        state = decided.state
        key = await self._keeping.vault.key(state.participant, state.organisation)
        new = tuple(
            SealedField(field=name, version=state.version, token=key.encrypt(name, state.version, text))
            for name, text in decided.fields.items()
        )
        return key.changes(), (*kept, *new)


class RegionStore:
    """What belongs to no single organisation: stated cohorts, and erasures as the other services confirm them."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping

    async def stated(self, cohort: CohortId) -> Stated | None:
        """Return what was stated of a cohort last."""
        found = await self._keeping.find(COHORTS, cohort)
        return None if found is None else Stated.model_validate(found)

    async def state(self, before: Stated | None, after: Stated, event: CohortScheduled, because: Because) -> None:
        """Save what is stated of a cohort now, with the statement."""
        saved_at = before.saved_at if before else None
        body = {"fingerprint": after.fingerprint}
        change = Change(COHORTS, event.cohort, body, event.version - 1, [event], saved_at)
        await self._keeping.door.save([change], because)

    async def receipt(self, participant: ParticipantId) -> tuple[Receipt, Mapping[str, Any]] | None:
        """Return the receipt of a person's erasure and the document it was read from."""
        identity = receipt_id(participant)
        found = await self._keeping.find(RECEIPTS, identity)
        return None if found is None else (Receipt.model_validate({**found, "receipt": identity}), found)

    async def participant(self, participant: ParticipantId) -> Record | None:
        """Return somebody of any organisation."""
        found = await self._keeping.find(PARTICIPANTS, participant)
        return None if found is None else Record.read(found)

    async def confirm(
        self,
        receipt: Receipt,
        stored: Mapping[str, Any],
        forgotten: Iterable[tuple[Record, Decision]],
        because: Because,
    ) -> None:
        """Save a receipt's next version, and erased people of whom less is known from now on."""
        body = receipt.model_dump(mode="json", exclude={"receipt"})
        change = Change(RECEIPTS, receipt.receipt, body, stored["version"], saved_at=stored["saved_at"])
        people = [_next(before, Record(state=state), events) for before, (state, events) in forgotten if events]
        await self._keeping.door.save([change, *people], because)


def _next(before: Record | None, record: Record, events: Sequence[Fact | Tombstone]) -> Change:
    """Return a participant's next version with what it states."""
    state, saved_at = record.state, before.saved_at if before else None
    return Change(PARTICIPANTS, state.participant, record.document(), state.version - 1, events, saved_at)


def _guards(before: Record | None, state: Participant) -> list[Change]:
    """Return the guards to be set and dropped; a guard never changes, so it is at version 1 when it is dropped."""
    had = set(before.state.keys) if before else set()
    has = set(state.keys)
    body = {"organisation": state.organisation, "participant": state.participant}
    new = [Change(IDENTIFIERS, key, body, 0) for key in sorted(has - had)]
    gone = [Change(IDENTIFIERS, key, None, 1) for key in sorted(had - has)]
    return [*new, *gone]
