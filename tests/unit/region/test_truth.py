"""The truth against tiny regions in which every figure can be counted on one's fingers."""

from dataclasses import replace
from datetime import date

import pytest

from deploy.local.region.acts import (
    Act,
    Apply,
    CompleteProject,
    Enrol,
    Entry,
    Erase,
    Move,
    PlanMilestone,
    ReachMilestone,
    RegisterPerson,
    ReopenMilestone,
    ReopenProject,
    RetractJournal,
    StartProject,
    Status,
    TakeRegister,
    VoidRegister,
    Withdraw,
    WithdrawProject,
    WriteJournal,
)
from deploy.local.region.catalogue import Cohort, Commitment, Session
from deploy.local.region.records import Flaw, Report, VoidReport
from deploy.local.region.truth import PARTICIPATION, PROJECTS, Cell, Truth

DAY = date(2024, 1, 1)
DAYS = tuple(Session(f"d{n}", "learning_day", "online", date(2024, n, 10), 360) for n in range(1, 7))
TALK = Session("talk", "masterclass", "online", date(2024, 7, 1), 60)
COHORT = Cohort("c", "p", "A cohort", ("g",), (*DAYS, TALK), Commitment("learning_day", 6, 5), places=2)
HERE, THERE = Cell("p", "c", "A", "g"), Cell("p", "c", "B", "g")
PROJECTS_HERE = Cell("p", "c", "A", None)


def joined(person: str = "ann") -> list[Act]:
    return [
        RegisterPerson(organisation="A", person=person),
        Apply(organisation="A", person=person, cohort="c", group="g", on=DAY),
        Enrol(organisation="A", person=person, cohort="c", on=DAY),
    ]


def register(session: str, status: Status, *, minutes: int | None = None, at: str = "A") -> TakeRegister:
    return TakeRegister(organisation=at, session=session, entries=(Entry("ann", status, minutes),))


def report(record: str, tick: int, status: Status = "attended", minutes: int | None = 100) -> Report:
    return Report(
        organisation="A",
        key="k",
        dialect="xapi",
        source="s",
        record=record,
        tick=tick,
        system="y",
        value="v",
        person="ann",
        session="d1",
        status=status,
        minutes=minutes,
    )


def void(record: str) -> VoidReport:
    of = report(record, 0)
    return VoidReport(
        organisation="A",
        key="k",
        dialect="xapi",
        source=of.source,
        record="v",
        tick=9,
        voids=record,
        person="ann",
        session="d1",
    )


def told(*acts: Act) -> dict[str, int]:
    """Return A's participation figures that are not nought."""
    figures = Truth((COHORT,)).hear_all(acts).participation()
    return {name: figures.get(HERE, name) for name in PARTICIPATION if figures.get(HERE, name)}


def test_an_application_alone_counts_for_nothing() -> None:
    assert told(*joined()[:2]) == {}


def test_an_enrolment_stands_and_can_still_meet_its_commitment() -> None:
    assert told(*joined()) == {"enrolled": 1, "commitment_can_still": 1}


def test_five_of_six_days_meet_the_commitment_and_four_do_not() -> None:
    """REC-8."""
    five = [register(day.code, "attended") for day in DAYS[:5]]
    assert told(*joined(), *five)["commitment_met"] == 1
    assert told(*joined(), *five[:4])["commitment_can_still"] == 1


def test_two_days_missed_put_the_commitment_out_of_reach_and_one_does_not() -> None:
    """REC-16."""
    missed = [register(day.code, "missed") for day in DAYS[:2]]
    assert told(*joined(), *missed[:1])["commitment_can_still"] == 1
    assert told(*joined(), *missed)["commitment_can_no_longer"] == 1


def test_a_masterclass_is_contact_but_no_learning_day() -> None:
    figures = told(*joined(), register("talk", "attended"))
    assert (figures["contact_minutes"], figures["commitment_can_still"]) == (60, 1)


def test_a_correction_replaces_what_the_register_said() -> None:
    figures = told(*joined(), register("d1", "attended", minutes=300), register("d1", "missed"))
    assert figures == {"enrolled": 1, "sessions_missed": 1, "commitment_can_still": 1}


def test_a_voided_line_leaves_nothing_and_lets_a_system_speak_again() -> None:
    voided = VoidRegister(organisation="A", session="d1", people=("ann",))
    assert "sessions_missed" not in told(*joined(), register("d1", "missed"), voided)
    assert told(*joined(), report("r", 1), register("d1", "missed"), voided)["contact_minutes"] == 100


def test_a_register_is_believed_before_any_system_whichever_comes_last() -> None:
    """Traps: attendance reported by two systems."""
    said = [register("d1", "attended", minutes=200), report("r", 99, "missed", None)]
    assert told(*joined(), *said) == told(*joined(), *said[::-1])
    assert told(*joined(), *said)["contact_minutes"] == 200


def test_among_systems_the_later_record_is_believed_whichever_arrives_first() -> None:
    said = [report("one", 1, minutes=10), report("two", 2, minutes=20)]
    assert told(*joined(), *said)["contact_minutes"] == told(*joined(), *said[::-1])["contact_minutes"] == 20


