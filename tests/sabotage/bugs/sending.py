"""Sabotages of sending: the relay, its leases, the producer.

Guards P1 and P2 by breaking them.
"""

from tests.sabotage.sabotage import Sabotage

RELAY = "tests/integration/kernel/test_relay.py"
BACKLOG = "tests/integration/kernel/test_relay_backlog.py"
FAULTS = "tests/integration/bus/test_library_faults.py"

SABOTAGES = (
    Sabotage(
        name="relay-deletes-before-acknowledgement",
        promise="P1",
        breaks="an event that the broker did not take is gone from the outbox",
        file="shared/relay.py",
        old="""\
            acknowledged = set(await self._publisher.publish(chosen))
            await self._delete(acknowledged)
""",
        new="""\
            await self._delete({row["_id"] for row in chosen})
            acknowledged = set(await self._publisher.publish(chosen))
""",
        red=(f"{RELAY}::test_what_was_not_acknowledged_stays_and_holds_back_only_its_own_subject",),
    ),
    Sabotage(
        name="two-rows-of-a-subject-under-way",
        promise="P2",
        breaks="a later version can reach the stream although an earlier one failed",
        file="shared/relay.py",
        old="""\
    for depth in range(max(map(len, by_subject.values()), default=0)):
        wave = [queue[depth] for queue in by_subject.values() if depth < len(queue)]
        yield from (wave[first : first + BATCH] for first in range(0, len(wave), BATCH))
""",
        new="""\
    yield [row for queue in by_subject.values() for row in queue]
""",
        red=(
            f"{RELAY}::test_waves_hold_each_subject_once_and_its_versions_in_order",
            f"{RELAY}::test_a_relay_that_was_frozen_sends_nothing_more_under_its_old_leases",
        ),
    ),
    Sabotage(
        name="lease-not-looked-at-before-sending",
        promise="P2",
        breaks="a relay that was frozen sends on beside the one that took its shards over",
        file="shared/relay.py",
        old="        if not self._leases.safe():\n            return None",
        new="        if False:\n            return None",
        red=(f"{RELAY}::test_a_relay_that_was_frozen_sends_nothing_more_under_its_old_leases",),
    ),
    Sabotage(
        name="shard-that-came-back-sent-on",
        promise="P2",
        breaks="a relay that gave a shard away between two waves sends later versions of what it left out",
        file="shared/relay.py",
        old="still = held & frozenset(await self._leases.hold())",
        new="still = frozenset(await self._leases.hold())",
        red=(f"{RELAY}::test_a_shard_that_was_given_away_between_waves_is_left_to_its_new_holder",),
    ),
    Sabotage(
        name="topic-that-takes-nothing-asked-for-ever",
        promise="P6",
        breaks="a topic that cannot be written keeps everything back that was stated after its oldest five hundred",
        file="shared/relay.py",
        old='            wanted["topic"] = {"$nin": sorted(self._left_out)}',
        new="            pass",
        red=(f"{BACKLOG}::test_topics_that_cannot_be_written_starve_nobody_behind_them",),
    ),
    Sabotage(
        name="lease-judged-by-the-machines-own-clock",
        promise="P2",
        breaks="a relay whose clock is ahead takes shards that another one still holds",
        file="shared/leases.py",
        old="            moment = await self._announce()",
        new="            await self._announce()\n            moment = datetime.now(UTC)",
        red=(f"{RELAY}::test_a_relay_whose_own_clock_is_ahead_takes_nothing_that_another_one_holds",),
    ),
    Sabotage(
        name="batch-of-several-moments",
        promise="P2",
        breaks="a reader that pauses finds a subject's second row without its first, and sends it first",
        file="shared/relay.py",
        old="        return await self._database.snapshot(read)",
        new="        async with self._database._session() as session:\n            return await read(session)",
        red=(f"{RELAY}::test_a_batch_is_of_one_moment",),
    ),
    Sabotage(
        name="lease-outlasts-the-clock",
        promise="P1",
        breaks="where the database's clock goes back, what a dead relay held waits for as long as it went back",
        file="shared/leases.py",
        old="            await self._shorten(moment)\n",
        new="",
        red=("tests/integration/kernel/test_clock_back.py::test_no_lease_outlasts_those_that_are_granted_now",),
    ),
    Sabotage(
        name="lease-never-runs-out",
        promise="P1",
        breaks="what a relay held when it was killed is never sent",
        file="shared/leases.py",
        old='            free = sorted(x["shard"] for x in leases if x["until"] <= moment and x["shard"] >= 0)',
        new='            free = sorted(x["shard"] for x in leases if not x["owner"] and x["shard"] >= 0)',
        red=(f"{RELAY}::test_the_leases_of_a_relay_that_was_killed_run_out_and_are_taken",),
    ),
    Sabotage(
        name="producer-kept-after-an-indefinite-error",
        promise="P2",
        breaks="a producer with a gap in its sequence and late copies in its buffers goes on sending",
        file="shared/stream/publisher.py",
        old="                if len(acknowledged) < len(sends):\n                    await self._throw_away(sends)",
        new="                for send in sends:\n                    send.cancel()",
        red=(f"{FAULTS}::test_sending_and_stopping_hang_without_a_broker_and_ours_do_not",),
    ),
)
