"""How a waiting statement comes to an end: a coordinator decides, or what it waited for arrives.

Guards that nothing waits for something that is there already: whatever makes a key mean a person, or a person belong to
a roster, wakes every statement that waited for it, in the same transaction.
"""

from collections.abc import Iterable

from services.engagement.domain.learners import Learner
from services.engagement.domain.matching import Identifiers, claimed, forgotten, released
from services.engagement.domain.papers import Papers
from services.engagement.domain.reception import admits, count, place, unqueue
from services.engagement.domain.refusals import NotEnrolledError, ParticipantNotKnownError, QueryClosedError
from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.domain.statements import Statement, closed
from shared.events.ids import ParticipantId


def resolve(papers: Papers, name: StatementId, participant: ParticipantId) -> Papers:
    """A coordinator says who is meant."""
    statement = _waiting(papers, name)
    learner = papers.learners[participant]
    if not _known_to(learner, statement):
        raise ParticipantNotKnownError(participant=participant)
    if not admits(learner, statement):
        cohort = "" if statement.received is None else statement.received.occasion.cohort
        raise NotEnrolledError(participant=participant, cohort=cohort)
    return count(unqueue(papers, name), name, participant)


def dismiss(papers: Papers, name: StatementId, note: str | None) -> Papers:
    """A coordinator says that the record counts for nobody. `note` is encrypted."""
    statement = _waiting(papers, name)
    dismissed = statement.having(outcome="dismissed", participant=None, person=None, note=note)
    return unqueue(papers, name).statement(dismissed)


def wake(papers: Papers, learner: Learner) -> Papers:
    """Let every statement count that waited for what the learner has become."""
    papers = papers.learner(learner)
    for name in learner.waiting:
        statement = papers.statements[name]
        if statement.outcome == "waiting" and admits(papers.learners[learner.participant], statement):
            papers = count(unqueue(papers, name), name, learner.participant)
    return papers


def identify(papers: Papers, stated: Identifiers) -> Papers:
    """Join a person's keys: the latest version wins; statements that waited for a new key are placed."""
    participant, keys = stated.participant, stated.keys
    known = papers.identifiers[participant]
    if known.erased:
        return _forget(papers, participant, tuple(sorted(stated.ever)))
    if stated.stated <= known.stated:
        return papers if known.ever >= stated.ever else papers.identified(known.had(stated.ever))
    papers = papers.identified(stated.had(known.ever))
    for key in sorted(set(known.keys) - set(keys)):
        papers = papers.match(released(papers.matches[key], participant))
    for key in sorted(set(keys) - set(known.keys)):
        papers = papers.match(claimed(papers.matches[key], participant))
    for key in sorted(set(keys) ^ set(known.keys)):
        papers = _place_waiting(papers, key)
    return papers


def forget_keys(papers: Papers, participant: ParticipantId, more: Iterable[ExternalKey] = ()) -> Papers:
    """Nothing means this person any more, and what waited for a key they have or had is about nobody."""
    known, more = papers.identifiers[participant], frozenset(more)
    if known.erased and not more:
        return papers
    papers = papers.identified(Identifiers(participant=participant, stated=known.stated, erased=True))
    return _forget(papers, participant, tuple(sorted(known.ever | more)))


def _forget(papers: Papers, participant: ParticipantId, keys: tuple[ExternalKey, ...]) -> Papers:
    """Take keys from an erased person, and close every statement that lies here and is about nobody else."""
    for key in keys:
        match = forgotten(papers.matches[key], participant)
        papers = papers.match(match if match.claims else match.having(waiting=()))
        papers = _place_waiting(papers, key)
    for statement in papers.statements.values():
        if statement.participant == participant or (statement.key in keys and _about_nobody_else(papers, statement)):
            papers = papers.statement(closed(statement))
    return papers


def _about_nobody_else(papers: Papers, statement: Statement) -> bool:
    """Say whether a statement that names a forgotten key can go: what others with that key still wait for stays."""
    if statement.participant is not None or statement.key is None:
        return False
    return statement.outcome != "waiting" or not papers.matches[statement.key].claims


def _place_waiting(papers: Papers, key: ExternalKey) -> Papers:
    """Place what waited for a key, if the key means one person now."""
    match = papers.matches[key]
    if match.person is None:
        return papers
    papers = papers.match(match.having(waiting=()))
    for name in match.waiting:
        papers = place(papers, name, match.person)
    return papers


def _waiting(papers: Papers, name: StatementId) -> Statement:
    statement = papers.statements[name]
    if statement.outcome != "waiting":
        raise QueryClosedError(outcome=statement.outcome)
    return statement


def _known_to(learner: Learner, statement: Statement) -> bool:
    """Say whether a learner is one that the statement's organisation may name at all."""
    left = any(move.left == statement.organisation for move in learner.moves)
    return not learner.erased and (learner.organisation == statement.organisation or left)
