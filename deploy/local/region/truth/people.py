"""Who is enrolled where, as commands leave it. Pure.

Guards two rules: an enrolment is counted where the person belongs now, a withdrawal where the person belonged when
they withdrew.
"""

from dataclasses import dataclass, field

from deploy.local.region.acts import Act, Apply, Enrol, Erase, Move, RegisterPerson, Withdraw


@dataclass
class Enrolment:
    """A person's standing in a cohort; `withdrawn_at` is the organisation they withdrew from, None while it stands."""

    group: str
    withdrawn_at: str | None = None


@dataclass
class PersonNow:
    """What is known of a person; `applied` are the groups applied for, by cohort."""

    organisation: str
    applied: dict[str, str] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)


class People:
    """Everybody who has not been erased."""

    def __init__(self) -> None:
        self.known: dict[str, PersonNow] = {}
        self.erased: set[str] = set()

    def hear(self, act: Act) -> None:
        """Take in what enrolment was told."""
        match act:
            case RegisterPerson():
                self.known[act.person] = PersonNow(act.organisation)
            case Apply():
                self.known[act.person].applied[act.cohort] = act.group
            case Enrol():
                person = self.known[act.person]
                person.enrolments[act.cohort] = Enrolment(person.applied[act.cohort])
            case Withdraw():
                person = self.known[act.person]
                person.enrolments[act.cohort].withdrawn_at = person.organisation
            case Move():
                self.known[act.person].organisation = act.to
            case Erase():
                del self.known[act.person]
                self.erased.add(act.person)
            case _:
                pass

    def roster(self, cohort: str, organisation: str) -> set[str]:
        """Return whose enrolment in the cohort stands, of those who belong to the organisation now."""
        return {
            key
            for key, person in self.known.items()
            if person.organisation == organisation
            and cohort in person.enrolments
            and person.enrolments[cohort].withdrawn_at is None
        }
