"""The simulated region: decided by its seed, and containing everything that is promised of it."""

from collections import Counter
from dataclasses import fields

import pytest

from deploy.local.region import acts
from deploy.local.region.acts import Act, Erase, Move, TakeRegister
from deploy.local.region.catalogue import Catalogue, read_catalogue
from deploy.local.region.records import Flaw, Published, Report, VoidReport
from deploy.local.region.script import Stage
from deploy.local.region.size import Size
from deploy.local.region.strays import POISON
from deploy.local.region.truth import Truth
from deploy.local.region.world import TooSmallError, World, build_world

CATALOGUE = read_catalogue()
SIZES = (Size(), Size(people=60, organisations=4, seed=3), Size(people=150, organisations=9, seed=7))
ACTS = [kind for kind in vars(acts).values() if isinstance(kind, type) and issubclass(kind, Act) and kind is not Act]


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size.people} people, seed {size.seed}")
def world(request: pytest.FixtureRequest) -> World:
    return build_world(CATALOGUE, request.param)


def test_the_same_seed_gives_the_same_region_to_the_last_record(world: World) -> None:
    assert build_world(CATALOGUE, world.size) == world


def test_another_seed_gives_another_region() -> None:
    one, other = (build_world(CATALOGUE, Size(people=60, organisations=4, seed=seed)) for seed in (1, 2))
    assert list(one.acts()) != list(other.acts())


def test_everything_that_can_happen_happens(world: World) -> None:
    happened = Counter(type(act) for act in world.acts())
    assert [kind.__name__ for kind in (*ACTS, Report, VoidReport) if not happened[kind]] == []


def test_every_flaw_a_record_can_have_occurs(world: World) -> None:
    records = [act for act in world.acts() if isinstance(act, Published)]
    assert {record.flaw for record in records} == set(Flaw)
    assert any(record.copies > 1 for record in records)


def test_absences_are_sent_by_systems_of_both_dialects() -> None:
    world = build_world(CATALOGUE, Size())
    absences = {act.dialect for act in world.acts() if isinstance(act, Report) and act.status == "missed"}
    assert absences == {"cloudevents", "xapi"}


def test_some_voids_are_published_before_the_record_they_take_back(world: World) -> None:
    first_seen: dict[tuple[str, str], bool] = {}
    for act in world.acts():
        if isinstance(act, Report):
            first_seen.setdefault((act.source, act.record), True)
        if isinstance(act, VoidReport):
            first_seen.setdefault((act.source, act.voids), False)
    assert Counter(first_seen.values())[False] >= 1


def test_unmatched_records_are_for_the_coordinator_to_resolve_or_to_dismiss(world: World) -> None:
    unmatched = [act for act in world.acts() if isinstance(act, Report) and act.unmatched]
    assert {act.person is None for act in unmatched} == {True, False}


def test_whoever_moves_has_attendance_at_both_organisations() -> None:
    """Traps: the same person moving trust."""
    world = build_world(CATALOGUE, Size())
    truth = Truth(world.cohorts).hear_all(world.acts())
    moved = {act.person for act in world.acts() if isinstance(act, Move)} - truth.people.erased
    for person in moved:
        at = {sitting.organisation for key, sitting in truth.attendance.sittings.items() if key[0] == person}
        assert len(at) == 2, person


def test_nothing_is_written_of_anybody_after_they_were_erased(world: World) -> None:
    gone: set[str] = set()
    for month in world.months:
        people = {
            getattr(act, "person", None) for stage, acts in month.stages if stage < Stage.ERASURES for act in acts
        }
        lines = {entry.person for act in month.acts() if isinstance(act, TakeRegister) for entry in act.entries}
        assert not gone & (people | lines)
        gone |= {act.person for act in month.acts() if isinstance(act, Erase)}
    assert gone


def test_a_key_used_for_poison_is_used_by_nothing_after_it(world: World) -> None:
    """Later records of a parked key are parked behind it, so they would not count."""
    spoilt: set[tuple[str, str]] = set()
    for act in (act for act in world.acts() if isinstance(act, Published)):
        assert (act.organisation, act.key) not in spoilt or act.flaw is Flaw.BEHIND
        if act.dead_letter is not None:
            spoilt.add((act.organisation, act.key))
    assert len(spoilt) >= len(POISON)


def test_more_projects_than_places_are_opened_at_the_default_size() -> None:
    """REC-2: the 61st is queued."""
    world = build_world(CATALOGUE, Size())
    truth, longest = Truth(world.cohorts), 0
    for act in world.acts():
        truth.hear(act)
        assert len(truth.projects.places.active) <= 60
        longest = max(longest, len(truth.projects.places.waiting))
    assert longest > 0


def test_openings_that_may_happen_at_once_all_have_a_place(world: World) -> None:
    truth = Truth(world.cohorts)
    for month in world.months:
        for stage, acts_of_stage in month.stages:
            truth.hear_all(acts_of_stage)
            if stage is Stage.OPENINGS:
                assert not truth.projects.places.waiting


def test_ids_of_records_are_used_once_unless_they_are_meant_to_conflict(world: World) -> None:
    records = [act for act in world.acts() if isinstance(act, Published) and act.flaw is not Flaw.OTHER_BODY]
    ids = Counter((act.organisation, act.source, act.record) for act in records)
    assert max(ids.values()) == 1


def test_the_default_region_is_as_large_as_is_promised() -> None:
    world = build_world(CATALOGUE, Size())
    assert (len(world.people), len(world.organisations), len(world.cohorts)) == (400, 12, 2)
    assert len({organisation.kind for organisation in world.organisations}) >= 5
    assert len(world.months) >= 9


def test_a_region_that_is_too_small_or_larger_than_the_catalogue_is_refused() -> None:
    for size in (Size(people=10), Size(organisations=2), Size(organisations=99)):
        with pytest.raises(TooSmallError, match="at least 60 people"):
            build_world(CATALOGUE, size)


def test_the_catalogue_is_read_as_it_is_written() -> None:
    """REC-8: 75% of six learning days is five; REC-2: sixty places; closed organisations take no part."""
    catalogue: Catalogue = CATALOGUE
    recap = catalogue.cohort("recap")
    assert recap.commitment is not None
    assert (recap.commitment.of, recap.commitment.required, recap.places) == (6, 5, 60)
    assert "RW3" not in {organisation.code for organisation in catalogue.organisations}
    assert sum(session.minutes for session in recap.sessions) == 6 * 360


def test_every_act_is_plain_data_that_can_be_compared() -> None:
    assert all(fields(kind) for kind in (*ACTS, Report, VoidReport))
