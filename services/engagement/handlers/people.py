"""What engagement learns of people: enrolments, moves, identifiers, and that somebody was erased.

Guards that whatever waited for what was learnt counts in the same transaction, and that an erased person's keys, texts
and records go together.
"""

from collections.abc import Callable, Iterable

from services.engagement.domain.erasure import erase, unknown
from services.engagement.domain.kept import vault_subject
from services.engagement.domain.learners import Learner
from services.engagement.domain.matching import Identifiers
from services.engagement.domain.papers import Papers
from services.engagement.domain.queue import forget_keys, identify, wake
from services.engagement.domain.state import ExternalKey
from services.engagement.handlers.desk import Desk
from services.engagement.store import Held
from shared.events.enrolment import ParticipantIdentified, SubjectErased
from shared.events.ids import ParticipantId
from shared.outbox import Because, Change, until_saved


async def learn(desk: Desk, participant: ParticipantId, join: Callable[[Learner], Learner], because: Because) -> bool:
    """Join a fact to what is known of a person and wake what waited for it; say whether it was news."""

    async def attempt() -> bool:
        held = await desk.store.fetch(learners=[participant])
        learner = held.papers.learners[participant]
        held = held.with_papers(await desk.store.statements_named(learner.waiting))
        papers, events = held.told(wake(held.papers, join(learner)))
        return await desk.store.save(held, papers, because, events=events)

    return await until_saved(attempt)


async def identify_participant(desk: Desk, fact: ParticipantIdentified, because: Because) -> bool:
    """Join a person's keys and let the records that waited for one of them count; say whether it was news."""
    stated = Identifiers(
        participant=ParticipantId(fact.participant),
        keys=tuple(sorted(ExternalKey(key) for key in fact.keys)),
        stated=fact.version,
    ).had(ExternalKey(key) for key in fact.former)

    async def attempt() -> bool:
        held = await _keys_of(desk, stated.participant, stated.ever)
        papers, events = held.told(identify(held.papers, stated))
        return await desk.store.save(held, papers, because, events=events, also=await _unreadable(desk, held, papers))

    return await until_saved(attempt)


async def forget_identifiers(
    desk: Desk, participant: ParticipantId, because: Because, last_word: ParticipantIdentified | None = None
) -> bool:
    """Forget a person's keys, those that the last word names and all others; say whether that was news.

    Without a word, by a tombstone, nothing is told: when it comes, what the last word asked for has been confirmed.
    """
    keys = frozenset(map(ExternalKey, last_word.former if last_word else ()))
    forget = unknown if last_word else forget_keys

    async def attempt() -> bool:
        held = await _keys_of(desk, participant, keys)
        papers, events = held.told(forget(held.papers, participant, keys))
        return await desk.store.save(held, papers, because, events=events, also=await _unreadable(desk, held, papers))

    return await until_saved(attempt)


async def erase_participant(desk: Desk, fact: SubjectErased, because: Because) -> bool:
    """Forget a person; say whether that was not done before."""
    participant = ParticipantId(fact.participant)

    async def attempt() -> bool:
        held = await _keys_of(desk, participant, ())
        if held.papers.learners[participant].erased:
            return False
        papers, events = held.told(erase(held.papers, participant))
        also = [*await _destroyed(desk, fact, because), *await _unreadable(desk, held, papers)]
        return await desk.store.save(held, papers, because, events=events, also=also)

    return await until_saved(attempt)


async def _keys_of(desk: Desk, participant: ParticipantId, more: Iterable[ExternalKey]) -> Held:
    """Load a person, all keys they have or had, every record about them, and whoever else has one of these keys."""
    held = await desk.store.fetch(learners=[participant], identifiers=[participant])
    keys = {*held.papers.identifiers[participant].ever, *more}
    held = held.with_papers(await desk.store.fetch(matches=keys))
    matches = held.papers.matches.values()
    others = {claim for match in matches for claim in match.claims} - {participant}
    held = held.with_papers(await desk.store.fetch(learners=others))
    held = held.with_papers(await desk.store.statements_about(participant, keys))
    waiting = {name for match in matches for name in match.waiting} | set(held.papers.learners[participant].waiting)
    return held.with_papers(await desk.store.statements_named(waiting - set(held.papers.statements)))


async def _destroyed(desk: Desk, fact: SubjectErased, because: Because) -> list[Change]:
    """Return the changes that destroy a person's key and texts, and the audit of it."""
    return [
        *await desk.store.texts_removed(ParticipantId(fact.participant)),
        await desk.vault.erasure(fact.participant),
        await desk.audit.change(because.actor, "participant.erased", fact.participant, fact.organisation),
    ]


async def _unreadable(desk: Desk, held: Held, after: Papers) -> list[Change]:
    """Return the changes that make the values of keys unreadable which mean nobody any more."""
    gone = [key for key, match in after.matches.items() if match.erased and not held.papers.matches[key].erased]
    return [await desk.vault.erasure(vault_subject(key)) for key in gone]
