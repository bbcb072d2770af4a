"""Who attended what, as registers and systems together say. Pure.

Guards the rules of joined reports: a register is believed before any system; among systems the later record, then
the higher id; a record that is taken back never counts, whichever of the two comes first; and an attendance belongs
for ever to the organisation and group where the person was when it was first recorded.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from deploy.local.region.acts import Act, Entry, Status, TakeRegister, VoidRegister
from deploy.local.region.records import Report, VoidReport


class Said(NamedTuple):
    """What one source says of a person and a session; a register's tick is above every system's."""

    tick: float
    record: str
    status: Status
    minutes: int | None


REGISTER = float("inf")
RecordId = tuple[str, str, str]
"""Organisation, source and id of a record; unique in the region."""


@dataclass
class Sitting:
    """Everything said of one person at one session, and where the person was when it was first said."""

    organisation: str
    group: str
    register: Said | None = None
    records: dict[RecordId, Said] = field(default_factory=dict)


class Attendance:
    """Sittings by person and session, and the records that were taken back."""

    def __init__(self) -> None:
        self.sittings: dict[tuple[str, str], Sitting] = {}
        self.taken_back: set[RecordId] = set()

    def hear(self, act: Act, groups: dict[str, str]) -> None:
        """Take in what engagement was told. `groups`: the group of each person in the cohort of the session."""
        match act:
            case TakeRegister():
                for entry in act.entries:
                    self._sitting(act, entry.person, act.session, groups).register = _line(entry)
            case VoidRegister():
                for person in act.people:
                    self.sittings[person, act.session].register = None
            case Report(person=str(person), dead_letter=None):
                said = Said(act.tick, act.record, act.status, act.minutes)
                self._sitting(act, person, act.session, groups).records[_id(act)] = said
            case VoidReport(dead_letter=None):
                self.taken_back.add((act.organisation, act.source, act.voids))
            case _:
                pass

    def standing(self, sitting: Sitting) -> Said | None:
        """Return what is believed of a sitting; None when everything said was taken back."""
        said = [one for key, one in sitting.records.items() if key not in self.taken_back]
        if sitting.register is not None:
            said.append(sitting.register)
        return max(said, key=lambda one: (one.tick, one.record), default=None)

    def _sitting(self, act: Act, person: str, session: str, groups: dict[str, str]) -> Sitting:
        return self.sittings.setdefault((person, session), Sitting(act.organisation, groups[person]))


def _line(entry: Entry) -> Said:
    return Said(REGISTER, "", entry.status, entry.minutes)


def _id(act: Report) -> RecordId:
    return (act.organisation, act.source, act.record)
