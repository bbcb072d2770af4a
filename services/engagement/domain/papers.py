"""The documents that one decision lies on, and what must be told when they have changed.

Guards that everything a decision touches is saved together: whoever adds a statement to a queue and whoever empties
that queue write the same document, so one of them is told to look again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.engagement.domain.attendance import publish
from services.engagement.domain.learners import Learner
from services.engagement.domain.matching import Identifiers, Match
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.domain.statements import Statement
from shared.events.engagement import EngagementErasureConfirmed
from shared.events.facts import Fact
from shared.events.ids import ParticipantId


@dataclass(frozen=True)
class Papers:
    """Documents by id. One that does not exist yet lies here blank."""

    learners: Mapping[ParticipantId, Learner] = field(default_factory=dict)
    statements: Mapping[StatementId, Statement] = field(default_factory=dict)
    matches: Mapping[ExternalKey, Match] = field(default_factory=dict)
    identifiers: Mapping[ParticipantId, Identifiers] = field(default_factory=dict)

    def learner(self, learner: Learner) -> "Papers":
        """Replace a learner."""
        return replace(self, learners={**self.learners, learner.participant: learner})

    def statement(self, statement: Statement) -> "Papers":
        """Replace a statement."""
        return replace(self, statements={**self.statements, statement.statement: statement})

    def match(self, match: Match) -> "Papers":
        """Replace a match."""
        return replace(self, matches={**self.matches, match.key: match})

    def identified(self, identifiers: Identifiers) -> "Papers":
        """Replace a person's identifiers."""
        return replace(self, identifiers={**self.identifiers, identifiers.participant: identifiers})


def tell(learner: Learner, version: int) -> tuple[Learner, tuple[Fact, ...]]:
    """Publish what has changed of a learner: attendance, one fact for each session at most, and an erasure done."""
    facts: list[Fact] = []
    for attendance in learner.attendance:
        told, fact = publish(attendance, learner.participant, version)
        if fact is not None:
            learner = learner.with_attendance(told)
            facts.append(fact)
    if learner.erased and learner.unknown and not learner.confirmed:
        learner = learner.having(confirmed=True)
        facts.append(EngagementErasureConfirmed(participant=learner.participant, version=version))
    return learner, tuple(facts)
