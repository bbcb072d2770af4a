"""What must be true after any number of kill -9: each promise of delivery against everything that is left."""

from collections import Counter

import pytest

from services.evaluation.projections.tellers import PARTICIPATION, PROJECTS
from shared.events import Fact
from shared.testing.accounts import judge_letters, judge_queues
from shared.testing.checker import (
    judge_answers,
    judge_commands,
    judge_order,
    judge_published,
    judge_strays,
    judge_versions,
    judge_wholeness,
    listed,
    once,
    place_of,
)
from shared.testing.killing import kills_by_kind
from tests.fault.aftermath import ATTENDANCE, TOPICS, Aftermath
from tests.fault.attendance import expected, told
from tests.fault.scenario import LANES
from tests.fault.systems import GOOD
from tests.unit.evaluation import plain_model

pytestmark = pytest.mark.delivery
ENDED_BY_THEMSELVES = 3
"""Of the planned kills, this many may find that the process has just ended by itself and is being started again."""
CATALOGUE = frozenset({"catalogue"})
"""What enrolment states at its start."""


def test_every_kind_of_process_was_killed_at_least_twice_under_a_load_of_every_kind(aftermath: Aftermath) -> None:
    """The run is worth its name: what the plan said died, and every kind of command was accepted meanwhile."""
    kills = kills_by_kind(aftermath.story.faults)
    planned = aftermath.faults.kills
    assert kills.total() >= sum(planned.values()) - ENDED_BY_THEMSELVES
    assert min(kills[kind] for kind in planned) >= 2, kills
    accepted = Counter(command.asked.name for command in aftermath.story.commands.values() if command.outcome == "ok")
    wanted = {"register", "applications", "enrolments", "withdrawals", "moves", "erasure", "attend", "void", "write"}
    wanted |= {"retract", "open", "milestones", "completion", "withdrawal", "reopening"}
    assert wanted <= accepted.keys(), wanted - accepted.keys()


def test_every_command_happened_as_it_was_answered(aftermath: Aftermath) -> None:
    """P1: yes is there once and whole, no never, no answer at most once; the marks say the same."""
    faults = judge_commands(aftermath.story, aftermath.stated(), aftermath.commands)
    faults += judge_strays(aftermath.story, aftermath.stated(), CATALOGUE)
    assert not faults, listed(faults)


def test_whoever_was_put_off_was_told_when_to_come_back(aftermath: Aftermath) -> None:
    """P10: what cannot be answered now is a 503 with Retry-After and nothing else."""
    faults = judge_answers(aftermath.story)
    assert not faults, listed(faults)


def test_nothing_waits_to_be_sent(aftermath: Aftermath) -> None:
    """P1, P10: every outbox is empty without anybody's help."""
    assert set(aftermath.waiting.values()) == {0}, aftermath.waiting


def test_events_of_a_subject_lie_in_the_order_of_its_versions(aftermath: Aftermath) -> None:
    """P2: first appearances only ever go on; what was saved together is there together."""
    faults = judge_order(aftermath.stated()) + judge_wholeness(aftermath.stated())
    assert not faults, listed(faults)


def test_no_version_of_a_person_or_a_project_is_missing_on_the_stream(aftermath: Aftermath) -> None:
    """P1, P2: where every version states something, the stream has all versions up to the document's, and no more."""
    people = aftermath.stream.stated([TOPICS.events("enrolment"), TOPICS.identifiers()])
    gone = aftermath.stream.tombstones(TOPICS.identifiers())
    projects = aftermath.stream.stated([TOPICS.events("recap_tracker")])
    erasures = {event.envelope.subject for event in people if "erased" in event.envelope.type}
    # A lead who is erased is taken out of their projects without a word; those who lead here are never erased.
    assert not erasures & {person.id for person in aftermath.people}
    assert gone == erasures
    faults = judge_versions(people, aftermath.versions["participants"], what="participant", tombstones=gone)
    faults += judge_versions(projects, aftermath.versions["projects"], what="project")
    assert not faults, listed(faults)


def test_every_record_is_in_exactly_one_account_of_every_reader(aftermath: Aftermath) -> None:
    """P5: consumed = applied + duplicate + parked + skipped, for every reaction and projection, by partition."""
    faults = [fault for balance in aftermath.balances for fault in balance.faults]
    assert not faults, listed(faults)
    assert all(sum(account.records for account in balance.accounts.values()) for balance in aftermath.balances)


