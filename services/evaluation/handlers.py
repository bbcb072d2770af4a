"""What evaluation does about what it hears, beyond counting: confirm that an erased person is in no figure any more.

Guards that a confirmation is never ahead of the figures: it waits until the participation projection has written the
state in which the person is forgotten.
"""

from typing import Protocol

from services.evaluation.store import ErasureStore
from shared.errors import UnavailableError
from shared.events.enrolment import SubjectErased
from shared.events.ids import OrganisationId, ParticipantId
from shared.outbox import Because, until_saved
from shared.projector import AsOf

LOOK_AGAIN_SECONDS = 0.5


class Place(Protocol):
    """Where a record lies on the stream."""

    @property
    def topic(self) -> str:
        """The topic, with its prefix."""

    @property
    def partition(self) -> int:
        """The partition."""

    @property
    def offset(self) -> int:
        """The offset."""


async def confirm_erasure(
    store: ErasureStore, counted: AsOf, fact: SubjectErased, heard_at: Place, because: Because
) -> bool:
    """Confirm that a person is in no figure any more; False when that was done before.

    `counted` is how far participation is written. Raises UnavailableError while it has not come to the record: the
    record is handled again later.
    """
    if not counted.includes(heard_at.topic, heard_at.partition, heard_at.offset):
        raise UnavailableError("participation has not counted this erasure yet", retry_after=LOOK_AGAIN_SECONDS)
    participant = ParticipantId(fact.participant)

    async def attempt() -> bool:
        if await store.is_confirmed(participant):
            return False
        await store.confirm(participant, OrganisationId(fact.organisation), because)
        return True

    return await until_saved(attempt)
