"""Where evaluation's own documents are: its confirmations of erasure. Figures are written by the projector alone.

Guards that an erasure is confirmed once, in the transaction that remembers it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.events.evaluation import EvaluationErasureConfirmed
from shared.events.ids import OrganisationId, ParticipantId
from shared.mongo import Database, Index, guard
from shared.outbox import Because, Change, StoreDoor

CONFIRMATIONS = "erasure_confirmations"
INDEXES: Mapping[str, Sequence[Index]] = {CONFIRMATIONS: []}


@dataclass(frozen=True)
class ErasureStore:
    """Which erasures have been confirmed, in the whole region."""

    database: Database
    door: StoreDoor

    async def is_confirmed(self, participant: ParticipantId) -> bool:
        """Say whether the erasure of a person was confirmed before."""
        async with guard():
            return await self.database.collection(CONFIRMATIONS).find_one({"_id": participant}) is not None

    async def confirm(self, participant: ParticipantId, organisation: OrganisationId, because: Because) -> None:
        """Remember and state that nothing of a person is in the figures any more."""
        confirmed = EvaluationErasureConfirmed(participant=participant, version=1)
        change = Change(CONFIRMATIONS, participant, {"organisation": organisation}, 0, [confirmed])
        await self.door.save([change], because)
