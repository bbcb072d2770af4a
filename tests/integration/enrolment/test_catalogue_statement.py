import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.enrolment.app import Enrolment, build, catalogue_files
from services.enrolment.domain.catalogue import read_catalogue
from services.enrolment.settings import Settings
from shared.events.enrolment import CohortScheduled
from shared.mongo import Database
from tests.integration.enrolment.conftest import FOLDER, said


async def test_several_starters_at_once_state_each_cohort_once(settings: Settings) -> None:
    """P1: the catalogue is stated through the store door like everything else."""
    catalogue = read_catalogue(catalogue_files(FOLDER))
    starters = [Enrolment(settings, catalogue) for _ in range(3)]
    database = starters[0].keeping.database
    try:
        await asyncio.gather(*(starter.prepare() for starter in starters))
        await starters[0].prepare()
        for cohort in ("mcr-2023", "recap-2024"):
            ((topic, kind, event),) = await said(database, cohort)
            assert (topic, kind) == ("enrolment.events", "enrolment.cohort.scheduled.v1")
            assert event is not None
            assert event.data.version == 1
    finally:
        await database.drop()
        for starter in starters:
            await starter.keeping.database.close()


async def test_a_changed_file_is_stated_at_the_next_start_and_only_the_cohort_it_changed(
    parts: Enrolment, database: Database
) -> None:
    files = catalogue_files(FOLDER)
    name = "cohorts/recap-2024.yaml"
    files[name] = files[name].replace("2024-06-12 16:00", "2024-06-12 16:30")
    changed = replace(parts, catalogue=read_catalogue(files))
    await changed.prepare()
    await changed.keeping.database.close()

    assert len(await said(database, "mcr-2023")) == 1
    stated = [event.data for _, _, event in await said(database, "recap-2024") if event]
    assert [fact.version for fact in stated] == [1, 2]
    assert isinstance(stated[1], CohortScheduled)
    assert stated[1].sessions[-1].minutes == 390


def test_a_catalogue_with_a_fault_ends_the_start_with_file_line_and_field(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in catalogue_files(FOLDER).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.replace("kind: launch", "kind: party"), "utf-8")
    with pytest.raises(SystemExit) as ended:
        build(settings.model_copy(update={"catalogue": tmp_path}))
    assert ended.value.code == 2
    assert "cohorts/mcr-2023.yaml:32: sessions.0.kind: Input should be" in capsys.readouterr().err
