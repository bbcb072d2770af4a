"""Where a partition goes on: at its position, at the beginning, or nowhere (P5)."""

import pytest

from shared.projector.partition import Partition
from shared.projector.places import LogTroubleError, first_wanted, next_offset
from tests.toys import Minutes

TOPIC = "engagement.events"


@pytest.fixture
def partition() -> Partition[object]:
    return Partition(0, Minutes())


def test_a_partition_goes_on_where_it_stood(partition: Partition[object]) -> None:
    partition.positions[TOPIC] = 5
    assert [next_offset(partition, TOPIC, first) for first in (0, 4, 5)] == [5, 5, 5]


def test_a_partition_without_a_position_begins_where_the_log_does(partition: Partition[object]) -> None:
    assert next_offset(partition, TOPIC, 3) == partition.positions[TOPIC] == 3


def test_a_log_that_was_cut_beyond_the_position_ends_the_reading(partition: Partition[object]) -> None:
    """P5: nobody goes on behind records that were never read."""
    partition.positions[TOPIC] = 5
    with pytest.raises(LogTroubleError, match="begins at 6, the next record was 5"):
        next_offset(partition, TOPIC, 6)
    assert partition.positions[TOPIC] == 5


def test_a_partition_reads_the_record_before_its_position_where_there_is_one(
    partition: Partition[object],
) -> None:
    """P5: by it the log is recognised."""
    partition.positions[TOPIC] = 5
    assert first_wanted(partition, TOPIC, 0) == 5
    partition.last[TOPIC] = 7
    assert [first_wanted(partition, TOPIC, first) for first in (0, 4, 5)] == [4, 4, 5]
