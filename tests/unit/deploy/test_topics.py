"""The file of topics agrees with the names that processes use."""

import re
from datetime import timedelta

from deploy.topics import DECLARED_IN
from shared.bus.delivery import AHEAD, MARK_KEPT, OLDEST
from shared.provision import declared
from shared.topics import DOMAIN_PARTITIONS, SERVICES, Topics


def test_every_name_that_processes_use_is_declared_and_nothing_else() -> None:
    topics = Topics("p-")
    used = {topics.events(service) for service in SERVICES} | {topics.dead_letters(service) for service in SERVICES}
    used |= {topics.identifiers(), topics.attendance("R0A")}
    assert {topic.name for topic in declared(DECLARED_IN, ["R0A"], prefix="p-")} == used


def test_domain_topics_have_the_partitions_they_keep_for_life() -> None:
    events = [topic for topic in declared(DECLARED_IN, []) if topic.name.endswith((".events", ".identifiers"))]
    assert {topic.partitions for topic in events} == {DOMAIN_PARTITIONS}


def test_an_attendance_topic_matches_the_pattern_its_reader_subscribes_to() -> None:
    names = [topic.name for topic in declared(DECLARED_IN, ["R0A", "VCS-001"]) if topic.name.startswith("ext.")]
    assert len(names) == 2
    assert all(re.match(Topics().attendance_pattern(), name) for name in names)


def test_the_mark_of_a_record_outlives_whatever_may_still_be_read_under_its_id() -> None:
    """P3: published, sent, handled; sent again at the last moment, and read when it is about to go from its topic."""
    (topic,) = (topic for topic in declared(DECLARED_IN, ["R0A"]) if topic.name.startswith("ext."))
    lies = timedelta(milliseconds=int(topic.settings["retention.ms"]) + int(topic.settings["segment.ms"]))
    assert topic.settings["message.timestamp.type"] == "LogAppendTime"
    assert AHEAD + OLDEST + lies < MARK_KEPT


def test_a_dead_letter_has_room_for_the_largest_record_and_its_own_headers() -> None:
    sizes = {topic.name: int(topic.settings["max.message.bytes"]) for topic in declared(DECLARED_IN, ["R0A"])}
    parked = min(size for name, size in sizes.items() if name.endswith(".dead-letters"))
    assert parked >= max(size for name, size in sizes.items() if not name.endswith(".dead-letters")) + 64 * 1024


def test_with_three_copies_two_must_have_a_record_before_it_counts_as_sent() -> None:
    assert {topic.settings["min.insync.replicas"] for topic in declared(DECLARED_IN, [], replication=3)} == {"2"}
    assert {topic.settings["min.insync.replicas"] for topic in declared(DECLARED_IN, [], replication=1)} == {"1"}
