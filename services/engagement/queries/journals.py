"""A person's own journal.

Guards that a text is opened for its writer only: for the person to whom the signed-in account belongs.
"""

from services.engagement.domain.journals import Journal
from services.engagement.domain.kept import JOURNALS, Text, read, text_field
from services.engagement.domain.learners import Learner
from services.engagement.queries.views import JournalsView, JournalView
from shared.mongo import Database, guard
from shared.vault import Vault


async def own_journals(database: Database, vault: Vault, learner: Learner) -> JournalsView:
    """Return the entries of a person that stand, with their texts."""
    async with guard():
        found = await database.collection(JOURNALS).find({"participant": learner.participant}).to_list(None)
    texts = {text.journal: text for text in (read(JOURNALS, Text, one) for one in found)}
    standing = [one for one in learner.journals if one.journal in texts and not one.retracted]
    ordered = sorted(standing, key=lambda one: (one.written_on, one.journal))
    return JournalsView(journals=tuple([await _shown(vault, one, texts[one.journal]) for one in ordered]))


async def _shown(vault: Vault, entry: Journal, text: Text) -> JournalView:
    """Open a text for the organisation it was written in, wherever its writer is now."""
    key = await vault.key(text.participant, text.organisation)
    return JournalView(
        journal=entry.journal,
        cohort=entry.cohort,
        written_on=entry.written_on,
        text=key.decrypt(text_field(text.journal), 1, text.text),
    )
