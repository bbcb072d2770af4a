"""Sabotages of saving: the store door, the inbox mark, the commit whose answer was lost.

Guards P1 by breaking it.
"""

from tests.sabotage.sabotage import Sabotage

DOOR = "tests/integration/kernel/test_store_door.py"

SABOTAGES = (
    Sabotage(
        name="outbox-outside-the-transaction",
        promise="P1",
        breaks="events are written after the transaction of their document, and a crash between loses them",
        file="shared/outbox.py",
        old="""\
            if rows:
                await self._insert(COLLECTION, rows, session)

        async def proof() -> bool:
            stored = await inbox.find(self.database, because.mark.id) if because.mark else None
            return stored is not None and because.mark is not None and stored.token == because.mark.token

        try:
            await self.database.transact(work, proof=proof if because.mark else None)
""",
        new="""\

        async def proof() -> bool:
            stored = await inbox.find(self.database, because.mark.id) if because.mark else None
            return stored is not None and because.mark is not None and stored.token == because.mark.token

        try:
            await self.database.transact(work, proof=proof if because.mark else None)
            async with guard():
                await self.database.collection(COLLECTION).insert_many(rows)
""",
        red=(f"{DOOR}::test_a_document_whose_event_cannot_be_kept_is_not_kept_either",),
    ),
    Sabotage(
        name="inbox-mark-removed",
        promise="P3",
        breaks="nothing remembers that a command or a record has taken effect",
        file="shared/outbox.py",
        old="""\
            if because.mark is not None:
                await self._insert(inbox.COLLECTION, [because.mark.document(moment)], session)
            await self._write(changes, moment, session)
""",
        new="""\
            await self._write(changes, moment, session)
""",
        red=(
            f"{DOOR}::test_the_same_mark_takes_effect_once_and_answers_what_it_answered",
            f"{DOOR}::test_of_two_saves_at_once_with_one_mark_one_takes_effect",
        ),
    ),
    Sabotage(
        name="version-not-compared",
        promise="P1",
        breaks="of two writers of one document the slower one overwrites what the faster one was told is kept",
        file="shared/outbox.py",
        old='    return ReplaceOne({"_id": change.id, "version": change.expected}, body)',
        new='    return ReplaceOne({"_id": change.id}, body)',
        red=(f"{DOOR}::test_a_lost_race_writes_nothing_at_all",),
    ),
    Sabotage(
        name="backlog-without-limit",
        promise="P10",
        breaks="commands are accepted without end while nothing can be sent",
        file="shared/outbox.py",
        old="        await self.backlog.check()\n",
        new="",
        red=(f"{DOOR}::test_beyond_the_backlog_limit_nothing_is_accepted",),
    ),
    Sabotage(
        name="commit-in-doubt-taken-for-done",
        promise="P1",
        breaks="a command is answered with yes although the database gave its transaction up",
        file="shared/mongo.py",
        old="""\
            if await proof():
                return
            raise ConflictError("the database restarted before the change was kept") from error
""",
        new="""\
            return
""",
        red=("tests/unit/shared/test_mongo.py::test_a_commit_that_the_database_gave_up_is_a_conflict",),
    ),
)
