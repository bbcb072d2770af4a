"""Registrations, applications, enrolments, withdrawals, moves and erasures, from everybody's timeline. Pure.

Guards that all of a person's acts are one chain: nobody enrols before they have applied.
"""

from collections.abc import Iterable, Iterator

from deploy.local.region.acts import Act, Apply, Enrol, Erase, Move, RegisterPerson, Withdraw
from deploy.local.region.people import Person, Stay
from deploy.local.region.script import Scheduled, Stage
from deploy.local.region.size import Size

REASONS = ("A new post elsewhere.", "The rota does not allow it.", "Caring for a relative.", "Prefers not to say.")


def admissions(people: Iterable[Person], size: Size) -> Iterator[Scheduled]:
    """Yield what enrolment is told of everybody, in the order of each person's life."""
    chance = size.chance("admissions")
    for person in people:
        first = min(stay.applied_on for stay in person.stays)
        often = chance.random() < 0.03  # noqa: PLR2004 -- three in a hundred answers get lost on the way
        register = RegisterPerson(organisation=person.organisation, chain=person.key, person=person.key, repeated=often)
        yield Scheduled(first, Stage.PEOPLE, register)
        for stay in person.stays:
            yield from _stay(person, stay, chance.choice(REASONS), repeated=chance.random() < 0.03)  # noqa: PLR2004
        if person.moved_on is not None and person.moved_to is not None:
            move = Move(
                organisation=person.organisation,
                chain=person.key,
                person=person.key,
                to=person.moved_to,
                on=person.moved_on,
            )
            yield Scheduled(person.moved_on, Stage.PEOPLE, move)
        if person.erased_on is not None:
            at = person.belongs_to(person.erased_on)
            erase = Erase(organisation=at, chain=person.key, person=person.key, repeated=True)
            yield Scheduled(person.erased_on, Stage.ERASURES, erase)


def _stay(person: Person, stay: Stay, reason: str, *, repeated: bool) -> Iterator[Scheduled]:
    at, key = person.belongs_to(stay.applied_on), person.key

    def people(act: Act) -> Scheduled:
        on = getattr(act, "on", stay.applied_on)
        return Scheduled(on, Stage.PEOPLE, act)

    yield people(
        Apply(organisation=at, chain=key, person=key, cohort=stay.cohort, group=stay.group, on=stay.applied_on)
    )
    if stay.enrolled_on is not None:
        yield people(
            Enrol(
                organisation=at,
                chain=key,
                person=key,
                cohort=stay.cohort,
                on=stay.enrolled_on,
                repeated=repeated,
            )
        )
    if stay.withdrawn_on is not None:
        at = person.belongs_to(stay.withdrawn_on)
        yield people(
            Withdraw(
                organisation=at,
                chain=key,
                person=key,
                cohort=stay.cohort,
                on=stay.withdrawn_on,
                reason=reason,
            )
        )
    if stay.again_on is not None:
        at = person.belongs_to(stay.again_on)
        yield people(Enrol(organisation=at, chain=key, person=key, cohort=stay.cohort, on=stay.again_on))
