"""Forgetting a person: what remains is that somebody was here who asked to be forgotten.

Guards that a record still in flight finds the marker and is about nobody, and that the confirmation is told once.
"""

from services.engagement.domain.learners import erased
from services.engagement.domain.papers import Papers
from services.engagement.domain.queue import forget_keys
from services.engagement.domain.statements import closed
from shared.events.engagement import EngagementErasureConfirmed
from shared.events.ids import ParticipantId


def erase(papers: Papers, participant: ParticipantId, version: int) -> tuple[Papers, EngagementErasureConfirmed | None]:
    """Forget a person and confirm it; None if that was done before. All their statements must lie here."""
    learner = papers.learners[participant]
    if learner.erased:
        return papers, None
    papers = forget_keys(papers, participant)
    for statement in papers.statements.values():
        if statement.participant == participant:
            papers = papers.statement(closed(statement))
    papers = papers.learner(erased(learner))
    return papers, EngagementErasureConfirmed(participant=participant, version=version)
