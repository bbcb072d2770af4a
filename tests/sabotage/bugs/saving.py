"""Sabotages of saving: the store door, the inbox mark, the commit whose answer was lost.

Guards P1 by breaking it, and that who shares a round with others does not fail because of them.
"""

from tests.sabotage.sabotage import Sabotage

DOOR = "tests/integration/kernel/test_store_door.py"
SHARING = "tests/integration/kernel/test_sharing.py"
RECORDS = "tests/integration/engagement/test_records.py"
REGISTER = "tests/integration/engagement/test_register.py"

SABOTAGES = (
    Sabotage(
        name="outbox-outside-the-transaction",
        promise="P1",
        breaks="events are written after the transaction of their document, and a crash between loses them",
        file="shared/saving.py",
        old="""\
            await self._database.transact(lambda session: self._write(saves, session), proof=proof if mark else None)
""",
        new="""\
            bare = [Save(save.writes, save.versions, (), save.mark) for save in saves]
            await self._database.transact(lambda session: self._write(bare, session), proof=proof if mark else None)
            async with inbox.guard():
                await self._database.collection(OUTBOX).insert_many([row for save in saves for row in save.rows])
""",
        red=(f"{DOOR}::test_a_document_whose_event_cannot_be_kept_is_not_kept_either",),
    ),
    Sabotage(
        name="inbox-mark-removed",
        promise="P3",
        breaks="nothing remembers that a command or a record has taken effect",
        file="shared/saving.py",
        old="""\
        await self._insert(inbox.COLLECTION, [save.mark for save in saves if save.mark is not None], session)
""",
        new="",
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
        name="everybody-fails-with-one",
        promise="P1",
        breaks="who shares a transaction with somebody who came too late is told to have come too late as well",
        file="shared/saving.py",
        old="            if together is None or is_away(together) or len(sharing) == 1:\n",
        new="            if together is None or sharing:\n",
        red=(f"{SHARING}::test_nobody_fails_because_of_somebody_else",),
    ),
    Sabotage(
        name="late-with-all-who-share",
        promise="P1",
        breaks="whoever shares a transaction that did not come about is taken for late without being looked at",
        file="shared/saving.py",
        old="            outcomes |= dict.fromkeys(await self._late(sharing), together)\n",
        new="            outcomes |= dict.fromkeys(sharing, together)\n",
        red=(
            f"{SHARING}::test_who_is_late_costs_the_others_one_more_transaction",
            f"{SHARING}::test_who_is_overtaken_by_one_under_way_is_tried_again",
        ),
    ),
    Sabotage(
        name="answered-before-it-was-asked",
        promise="P1",
        breaks="who asks while a round is under way is given its answers, which were read before the question",
        file="shared/rounds.py",
        old="            for (_, answer), found in zip(asked, answers, strict=True):",
        new="""\
            while self._waiting and answers:
                _tell(self._waiting.popleft()[1], answers[-1])
            for (_, answer), found in zip(asked, answers, strict=True):""",
        red=("tests/unit/shared/test_rounds.py::test_what_is_asked_during_a_round_is_answered_by_a_later_one",),
    ),
    Sabotage(
        name="everybodys-error",
        promise="P6",
        breaks="a document that cannot be read parks the records of all who asked at the same moment",
        file="shared/rounds.py",
        old="            if len(questions) == 1 or is_away(error):\n                return",
        new="            if error:\n                return",
        red=(
            "tests/unit/shared/test_rounds.py::test_what_one_question_makes_a_round_raise_is_nobody_elses",
            f"{RECORDS}::test_a_cohort_that_cannot_be_read_fails_only_records_of_its_own_sessions",
        ),
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
        name="everybody-has-a-turn",
        promise="P10",
        breaks="of many who change one thing at once all but one begin again, and a busy process does less and less",
        file="shared/turns.py",
        old="        lock = self._locks.setdefault(name, asyncio.Lock())\n",
        new="        lock = asyncio.Lock()\n",
        red=(
            "tests/unit/shared/test_turns.py::test_whose_turn_does_not_come_is_asked_to_try_again",
            f"{REGISTER}::test_forty_who_take_registers_of_one_session_at_once_are_all_accepted_at_their_first_try",
        ),
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
