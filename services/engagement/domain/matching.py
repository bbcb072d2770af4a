"""Who is meant by an identifier of another system.

Guards that a key means a person only while exactly one person has it, and that records which wait for a key are written
in the key's own document: a record that arrives while the key is being claimed cannot be left behind.
"""

from collections.abc import Iterable

from services.engagement.domain.state import ExternalKey, State, StatementId
from shared.events.ids import ParticipantId


class Identifiers(State):
    """All keys of one person. `stated` is the version of the fact they come from."""

    participant: ParticipantId
    keys: tuple[ExternalKey, ...] = ()
    former: tuple[ExternalKey, ...] = ()
    """Keys the person had once: they mean the person no more, but records that name them may still tell of them."""
    stated: int = 0
    erased: bool = False

    @property
    def ever(self) -> frozenset[ExternalKey]:
        """Every key by which the person is or was known: what an erasure has to reach."""
        return frozenset({*self.keys, *self.former})

    def had(self, keys: Iterable[ExternalKey]) -> "Identifiers":
        """Remember keys that the person had; those the person has now are not former."""
        return self.having(former=tuple(sorted({*self.former, *keys} - set(self.keys))))


class Match(State):
    """One key: who has it, and which statements wait for it to mean somebody."""

    key: ExternalKey
    claims: tuple[ParticipantId, ...] = ()
    erased: bool = False
    """Somebody who had it was erased: records that name them are about nobody now."""
    waiting: tuple[StatementId, ...] = ()

    @property
    def person(self) -> ParticipantId | None:
        """The one person with this key; None when nobody has it, or more than one."""
        return self.claims[0] if len(self.claims) == 1 else None


def claimed(match: Match, participant: ParticipantId) -> Match:
    """The person has this key."""
    return match.having(claims=tuple(sorted({*match.claims, participant})))


def released(match: Match, participant: ParticipantId) -> Match:
    """The person does not have this key any more."""
    return match.having(claims=tuple(one for one in match.claims if one != participant))


def forgotten(match: Match, participant: ParticipantId) -> Match:
    """The person was erased; if nobody else has the key, records that name it are about nobody."""
    left = released(match, participant)
    return left if left.claims else left.having(erased=True)