def test_what_the_broker_acknowledged_to_outside_systems_is_there(aftermath: Aftermath) -> None:
    """P1 for records: exact bytes, at least as often as acknowledged."""
    faults = judge_published(aftermath.story, aftermath.stream)
    assert not faults, listed(faults)
    assert aftermath.story.acknowledged.keys() == aftermath.story.sent.keys()


def test_dead_letters_hold_the_exact_bytes_and_nothing_but_poison(aftermath: Aftermath) -> None:
    """P6, P7: whatever was parked is what was sent, under the code that fits it, in order behind its key."""
    assert aftermath.unreadable_letters == 0
    faults = judge_letters(aftermath.stream, aftermath.letters)
    for balance in aftermath.balances:
        if balance.reader in aftermath.marks:
            handled = aftermath.marks[balance.reader].digests
            faults += judge_queues(balance, aftermath.stream, aftermath.letters, handled)
    meant = {(sent.topic, sent.digest()): sent.kind for sent in aftermath.story.sent.values()}
    for letter in aftermath.letters:
        kind = meant.get((letter.record.topic, letter.record.digest()))
        if letter.code not in (kind, "behind"):
            faults.append(f"{letter.id} was parked as {letter.code} ({letter.message}) and was meant to be {kind}")
    assert not faults, listed(faults)
    kinds = {one: meant.get((record.topic, record.digest()), GOOD) for one, record in aftermath.stream.at().items()}
    poison = {one for one, kind in kinds.items() if kind != GOOD}
    assert poison, "no poison was sent"
    assert not poison - {place_of(letter.record) for letter in aftermath.letters}


def test_attendance_is_what_was_reported(aftermath: Aftermath) -> None:
    """P1, P3: every register and every outside record counts once, whatever its copies and whenever its void came."""
    reader = next(reader for reader in aftermath.marks if reader.name == "attendance")
    marks = aftermath.marks[reader]
    parked = {place_of(letter.record) for letter in aftermath.letters}
    heard = [record for record in aftermath.stream.records(ATTENDANCE) if place_of(record) not in parked]
    assert len(heard) >= len(marks.applied) > len(LANES)
    seats = expected(aftermath.story.commands.values(), heard, aftermath.people, aftermath.minutes)
    words = told(once(aftermath.stated()))
    faults = [
        f"{seat} is told as {words.get(seat)} and was reported as {wanted.word}"
        for seat, wanted in seats.items()
        if not wanted.open and words.get(seat) != wanted.word
    ]
    faults += [
        f"{seat} is told as {word} and was never reported" for seat, word in words.items() if word and seat not in seats
    ]
    assert not faults, listed(faults)
    assert sum(seat.open for seat in seats.values()) < len(seats) / 2


def test_folding_the_stream_from_zero_gives_what_is_live(aftermath: Aftermath) -> None:
    """P4, P8: by hash, in memory and by the rebuild that an operator would run beside the workers."""
    assert not aftermath.folded_otherwise, listed(aftermath.folded_otherwise)
    for name, rebuilt in aftermath.rebuilt.items():
        assert (name, list(rebuilt.different), rebuilt.flipped) == (name, [], True)


def test_figures_are_what_a_plain_count_of_all_facts_gives(aftermath: Aftermath) -> None:
    """P4: nothing lost and nothing twice on the whole way from a command to a figure."""
    facts: list[Fact] = [event.envelope.data for event in once(aftermath.stated())]
    people = [fact for fact in facts if type(fact) in PARTICIPATION]
    projects = [fact for fact in facts if type(fact) in PROJECTS]
    assert aftermath.figures["participation"] == plain_model.participation(people)
    assert aftermath.figures["projects"] == plain_model.projects(projects)


def test_figures_never_went_back_while_processes_died(aftermath: Aftermath) -> None:
    """P4: whoever read during the run saw positions that only grow."""
    assert not aftermath.oddities, listed(aftermath.oddities)


def test_every_erasure_was_confirmed_by_all(aftermath: Aftermath) -> None:
    """P10, P11: the confirmations found their way back through every kill."""
    assert not aftermath.receipts, listed(aftermath.receipts)
