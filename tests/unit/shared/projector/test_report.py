"""What Kafka is told about positions, for lag tools only."""

from typing import Any

from aiokafka.util import commit_structure_validate

from shared.projector.stream import TopicPartition, report


class Client:
    """Takes what aiokafka takes."""

    def __init__(self) -> None:
        self.committed: list[dict[TopicPartition, int]] = []

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        commit_structure_validate(offsets)
        self.committed.append(offsets)


async def test_a_worker_whose_partitions_were_all_taken_away_has_nothing_to_tell_and_goes_on() -> None:
    """P4: a rebuild that goes live fences every partition at once."""
    client: Any = Client()
    await report(client, {})
    await report(client, {TopicPartition("enrolment.events", 0): 4})
    assert client.committed == [{TopicPartition("enrolment.events", 0): 4}]
