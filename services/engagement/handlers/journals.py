"""Journal entries, submitted and retracted by whoever wrote them.

Guards that a text is saved only encrypted and together with the fact that there is an entry, and that nobody writes or
retracts for anybody else: the person is found by the account that signed in.
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.engagement.domain.cohorts import local_day
from services.engagement.domain.kept import text_field
from services.engagement.domain.refusals import AccountNotLinkedError
from services.engagement.domain.writing import Entry, retract, submit, writer
from services.engagement.handlers.desk import Desk
from services.engagement.store import Held, Text, new_text
from shared.events.ids import CohortId, JournalId, OrganisationId, ParticipantId
from shared.outbox import Because, until_saved

ACCOUNT = "account"
"""The system whose values are the subjects of sign-in tokens."""


@dataclass(frozen=True)
class Account:
    """Who signed in, and where they belong."""

    organisation: OrganisationId
    subject: str


@dataclass(frozen=True)
class SubmitJournal:
    """An entry with its text."""

    cohort: CohortId
    written_on: date
    text: str


async def submit_journal(
    desk: Desk, account: Account, command: SubmitJournal, because: Because, now: datetime
) -> JournalId:
    """Keep an entry of the person who signed in; return its id."""
    journal = JournalId(because.new_id("journal"))
    answered = because.with_result({"journal": journal})

    async def attempt() -> JournalId:
        held, person = await writer_of(desk, account)
        entry = Entry(journal, command.cohort, command.written_on)
        learner, fact = submit(held.papers.learners[person], entry, local_day(now), held.next_version(person))
        key = await desk.vault.key(person, account.organisation)
        sealed = key.encrypt(text_field(journal), 1, command.text)
        text = Text(journal=journal, participant=person, organisation=account.organisation, text=sealed)
        papers = held.papers.learner(learner)
        also = [new_text(text), *key.changes()]
        await desk.store.save(held, papers, answered, events={person: (fact,)}, also=also)
        return journal

    return await until_saved(attempt)


async def retract_journal(desk: Desk, account: Account, journal: JournalId, because: Because) -> None:
    """Take an entry back; its text goes."""
    answered = because.with_result({"journal": journal})

    async def attempt() -> None:
        held, person = await writer_of(desk, account)
        learner, fact = retract(held.papers.learners[person], journal, version=held.next_version(person))
        removed = await desk.store.texts_removed(person, journal)
        await desk.store.save(held, held.papers.learner(learner), answered, events={person: (fact,)}, also=removed)

    await until_saved(attempt)


async def writer_of(desk: Desk, account: Account) -> tuple[Held, ParticipantId]:
    """Load the person an account belongs to; raises AccountNotLinkedError."""
    key = desk.key_of(account.organisation, ACCOUNT, account.subject)
    match = (await desk.store.fetch(matches=[key])).papers.matches[key]
    if match.person is None:
        raise AccountNotLinkedError
    held = await desk.store.fetch(learners=[match.person])
    writer(held.papers.learners[match.person], account.organisation)
    return held, match.person