def test_a_record_that_is_taken_back_counts_neither_before_nor_after() -> None:
    """Traps: a void before its original."""
    assert "sessions_attended" not in told(*joined(), report("r", 1), void("r"))
    assert "sessions_attended" not in told(*joined(), void("r"), report("r", 1))


@pytest.mark.parametrize(
    "flawed",
    [replace(report("r", 1), flaw=Flaw.TRUNCATED, dead_letter="undecodable"), replace(report("r", 1), person=None)],
)
def test_a_dead_letter_and_a_stranger_count_for_nothing(flawed: Report) -> None:
    assert "sessions_attended" not in told(*joined(), flawed)


def test_who_moves_leaves_the_past_behind_and_takes_the_enrolment_along() -> None:
    """Traps: the same person moving trust."""
    move = Move(organisation="A", person="ann", to="B", on=DAY)
    late = register("d1", "attended", minutes=30, at="B")
    truth = Truth((COHORT,)).hear_all(
        [*joined(), register("d1", "missed"), move, register("d2", "attended", at="B"), late]
    )
    figures = truth.participation()
    assert (figures.get(HERE, "enrolled"), figures.get(THERE, "enrolled")) == (0, 1)
    assert (figures.get(HERE, "contact_minutes"), figures.get(THERE, "contact_minutes")) == (30, 360)
    assert figures.get(HERE, "attended_at_least_once") == figures.get(THERE, "attended_at_least_once") == 1


def test_a_withdrawal_is_counted_where_it_happened_and_attendance_stays() -> None:
    left = Withdraw(organisation="A", person="ann", cohort="c", on=DAY, reason="")
    assert told(*joined(), register("talk", "attended"), left) == {
        "withdrawn": 1,
        "attended_at_least_once": 1,
        "sessions_attended": 1,
        "contact_minutes": 60,
    }
    moved = Move(organisation="A", person="ann", to="B", on=DAY)
    assert told(*joined(), left, moved) == {"withdrawn": 1}
    assert told(*joined(), left, joined()[2])["enrolled"] == 1


def test_an_erased_person_counts_nowhere_whatever_arrives_afterwards() -> None:
    everything = [*joined(), register("d1", "attended"), journal(), Erase(organisation="A", person="ann")]
    assert told(*everything) == told(*everything, report("late", 5)) == {}


def journal() -> WriteJournal:
    return WriteJournal(organisation="A", person="ann", journal="j", cohort="c", on=DAY)


def test_a_journal_counts_until_it_is_retracted() -> None:
    assert told(*joined(), journal())["journals_submitted"] == 1
    back = RetractJournal(organisation="A", person="ann", journal="j")
    assert "journals_submitted" not in told(*joined(), journal(), back)


def start(project: str) -> StartProject:
    return StartProject(
        organisation="A",
        project=project,
        cohort="c",
        lead="ann",
        aims=(),
        kind="other",
        scope="day-role",
        scale="local",
        wres_indicators=(),
        on=DAY,
    )


def projects(*acts: Act) -> dict[str, int]:
    figures = Truth((COHORT,)).hear_all(acts).change_projects()
    return {name: figures.get(PROJECTS_HERE, name) for name in PROJECTS if figures.get(PROJECTS_HERE, name)}


def test_a_project_too_many_waits_and_moves_up_when_a_place_is_freed() -> None:
    """REC-2, with two places instead of sixty."""
    three = [start("a"), start("b"), start("c")]
    assert projects(*three) == {"active": 2, "queued": 1}
    done = CompleteProject(organisation="A", project="a", on=DAY)
    assert projects(*three, done) == {"active": 2, "completed": 1}
    again = ReopenProject(organisation="A", project="a", on=DAY)
    assert projects(*three, done, again) == {"active": 2, "queued": 1}


def test_a_project_that_leaves_the_queue_frees_no_place() -> None:
    left = WithdrawProject(organisation="A", project="c", on=DAY, reason="")
    assert projects(start("a"), start("b"), start("c"), left) == {"active": 2, "withdrawn": 1}


def test_a_milestone_counts_as_reached_net_of_reopened_with_its_days_ahead_or_behind() -> None:
    """REC-17."""
    plan = PlanMilestone(organisation="A", project="a", milestone="m", planned_on=date(2024, 5, 10))
    reach = ReachMilestone(organisation="A", project="a", milestone="m", on=date(2024, 5, 13))
    reopen = ReopenMilestone(organisation="A", project="a", milestone="m", on=date(2024, 5, 20), reason="")
    again = replace(reach, on=date(2024, 5, 8))
    common = {"active": 1, "milestones_planned": 1}
    assert projects(start("a"), plan, reach) == {**common, "milestones_reached": 1, "days_ahead_total": -3}
    assert projects(start("a"), plan, reach, reopen) == common
    assert projects(start("a"), plan, reach, reopen, again)["days_ahead_total"] == 2
