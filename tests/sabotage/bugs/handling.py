"""Sabotages of handling: what a reaction acknowledges, holds back, parks and tries again.

Guards P5, P6, P7 and P10 by breaking them, and P12 where records come from outside.
"""

from tests.sabotage.sabotage import Sabotage

BATCHES = "tests/integration/bus/test_batches.py"
BEHIND = "tests/integration/bus/test_behind_together.py"
LOST = "tests/integration/bus/test_lost_positions.py"
GIVEN_AWAY = "tests/integration/bus/test_given_away.py"
EXTERNAL = "tests/integration/bus/test_external_records.py"
OWN = "tests/integration/bus/test_own_events.py"
OUTCOME = "tests/unit/shared/bus/test_outcome.py"
SUBJECTS = "tests/integration/bus/test_subjects.py"
STAYS = "tests/integration/bus/test_what_stays.py"
TOGETHER = "tests/integration/bus/test_parked_together.py"

SABOTAGES = (
    Sabotage(
        name="acknowledgement-before-handling",
        promise="P5",
        breaks="a record counts as handled before its handler was called, and a crash between loses it",
        file="shared/bus/reaction.py",
        old="""\
                try:
                    results = await self._handling.handle_first(several, marks, goes_on)
""",
        new="""\
                run.settled[ahead[0]] = Outcome.APPLIED
                self._move_on(run)
                try:
                    results = await self._handling.handle_first(several, marks, goes_on)
""",
        red=(
            f"{BATCHES}::test_a_record_that_has_to_wait_holds_its_partition_and_what_was_done_is_acknowledged",
            f"{BATCHES}::test_being_cancelled_in_the_middle_leaves_the_record_unsettled",
        ),
    ),
    Sabotage(
        name="batch-held-by-one-record",
        promise="P6",
        breaks="a record that can be neither handled nor kept holds the partitions of all others as well",
        file="shared/bus/reaction.py",
        old="""\
                    results = [Hold("failed")]
""",
        new="""\
                    raise
""",
        red=(f"{BATCHES}::test_a_record_that_cannot_be_kept_holds_its_own_partition_and_no_other",),
    ),
    Sabotage(
        name="position-moved-past-what-waits",
        promise="P5",
        breaks="of records worked on side by side a later one that is settled takes an earlier one along that is not",
        file="shared/bus/reaction.py",
        old="""\
        while run.passed in run.settled:
            self._settled(run.place, run.prepared[run.passed], run.settled.pop(run.passed))
            run.passed += 1
""",
        new="""\
        for number in sorted(run.settled):
            self._settled(run.place, run.prepared[number], run.settled.pop(number))
            run.passed = number + 1
""",
        red=(f"{SUBJECTS}::test_the_position_waits_for_a_record_although_later_ones_are_settled",),
    ),
    Sabotage(
        name="subject-in-several-lanes",
        promise="P6",
        breaks="two records of one subject are worked on at once, and the later one can take effect first",
        file="shared/bus/run.py",
        old="            lanes[zlib.crc32(prepared.subject.encode()) % LANES].append(number)",
        new="            lanes[number % LANES].append(number)",
        red=(f"{SUBJECTS}::test_records_of_one_subject_take_turns_however_many_are_worked_on",),
    ),
    Sabotage(
        name="failed-batch-passed-over",
        promise="P5",
        breaks="the client goes on behind a batch that stopped in the middle",
        file="shared/bus/reaction.py",
        old="""\
                if not run.done and self._is_ours(run):
                    self._send_back(run)
""",
        new="""\
                run.done = True
""",
        red=(f"{BATCHES}::test_whatever_the_handler_machinery_raises_nothing_is_passed_over",),
    ),
    Sabotage(
        name="batch-outlives-its-partitions",
        promise="P5",
        breaks="a batch goes on in partitions that were given away, and the next one begins at its stale positions",
        file="shared/bus/reaction.py",
        old="        return run.generation == self._generation",
        new="        return run.generation <= self._generation",
        red=(
            f"{GIVEN_AWAY}::test_a_batch_whose_partition_was_given_away_goes_no_further_whoever_has_it_now[another-left-done]",
            f"{GIVEN_AWAY}::test_a_partition_that_comes_back_is_read_from_where_the_group_stands",
        ),
    ),
    Sabotage(
        name="gap-in-the-log-believed-at-once",
        promise="P5",
        breaks="records that the client left out are given up without being asked for again",
        file="shared/bus/positions.py",
        old="""\
            if self._doubted.get(place) != expected:
                self._doubted[place] = expected
                return Continuity.READ_AGAIN
""",
        new="",
        red=(f"{BATCHES}::test_records_that_the_client_leaves_out_are_asked_for_again_before_they_are_given_up",),
    ),
    Sabotage(
        name="reaction-begins-at-the-end",
        promise="P5",
        breaks="a reaction without a position seeks to the end, and what was said before is never heard",
        file="shared/bus/consumer.py",
        old='            auto_offset_reset="earliest",',
        new='            auto_offset_reset="latest",',
        red=(f"{OWN}::test_what_was_said_before_a_reaction_was_first_started_is_heard[embedded]",),
    ),
    Sabotage(
        name="let-through-behind-a-parked-record",
        promise="P6",
        breaks="a later record of a key overtakes an earlier one that waits among the dead letters",
        file="shared/bus/handling.py",
        old="""\
        elif outstanding and waiting is not outstanding[0] and await self._is_behind(prepared.subject):
            return _IS_BEHIND
""",
        new="",
        red=(f"{EXTERNAL}::test_poison_is_kept_byte_for_byte_and_delays_only_its_own_key[embedded]",),
    ),
    Sabotage(
        name="parked-behind-what-came-later",
        promise="P5",
        breaks="a record that took effect and is read again is parked as well, behind a later one of its key",
        file="shared/bus/handling.py",
        old="        if waiting is None and outstanding and _had_its_turn(prepared, outstanding[0]):",
        new="        if False:",
        red=(f"{SUBJECTS}::test_what_is_read_again_is_not_parked_behind_a_record_that_came_later",),
    ),
    Sabotage(
        name="discarded-letter-forgotten",
        promise="P2",
        breaks="a record that was discarded is handled or parked anew when it is read again",
        file="shared/bus/handling.py",
        old="        if marks.discarded(own) or (prepared.claimed is not None and marks.discarded(prepared.claimed)):",
        new="        if False:",
        red=(
            f"{SUBJECTS}::test_what_was_discarded_is_neither_handled_nor_parked_when_it_is_read_again",
            f"{SUBJECTS}::test_events_of_ours_that_were_discarded_stay_so_when_all_is_read_again",
        ),
    ),
    Sabotage(
        name="discarded-letter-outstanding-again",
        promise="P7",
        breaks="a letter that an operator discarded waits once more when somebody who does not know parks its record",
        file="shared/deadletters/parked.py",
        old='*mark.get("discarded", ()), ',
        new="",
        red=(
            f"{STAYS}::test_a_projections_letter_that_was_discarded_stays_so_when_its_record_is_read_again[embedded]",
        ),
    ),
    Sabotage(
        name="bug-tried-again-without-end",
        promise="P6",
        breaks="a record that a handler can never handle holds up its partition for ever",
        file="shared/bus/outcome.py",
        old="""\
    if attempt <= len(BUG_PAUSES):
        return Again(BUG_PAUSES[attempt - 1])
""",
        new="""\
    if attempt:
        return Again(BUG_PAUSES[min(attempt, len(BUG_PAUSES)) - 1])
""",
        red=(
            f"{OUTCOME}::test_a_bug_is_tried_again_a_few_times_with_growing_pauses_and_then_parked_without_its_message",
        ),
    ),
    Sabotage(
        name="pause-without-limit",
        promise="P10",
        breaks="the pause before the next try doubles for ever, and nobody goes on after a long outage",
        file="shared/bus/reaction.py",
        old="        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(tries - 1, 10))",
        new="        pause = FIRST_PAUSE * 2 ** (tries - 1)",
        red=(f"{BATCHES}::test_a_partition_that_waits_is_tried_again_later_and_later_but_soon_enough_after_an_outage",),
    ),
    Sabotage(
        name="dead-letter-dropped",
        promise="P7",
        breaks="a record that cannot be handled is marked as parked and kept nowhere",
        file="shared/deadletters/writer.py",
        old="        await self._publish(letter)\n        # One that",
        new="        # One that",
        red=(f"{EXTERNAL}::test_poison_is_kept_byte_for_byte_and_delays_only_its_own_key[embedded]",),
    ),
    Sabotage(
        name="letters-behind-noted-unsent",
        promise="P7",
        breaks="of records that wait behind the same, those that the broker did not take are marked as parked as well",
        file="shared/deadletters/writer.py",
        old="""\
                if not letters:
                    raise
                break
""",
        new="""\
                pass
""",
        red=(f"{BEHIND}::test_what_the_broker_did_not_take_any_more_holds_the_partition_where_it_is",),
    ),
    Sabotage(
        name="dead-letter-taken-for-kept",
        promise="P7",
        breaks="a dead letter that the broker did not acknowledge counts as kept",
        file="shared/deadletters/writer.py",
        old="""\
        if not acknowledged:
            raise UnavailableError("the dead letter was not acknowledged")
        refused = NotTakenError("the dead letter was not acknowledged")
        return [None if letter.id in acknowledged else refused for letter in letters]
""",
        new="""\
        return [None for _ in letters if acknowledged is not None]
""",
        red=(
            f"{STAYS}::test_a_letter_that_the_broker_did_not_acknowledge_is_not_taken_for_kept[embedded]",
            f"{TOGETHER}::test_a_letter_that_is_not_taken_among_others_holds_its_own_partition",
        ),
    ),
    Sabotage(
        name="letters-sent-one-by-one",
        promise="P10",
        breaks="each record that is to be parked waits for a broker that is away, one after the other",
        file="shared/deadletters/writer.py",
        old="        await self._rounds.ask(letter)\n",
        new="""\
        (refused,) = await self._send([letter])
        if refused is not None:
            raise refused
""",
        red=(
            f"{TOGETHER}::test_letters_of_one_moment_are_sent_together",
            f"{TOGETHER}::test_a_broker_that_takes_no_letter_is_waited_for_once_and_holds_only_whom_it_concerns[away]",
        ),
    ),
    Sabotage(
        name="mark-gone-before-its-record",
        promise="P3",
        breaks="what took effect is forgotten while it can still be read, and counts again when positions are lost",
        file="shared/bus/delivery.py",
        old="MARK_KEPT = timedelta(days=51)",
        new="MARK_KEPT = timedelta(days=14)",
        red=(
            "tests/unit/deploy/test_topics.py::test_the_mark_of_a_record_outlives_whatever_may_still_be_read_under_its_id",
            f"{LOST}::test_what_took_effect_is_known_when_it_is_read_again_after_weeks[kafka]",
        ),
    ),
    Sabotage(
        name="age-counted-from-when-it-is-read",
        promise="P5",
        breaks="what waited for weeks because nobody read is too old for ever",
        file="shared/bus/delivery.py",
        old="        came = self.came_at or read\n",
        new="        came = read\n",
        red=(
            "tests/unit/shared/bus/test_delivery.py::test_a_record_that_lay_unread_is_as_old_as_when_it_came[age0-None]",
        ),
    ),
    Sabotage(
        name="dead-letters-bytes-changed",
        promise="P7",
        breaks="a record without value is kept as one whose value is empty, and is another one when it is sent again",
        file="shared/deadletters/writer.py",
        old='            "value": letter.record.value,',
        new='            "value": letter.record.value or b"",',
        red=(f"{EXTERNAL}::test_poison_is_kept_byte_for_byte_and_delays_only_its_own_key[embedded]",),
    ),
    Sabotage(
        name="organisation-taken-from-a-header",
        promise="P12",
        breaks="a publisher writes records for another organisation by naming it in a header",
        file="shared/bus/handling.py",
        old='        organisation = self._topics.attendance_organisation(record.topic) if self.external else ""',
        new="""\
        said = record.header("organisation")
        organisation = self._topics.attendance_organisation(record.topic) if self.external else ""
        organisation = said.decode() if said else organisation""",
        red=(f"{EXTERNAL}::test_an_organisation_that_a_publisher_names_is_not_listened_to[embedded]",),
    ),
)
