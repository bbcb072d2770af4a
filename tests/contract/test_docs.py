"""What the documents say can be followed: links lead somewhere, commands exist, examples are accepted."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from services.engagement.domain.dialects import decode
from services.enrolment.app import catalogue_files
from services.enrolment.domain.catalogue import read_catalogue
from shared.events.ids import CohortId, OrganisationId, ProgrammeId
from shared.settings import PREFIX, ServiceSettings, variable

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ADDRESS = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
HOW_TO = ROOT / "docs" / "how-to"


def by_path(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors a code host makes of a page's headings."""
    headings = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def examples(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def leads_somewhere(page: Path, address: str) -> bool:
    path, _, anchor = address.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or anchor in anchors(target)


def broken(page: Path) -> list[str]:
    addresses = ADDRESS.findall(FENCE.sub("", page.read_text("utf-8")))
    return [address for address in addresses if "://" not in address and not leads_somewhere(page, address)]


@pytest.mark.parametrize("page", PAGES, ids=by_path)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("page", PAGES, ids=by_path)
def test_every_command_that_is_printed_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)(?:[A-Z_]+=\w+ )?make ([a-z]+)", text, re.MULTILINE)) <= targets
    modules = set(re.findall(r"python -m ([a-z_.]+[a-z_])", text))
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []


def test_every_decision_is_in_the_index_and_says_when_it_is_looked_at_again() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    index = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    assert [page.name for page in decisions if f"({page.name})" not in index] == []
    assert [page.name for page in decisions if "**We revisit this when**" not in page.read_text("utf-8")] == []


def test_every_setting_is_in_the_table_of_settings() -> None:
    table = (ROOT / "docs" / "operations.md").read_text("utf-8")
    known = {variable(name) for name in ServiceSettings.model_fields}
    told = set(re.findall(rf"`({PREFIX}[A-Z_]+)`", table))
    assert known <= told
    assert told - known == {"GROUNDSWELL_CATALOGUE"}


def test_the_records_shown_to_publishers_are_read_as_they_say() -> None:
    records = [example.encode() for example in examples(HOW_TO / "publish-attendance.md", "json")]
    recorded, voided, attended, taken_back = (decode(record, OrganisationId("R0A")) for record in records)
    assert (recorded.source, voided.source) == ("badges/main-hall", "badges/main-hall")
    assert {json.loads(records[1])["data"]["record"]} == {recorded.id}
    assert json.loads(records[3])["object"]["id"] == attended.id
    assert taken_back.source == attended.source == "xapi"


def test_the_programme_shown_to_coordinators_is_a_programme() -> None:
    programme, cohort, organisation = examples(HOW_TO / "add-a-programme.md", "yaml")
    files = catalogue_files(ROOT / "services" / "enrolment" / "catalogue")
    files |= {"programmes/shown.yaml": programme, "cohorts/shown.yaml": cohort}
    files["organisations.yaml"] += organisation
    catalogue = read_catalogue(files)
    assert ProgrammeId("mentoring") in catalogue.programmes
    assert CohortId("mentoring-2025") in catalogue.cohorts
    assert OrganisationId("RXX") in catalogue.organisations
