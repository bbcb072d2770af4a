"""The whole catalogue, read from its files and checked as a whole.

Guards that every name one entry uses for another exists, that numbers stated twice agree, and that a catalogue with any
fault at all is refused with every fault named.
"""

import re
from collections.abc import Iterable, Mapping

from services.enrolment.domain.cohort import Cohort
from services.enrolment.domain.entry import Entry
from services.enrolment.domain.organisation import Organisation, Organisations
from services.enrolment.domain.programme import CommitmentRule, ContactHours, Programme, ReservedPlaces
from services.enrolment.domain.source import CatalogueError, Source, source
from shared.events.ids import CohortId, OrganisationId, ProgrammeId


class Catalogue(Entry):
    """Everything that is data: programmes, cohorts and organisations, each by its id."""

    programmes: dict[ProgrammeId, Programme]
    cohorts: dict[CohortId, Cohort]
    organisations: dict[OrganisationId, Organisation]


def read_catalogue(files: Mapping[str, str]) -> Catalogue:
    """Read a catalogue from the texts of its files, by their names relative to its folder.

    `programmes/*.yaml` hold a programme each, `cohorts/*.yaml` a cohort each, `organisations.yaml` the organisations.
    Raises CatalogueError with every fault of every file.
    """
    reading = _Reading({name: source(name, text) for name, text in sorted(files.items())})
    return reading.catalogue()


class _Reading:
    """One reading of all files: collects models and, in their sources, faults."""

    def __init__(self, sources: dict[str, Source]) -> None:
        self.sources = sources
        self.programmes: dict[ProgrammeId, Programme] = {}
        self.cohorts: dict[CohortId, Cohort] = {}
        self.organisations: dict[OrganisationId, Organisation] = {}
        self.sessions: set[str] = set()

    def catalogue(self) -> Catalogue:
        """Return the catalogue, or raise what is wrong with it."""
        for read in self.sources.values():
            if read.file.startswith("programmes/"):
                self._read_programme(read)
        for read in self.sources.values():
            if read.file.startswith("cohorts/"):
                self._read_cohort(read)
        self._read_organisations()
        faults = [fault for read in self.sources.values() for fault in read.faults]
        if faults:
            raise CatalogueError(faults)
        return Catalogue(programmes=self.programmes, cohorts=self.cohorts, organisations=self.organisations)

    def _read_programme(self, read: Source) -> None:
        programme = read.read(Programme)
        if programme is None:
            return
        if programme.programme in self.programmes:
            read.blame(("programme",), f"programme {programme.programme} is in another file already")
        self.programmes[programme.programme] = programme
        _unique(read, "phases", (phase.phase for phase in programme.phases))
        _unique(read, "modules", (module.module for module in programme.modules))
        _unique(read, "groups", (group.group for group in programme.groups))
        _unique(read, "rules", (rule.rule for rule in programme.rules))
        groups = {group.group for group in programme.groups}
        for position, rule in enumerate(programme.rules):
            if isinstance(rule, ReservedPlaces) and rule.group not in groups:
                read.blame(("rules", position, "group"), f"the programme has no group {rule.group}")

    def _read_cohort(self, read: Source) -> None:
        cohort = read.read(Cohort)
        if cohort is None:
            return
        if cohort.cohort in self.cohorts:
            read.blame(("cohort",), f"cohort {cohort.cohort} is in another file already")
        self.cohorts[cohort.cohort] = cohort
        programme = self.programmes.get(cohort.programme)
        if programme is None:
            read.blame(("programme",), f"there is no programme {cohort.programme}, or its file has faults")
            return
        self._check_sessions(read, cohort, programme)
        _check_rules(read, cohort, programme)

    def _check_sessions(self, read: Source, cohort: Cohort, programme: Programme) -> None:
        modules = {module.module for module in programme.modules}
        for position, session in enumerate(cohort.sessions):
            if session.module not in modules:
                read.blame(("sessions", position, "module"), f"the programme has no module {session.module}")
            if session.session in self.sessions:
                read.blame(("sessions", position, "session"), f"there is a session {session.session} already")
            self.sessions.add(session.session)
        for position, dates in enumerate(cohort.modules):
            if dates.module not in modules:
                read.blame(("modules", position, "module"), f"the programme has no module {dates.module}")
        _unique(read, "journals", (period.journal for period in cohort.journals))

    def _read_organisations(self) -> None:
        read = self.sources.get("organisations.yaml") or source("organisations.yaml", "")
        self.sources["organisations.yaml"] = read
        listed = read.read(Organisations) if read.values is not None else None
        if listed is None:
            return
        _unique(read, "organisations", (entry.organisation for entry in listed.organisations))
        self.organisations = {entry.organisation: entry for entry in listed.organisations}
        for position, organisation in enumerate(listed.organisations):
            self._check_codes(read, position, organisation, listed)
            self._check_successors(read, position, organisation)

    def _check_codes(self, read: Source, position: int, organisation: Organisation, listed: Organisations) -> None:
        systems = {entry.system: entry.pattern for entry in listed.code_systems}
        for number, code in enumerate(organisation.codes):
            path = ("organisations", position, "codes", number)
            if code.system not in systems:
                read.blame((*path, "system"), f"there is no code system {code.system}")
            elif not re.fullmatch(systems[code.system], code.code):
                read.blame((*path, "code"), f"{code.code} is not a code of the system {code.system}")

    def _check_successors(self, read: Source, position: int, organisation: Organisation) -> None:
        if organisation.successors and organisation.closed_on is None:
            read.blame(("organisations", position, "successors"), "only a closed organisation has successors")
        for successor in organisation.successors:
            if successor not in self.organisations or successor == organisation.organisation:
                read.blame(("organisations", position, "successors"), f"{successor} cannot be a successor")


def _check_rules(read: Source, cohort: Cohort, programme: Programme) -> None:
    """Compare what a programme's rules say of its sessions with the sessions a cohort has."""
    for rule in programme.rules:
        if isinstance(rule, CommitmentRule):
            held = sum(session.kind == rule.kind for session in cohort.sessions)
            if held != rule.of:
                read.blame(
                    ("sessions",), f"{rule.requirement}: {rule.of} of kind {rule.kind} are promised, {held} held"
                )
        if isinstance(rule, ContactHours):
            minutes = sum(session.minutes for session in cohort.sessions if not session.after_completion)
            if abs(minutes - rule.about * 60) > rule.tolerance * 60:
                read.blame(("sessions",), f"{rule.requirement}: {minutes} minutes are not about {rule.about} hours")


def _unique(read: Source, field: str, names: Iterable[str]) -> None:
    """Note every name that a list has twice."""
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            read.blame((field, position), f"{name} is there already")
        seen.add(name)
