"""A partition in memory: folding, counting and accounting (P3, P5)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Envelope, encode
from shared.projector.partition import Partition
from shared.projector.storage import digest
from shared.projector.trouble import LogTroubleError
from tests.toys import Minutes, attended

TOPIC = "engagement.events"


@dataclass
class Arrived:
    offset: int
    value: bytes | None
    topic: str = TOPIC
    partition: int = 0
    headers: tuple[tuple[str, bytes | None], ...] = ()


def wire(participant: str, version: int, session: str, minutes: int, organisation: str) -> bytes:
    fact = attended(participant, version, session=session, minutes=minutes, organisation=organisation)
    return encode(
        Envelope(
            id=f"{participant}-{session}-{version}",
            source="/groundswell/engagement",
            type=fact.type,
            subject=participant,
            time=datetime(2023, 10, 5, tzinfo=UTC),
            organisation=organisation,
            correlationid="c",
            data=fact,
        )
    )


# Minutes and organisation follow from the version, as they do in life: one version says one thing.
facts = st.builds(
    lambda person, version, session: wire(f"p{person}", version, f"s{session}", version * 7 % 90, f"R{version % 3}"),
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(1, 3),
)


def folded(values: Sequence[bytes | None], steps: Sequence[int] = ()) -> Partition[object]:
    """Fold the values in batches that end at `steps`, counting after each batch."""
    partition: Partition[object] = Partition(0, Minutes())
    arrived = [Arrived(offset, value) for offset, value in enumerate(values)]
    before = 0
    for end in [*sorted(steps), len(arrived)]:
        partition.fold(TOPIC, arrived[before:end])
        partition.count()
        before = end
    return partition


def content(partition: Partition[object]) -> tuple[object, object]:
    states = {subject: state for page in partition.pages.values() for subject, state in page.items()}
    cells = {
        key: {name: figure for name, figure in cell.items() if figure}
        for key, cell in partition.cells.items()
        if any(cell.values())
    }
    return states, cells


@given(st.lists(facts, max_size=25), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_gives_the_same_states_and_cells(values: list[bytes], random: object) -> None:
    shuffled = values + [value for value in values if random.random() < 0.5]  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert content(folded(shuffled)) == content(folded(values))


@given(st.lists(facts, max_size=25), st.lists(st.integers(0, 25), max_size=5))
def test_cells_do_not_depend_on_when_they_were_counted(values: list[bytes], steps: list[int]) -> None:
    steps = [step for step in steps if step <= len(values)]
    stepwise, at_once = folded(values, steps), folded(values)
    assert content(stepwise) == content(at_once)
    assert digest(stepwise) == digest(at_once)


def test_every_record_is_exactly_one_of_applied_duplicate_skipped_and_parked() -> None:
    one = wire("p1", 1, "s1", 60, "R0A")
    unknown = one.replace(b"engagement.session.attended.v1", b"engagement.session.renamed.v9")
    partition = folded([one, one, unknown, b"{", None, wire("p1", 2, "s1", 30, "R0A")])
    counts = partition.counts[TOPIC]
    assert Counter(vars(counts)) == Counter(applied=2, duplicate=1, skipped=1, parked=2)
    assert counts.consumed == partition.positions[TOPIC] == 6
    assert [(record.offset, error.code) for record, error in partition.parked] == [
        (3, "undecodable"),
        (4, "undecodable"),
    ]


def test_records_before_the_position_are_not_counted_again() -> None:
    values = [wire("p1", 1, "s1", 60, "R0A"), wire("p2", 1, "s1", 60, "R0A")]
    partition = folded(values)
    partition.fold(TOPIC, [Arrived(offset, value) for offset, value in enumerate(values)])
    assert partition.counts[TOPIC].consumed == 2


def test_a_correction_takes_the_old_contribution_out_and_leaves_no_empty_cell_behind() -> None:
    partition = folded([wire("p1", 1, "s1", 60, "R0A"), wire("p1", 2, "s1", 45, "RXQ")], steps=[1])
    partition.written()
    assert partition.cells == {("c", "RXQ"): {"sessions": 1, "minutes": 45}}


def test_a_record_at_a_known_place_that_is_another_one_ends_the_folding() -> None:
    """P5: a topic that was made again and has grown past the position is not taken for the one that was folded."""
    partition = folded([wire("p1", 1, "s1", 60, "R0A"), wire("p2", 1, "s1", 60, "R0A")])
    other, following = wire("p3", 1, "s1", 60, "R0A"), wire("p4", 1, "s1", 60, "R0A")
    with pytest.raises(LogTroubleError, match="made again"):
        partition.fold(TOPIC, [Arrived(1, other), Arrived(2, following)])
    assert partition.positions == {TOPIC: 2}
    partition.fold(TOPIC, [Arrived(1, wire("p2", 1, "s1", 60, "R0A")), Arrived(2, following)])
    assert partition.positions == {TOPIC: 3}


def test_a_record_that_was_sent_again_is_settled_whether_or_not_it_had_headers_of_its_own() -> None:
    """P7."""
    partition: Partition[object] = Partition(0, Minutes())
    again = ("x-dlq-id", b"an id")
    headers = [(), (("content-type", b"x"),), (again,), (("content-type", b"x"), again), (again, ("other", b"x"))]
    partition.fold(
        TOPIC, [Arrived(n, wire("p1", n + 1, "s1", 60, "R0A"), headers=one) for n, one in enumerate(headers)]
    )
    assert [record.offset for record in partition.sent_again] == [2, 3]
