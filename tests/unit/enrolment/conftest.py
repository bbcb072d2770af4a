from pathlib import Path

import pytest

import services.enrolment
from services.enrolment.domain.catalogue import Catalogue, read_catalogue

FOLDER = Path(services.enrolment.__file__).parent / "catalogue"


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    """The files of the catalogue as it is shipped, by their names."""
    return {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in FOLDER.rglob("*.yaml")}


@pytest.fixture(scope="session")
def catalogue(files: dict[str, str]) -> Catalogue:
    return read_catalogue(files)
