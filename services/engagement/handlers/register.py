"""A facilitator's register, taken and voided.

Guards that a register of many people is one transaction with one change for each person that changed, and none when
nobody did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.engagement.domain import register
from services.engagement.domain.cohorts import Occasion
from services.engagement.domain.learners import Learner
from services.engagement.domain.register import Entry, Learners
from services.engagement.handlers.desk import Desk
from shared.events.ids import OrganisationId, ParticipantId, SessionId
from shared.outbox import Because, Change, until_saved


@dataclass(frozen=True)
class TakeRegister:
    """The lines of one session's register, as one organisation's facilitator gives them."""

    session: SessionId
    organisation: OrganisationId
    entries: Sequence[Entry]
    recorded_at: datetime


@dataclass(frozen=True)
class VoidRegister:
    """People about whom a facilitator takes their word back."""

    session: SessionId
    organisation: OrganisationId
    participants: Sequence[ParticipantId]


async def take_register(desk: Desk, command: TakeRegister, because: Because) -> int:
    """Record a register whole, or refuse it whole; return the number of its lines."""
    people = [entry.participant for entry in command.entries]

    def decide(learners: Learners, occasion: Occasion) -> dict[ParticipantId, Learner]:
        return register.take_register(learners, occasion, command.organisation, command.entries, command.recorded_at)

    return await _change(desk, command, people, decide, because)


async def void_register(desk: Desk, command: VoidRegister, because: Because) -> int:
    """Take a facilitator's word on these people back; return how many they are."""

    def decide(learners: Learners, occasion: Occasion) -> dict[ParticipantId, Learner]:
        return register.void_register(learners, occasion, command.organisation, command.participants)

    return await _change(desk, command, command.participants, decide, because)


async def _change(
    desk: Desk,
    command: TakeRegister | VoidRegister,
    people: Sequence[ParticipantId],
    decide: Callable[[Learners, Occasion], dict[ParticipantId, Learner]],
    because: Because,
) -> int:
    occasion = await desk.store.occasion(command.session)
    store = desk.store.of(command.organisation)
    answered = because.with_result({"accepted": len(people)})

    async def attempt() -> int:
        async with desk.turns.of(_chain(command)):  # each register of a session is the next entry in one chain
            held = await store.people(people)
            papers = held.papers
            for learner in decide(papers.learners, occasion).values():
                papers = papers.learner(learner)
            if papers != held.papers:
                papers, events = held.told(papers)
                also = [await _audited(desk, command, list(events), because)]
                await store.save(held, papers, answered, events=events, also=also)
            elif because.mark is not None:
                await store.remember(answered)
        return len(people)

    return await until_saved(attempt)


async def _audited(
    desk: Desk, command: TakeRegister | VoidRegister, changed: Sequence[str], because: Because
) -> Change:
    """Return who said this of whom: one entry for the register, not one for each person."""
    action = "register.taken" if isinstance(command, TakeRegister) else "register.voided"
    detail = {"participants": changed}
    return await desk.audit.change(because.actor, action, _chain(command), command.organisation, detail)


def _chain(command: TakeRegister | VoidRegister) -> str:
    """Return the audit's name for what happened to one organisation's register of a session."""
    return f"register:{command.organisation}:{command.session}"
