"""The rules of enrolment, one pure function each, and what each of them needs to know of the catalogue.

Guards that a decision is given only what the rules let through: a cohort that exists, a group that is invited, an
organisation that is open. The numbers are the catalogue's; REC-8's 5 of 6 is computed here and written nowhere.
"""

from datetime import date, datetime

from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.domain.cohort import LOCAL, Cohort
from services.enrolment.domain.organisation import Organisation
from services.enrolment.domain.programme import CommitmentRule, Programme, ProjectPlaces
from services.enrolment.domain.refusals import (
    ClosedOrganisationError,
    GroupNotInvitedError,
    UnknownCohortError,
    UnknownOrganisationError,
)
from shared.events.enrolment import Commitment
from shared.events.ids import CohortId, GroupId, OrganisationId


def required_sessions(of: int, percent: int) -> int:
    """Return how many of `of` sessions make `percent` per cent: 75% of 6 is 4.5, so 5 pass and 4 do not (REC-8)."""
    return -(-of * percent // 100)


def commitment(programme: Programme) -> Commitment | None:
    """Return what a participant of the programme promises, if it asks for a promise (REC-8)."""
    for rule in programme.rules:
        if isinstance(rule, CommitmentRule):
            return Commitment(kind=rule.kind, of=rule.of, required=required_sessions(rule.of, rule.percent))
    return None


def project_places(programme: Programme) -> int | None:
    """Return how many change projects may be active at a time, if the programme has change projects (REC-2)."""
    return next((rule.places for rule in programme.rules if isinstance(rule, ProjectPlaces)), None)


def is_invited(group: GroupId, programme: Programme) -> bool:
    """Whether a group is invited to a programme (MCR-14 to MCR-17)."""
    return any(invited.group == group for invited in programme.groups)


def is_open(organisation: Organisation, day: date) -> bool:
    """Whether an organisation's code is in use on a day; a closed code is never used again."""
    return organisation.closed_on is None or day < organisation.closed_on


def known_cohort(catalogue: Catalogue, cohort: CohortId) -> tuple[Cohort, Programme]:
    """Return a cohort and its programme; raises UnknownCohortError."""
    found = catalogue.cohorts.get(cohort)
    if found is None:
        raise UnknownCohortError(cohort=cohort)
    return found, catalogue.programmes[found.programme]


def invited_programme(catalogue: Catalogue, cohort: CohortId, group: GroupId) -> Programme:
    """Return the programme of a cohort to which a group is invited; raises a refusal otherwise."""
    _, programme = known_cohort(catalogue, cohort)
    if not is_invited(group, programme):
        raise GroupNotInvitedError(group=group, programme=programme.programme)
    return programme


def open_organisation(catalogue: Catalogue, organisation: OrganisationId, now: datetime) -> Organisation:
    """Return an organisation that people can belong to; a closed one is refused with its open successors named."""
    found = catalogue.organisations.get(organisation)
    if found is None:
        raise UnknownOrganisationError(organisation=organisation)
    today = now.astimezone(LOCAL).date()
    if not is_open(found, today):
        heirs = " or ".join(open_successors(catalogue, found, today)) or "not known"
        raise ClosedOrganisationError(organisation=organisation, closed_on=found.closed_on, successor=heirs)
    return found


def open_successors(catalogue: Catalogue, organisation: Organisation, day: date) -> tuple[OrganisationId, ...]:
    """Return who came after a closed organisation, through any that closed in turn, in the order written."""
    heirs: dict[OrganisationId, None] = {}
    seen = {organisation.organisation}
    waiting = list(organisation.successors)
    while waiting:
        heir = catalogue.organisations[waiting.pop(0)]
        if heir.organisation in seen:
            continue
        seen.add(heir.organisation)
        if is_open(heir, day):
            heirs[heir.organisation] = None
        else:
            waiting = [*heir.successors, *waiting]
    return tuple(heirs)
