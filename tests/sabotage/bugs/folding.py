"""Sabotages of folding: the projector's checkpoints, fence, figures, positions and rebuilds.

Guards P3, P4, P5 and P8 by breaking them.
"""

from tests.sabotage.sabotage import Sabotage

REBUILDS = "tests/integration/kernel/test_two_rebuilds.py"
PROJECTOR = "tests/integration/kernel/test_projector.py"
SHARING_OUT = "tests/integration/kernel/test_sharing_out.py"
STORAGE = "tests/integration/kernel/test_checkpoints.py"
PARTITION = "tests/unit/shared/projector/test_partition.py"
PLACES = "tests/unit/shared/projector/test_places.py"
PARTICIPATION = "tests/unit/evaluation/test_participation.py"

SABOTAGES = (
    Sabotage(
        name="position-saved-apart-from-state",
        promise="P4",
        breaks="positions are written outside the transaction of pages and cells, and a crash between loses records",
        file="shared/projector/storage.py",
        old=".bulk_write(fences, session=session)",
        new=".bulk_write(fences)",
        red=(f"{STORAGE}::test_a_checkpoint_that_fails_half_way_has_written_nothing",),
    ),
    Sabotage(
        name="fence-removed",
        promise="P4",
        breaks="a worker that was frozen writes over the one that took its partition",
        file="shared/projector/storage.py",
        old='        expected: dict[str, Any] = {"_id": partition.number, "epoch": partition.epoch}',
        new='        expected: dict[str, Any] = {"_id": partition.number}',
        red=(f"{PROJECTOR}::test_a_zombies_checkpoint_writes_nothing[embedded]",),
    ),
    Sabotage(
        name="checkpoint-without-revision",
        promise="P4",
        breaks="a checkpoint that comes late overwrites a newer one of the same worker",
        file="shared/projector/storage.py",
        old='        expected["revision"] = partition.revision or {"$exists": False}\n',
        new="",
        red=(f"{STORAGE}::test_a_checkpoint_on_top_of_an_older_state_than_the_stored_one_writes_nothing",),
    ),
    Sabotage(
        name="contribution-added-twice",
        promise="P4",
        breaks="a correction adds what is true now and leaves in what was true before",
        file="shared/projector/partition.py",
        old="""\
            if before is not None:
                self._add(before, -1)
""",
        new="",
        red=(
            f"{PARTITION}::test_a_correction_takes_the_old_contribution_out_and_leaves_no_empty_cell_behind",
            f"{PROJECTOR}::test_a_projector_that_was_stopped_goes_on_where_it_was[embedded]",
        ),
    ),
    Sabotage(
        name="last-to-arrive-wins",
        promise="P3",
        breaks="of two facts about one thing the later one to arrive counts, not the later version",
        file="services/evaluation/projections/joining.py",
        old="    if latest is not None and statement.fact <= latest:",
        new="    if latest is not None and statement.fact == latest:",
        red=(f"{PARTICIPATION}::test_a_correction_replaces_and_a_void_removes_whichever_came_first",),
    ),
    Sabotage(
        name="skipped-records-not-counted",
        promise="P5",
        breaks="what concerns a projection in no way is missing from its accounts",
        file="shared/projector/partition.py",
        old="            counts.skipped += 1\n",
        new="",
        red=(f"{PARTITION}::test_every_record_is_exactly_one_of_applied_duplicate_skipped_and_parked",),
    ),
    Sabotage(
        name="cut-log-passed-over",
        promise="P5",
        breaks="a projection goes on behind records that the log lost before it had read them",
        file="shared/projector/places.py",
        old="""\
    if first > stored:
        raise LogTroubleError(f"{topic}/{partition.number} begins at {first}, the next record was {stored}")
    return stored
""",
        new="""\
    return max(first, stored)
""",
        red=(f"{PLACES}::test_a_log_that_was_cut_beyond_the_position_ends_the_reading",),
    ),
    Sabotage(
        name="unknown-offset-means-the-end",
        promise="P5",
        breaks="a projection whose position is not known goes on at the end of the log",
        file="shared/projector/stream.py",
        old='        auto_offset_reset="none",',
        new='        auto_offset_reset="latest",',
        red=(f"{PROJECTOR}::test_a_partition_whose_position_was_not_set_hands_out_nothing[embedded]",),
    ),
    Sabotage(
        name="undecodable-records-dropped",
        promise="P7",
        breaks="a projection counts what it cannot read as parked and keeps it nowhere",
        file="shared/projector/worker.py",
        old="                await keep(self._parking, moved, self._projection.name)\n",
        new="",
        red=(f"{PROJECTOR}::test_what_cannot_be_decoded_is_parked_with_its_bytes_and_counted[embedded]",),
    ),
    Sabotage(
        name="rebuild-flips-early",
        promise="P8",
        breaks="readers go over to a generation that has neither caught up nor been compared",
        file="shared/projector/rebuild.py",
        old="            different = await builder.build_all(places)\n",
        new="            different: list[int] = []\n",
        red=(
            f"{PROJECTOR}::test_a_live_projection_that_is_wrong_is_found_and_not_replaced_unasked[embedded]",
            f"{PROJECTOR}::test_what_is_said_while_a_rebuild_folds_is_there_when_readers_go_over[embedded]",
        ),
    ),
    Sabotage(
        name="overtaken-rebuild-becomes-live",
        promise="P8",
        breaks="of two rebuilds at once the first makes live what the second has removed, and figures are empty",
        file="shared/projector/generations.py",
        old='            {"_id": name, "live": live.generation, "building": new.generation},',
        new='            {"_id": name, "live": live.generation},',
        red=(f"{REBUILDS}::test_a_rebuild_never_makes_live_what_a_later_one_has_removed[embedded]",),
    ),
    Sabotage(
        name="partitions-taken-while-shared-out",
        promise="P4",
        breaks="a zombie fences whoever has its partitions by now, and what it is given back is never handed out again",
        file="shared/projector/worker.py",
        old="        self._shared_out = False\n",
        new="",
        red=(
            f"{SHARING_OUT}::test_nothing_is_taken_while_the_group_shares_out",
            f"{SHARING_OUT}::test_what_comes_back_is_handed_out_again",
        ),
    ),
    Sabotage(
        name="figures-read-at-two-moments",
        promise="P4",
        breaks="an answer holds records that its positions deny, and whoever moves meanwhile twice",
        file="shared/projector/views.py",
        old="find(criteria, session=session)",
        new="find(criteria)",
        red=("tests/integration/kernel/test_views.py::test_an_answer_holds_exactly_the_records_before_its_positions",),
    ),
)
