"""The programmes and organisations of the region, read from the catalogue as data.

Guards that the region is played with the sessions, groups and rules that the platform itself was given, and that
nothing but plain YAML is shared with the service that owns the catalogue.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[3] / "services" / "enrolment" / "catalogue"


@dataclass(frozen=True)
class Organisation:
    """A partner of the region; `code` is its tenancy."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Session:
    """One meeting of a cohort; `minutes` is how long it lasts."""

    code: str
    kind: str
    format: str
    held_on: date
    minutes: int


@dataclass(frozen=True)
class Commitment:
    """Of the `of` sessions of a kind, `required` must be attended (REC-8)."""

    kind: str
    of: int
    required: int


@dataclass(frozen=True)
class ProjectWords:
    """The words in which a change project describes itself (REC-1, REC-10 to REC-12)."""

    aims: tuple[str, ...]
    kinds: tuple[str, ...]
    scopes: tuple[str, ...]
    scales: tuple[str, ...]


@dataclass(frozen=True)
class Cohort:
    """A cohort as it is run; `sessions` in the order in which they are held."""

    code: str
    programme: str
    title: str
    groups: tuple[str, ...]
    sessions: tuple[Session, ...]
    commitment: Commitment | None
    places: int | None
    """Places for change projects in the whole programme; None when the programme has no projects."""
    words: ProjectWords = ProjectWords((), (), (), ())


@dataclass(frozen=True)
class Catalogue:
    """Everything the region is built on."""

    organisations: tuple[Organisation, ...]
    cohorts: tuple[Cohort, ...]

    def cohort(self, programme: str) -> Cohort:
        """Return the cohort of a programme that is played."""
        return next(cohort for cohort in self.cohorts if cohort.programme == programme)


def read_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read organisations that are open, and every cohort with its programme's groups and rules."""
    programmes = {item["programme"]: item for item in _documents(folder / "programmes")}
    listed = _document(folder / "organisations.yaml")["organisations"]
    return Catalogue(
        organisations=tuple(
            Organisation(str(item["organisation"]), item["name"], item["kind"])
            for item in listed
            if "closed_on" not in item
        ),
        cohorts=tuple(_cohort(item, programmes[item["programme"]]) for item in _documents(folder / "cohorts")),
    )


def _cohort(item: Mapping[str, Any], programme: Mapping[str, Any]) -> Cohort:
    rules = {rule["rule"]: rule for rule in programme.get("rules", ())}
    return Cohort(
        code=item["cohort"],
        programme=programme["programme"],
        title=programme["title"],
        groups=tuple(group["group"] for group in programme["groups"]),
        sessions=tuple(sorted(map(_session, item["sessions"]), key=lambda session: session.held_on)),
        commitment=_commitment(rules["commitment"]) if "commitment" in rules else None,
        places=rules["project_places"]["places"] if "project_places" in rules else None,
        words=_words(programme.get("change_projects", {})),
    )


def _words(listed: Mapping[str, Any]) -> ProjectWords:
    lists = {name: tuple(word["id"] for word in listed.get(name, ())) for name in ("aims", "kinds", "scopes", "scales")}
    return ProjectWords(**lists)


def _session(item: Mapping[str, Any]) -> Session:
    starts, ends = _moment(item["starts_at"]), _moment(item["ends_at"])
    return Session(
        code=item["session"],
        kind=item["kind"],
        format=item["format"],
        held_on=starts.date(),
        minutes=int((ends - starts).total_seconds()) // 60,
    )


def _commitment(rule: Mapping[str, Any]) -> Commitment:
    of, percent = int(rule["of"]), int(rule["percent"])
    return Commitment(kind=rule["kind"], of=of, required=-(-of * percent // 100))


def _moment(written: str | datetime) -> datetime:
    return written if isinstance(written, datetime) else datetime.strptime(written, "%Y-%m-%d %H:%M")  # noqa: DTZ007 -- local wall-clock, only differences matter


def _documents(folder: Path) -> Sequence[dict[str, Any]]:
    return [_document(path) for path in sorted(folder.glob("*.yaml"))]


def _document(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read
