"""The receipt of an erasure: which services have confirmed that they hold nothing of a person any more.

Guards that a receipt is complete only when every service has confirmed, and that a confirmation heard twice or in any
order leaves it the same.
"""

from datetime import datetime
from uuid import UUID, uuid5

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.events.ids import OrganisationId, ParticipantId

SERVICES = ("enrolment", "engagement", "recap_tracker", "evaluation")
MATCHES = "engagement"
"""It matches records of other systems by keys, and is told those of an erased person until it has confirmed."""
_NAMESPACE = UUID("0f6f7c6c-2b3f-4a53-8d0a-31a1f1a6a8d4")


class Receipt(BaseModel):
    """What is known of one person's erasure; `confirmed` holds the time of each service's first confirmation."""

    model_config = ConfigDict(frozen=True)

    receipt: str
    participant: ParticipantId
    organisation: OrganisationId
    requested_at: AwareDatetime
    confirmed: dict[str, AwareDatetime]

    @property
    def complete(self) -> bool:
        """Whether every service has confirmed."""
        return set(SERVICES) <= set(self.confirmed)


def receipt_id(participant: ParticipantId) -> str:
    """Return the id of a person's receipt: the same one however often the erasure is asked for."""
    return str(uuid5(_NAMESPACE, participant))


def issue(participant: ParticipantId, organisation: OrganisationId, now: datetime) -> Receipt:
    """Return a new receipt. Enrolment confirms by writing it: it is saved with the destruction of the key."""
    return Receipt(
        receipt=receipt_id(participant),
        participant=participant,
        organisation=organisation,
        requested_at=now,
        confirmed={"enrolment": now},
    )


def confirm(receipt: Receipt, service: str, now: datetime) -> Receipt:
    """Note a service's confirmation; the first one counts."""
    return receipt.model_copy(update={"confirmed": {service: now, **receipt.confirmed}})
