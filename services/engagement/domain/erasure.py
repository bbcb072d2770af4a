"""Forgetting a person: what remains is that somebody was here who asked to be forgotten.

Guards that a record still in flight finds the marker and is about nobody. It is asked for twice, by two topics that do
not wait for one another: the erasure itself, and the last word on the person's keys. Each does what it can; that it is
done is told when both have been heard.
"""

from collections.abc import Iterable

from services.engagement.domain.learners import erased
from services.engagement.domain.papers import Papers
from services.engagement.domain.queue import forget_keys
from services.engagement.domain.state import ExternalKey
from services.engagement.domain.statements import closed
from shared.events.ids import ParticipantId


def erase(papers: Papers, participant: ParticipantId) -> Papers:
    """Forget a person and the keys that are known of them. All their statements must lie here."""
    learner = papers.learners[participant]
    if learner.erased:
        return papers
    papers = forget_keys(papers, participant)
    for statement in papers.statements.values():
        if statement.participant == participant:
            papers = papers.statement(closed(statement))
    return papers.learner(erased(learner))


def unknown(papers: Papers, participant: ParticipantId, keys: Iterable[ExternalKey] = ()) -> Papers:
    """Act on the last word on a person's keys: these, and those heard of before."""
    papers = forget_keys(papers, participant, keys)
    return papers.learner(papers.learners[participant].having(unknown=True))
