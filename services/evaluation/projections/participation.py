"""Participation: of whom is anything known, what did they do where, and do they keep their commitment?

Guards what each figure means. A standing enrolment and its commitment count where the person is now; a withdrawal,
attendance, contact minutes and journals where the person was then; an erased person counts nowhere.
"""

from collections.abc import Mapping

from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import force_setattr

from services.evaluation.domain import ERASED, STRANGER, CellKey, Participant, Place
from services.evaluation.domain.places import at_organisation
from services.evaluation.projections.joining import join
from services.evaluation.projections.reading import Reader, Statement
from services.evaluation.projections.tellers import ERASURE, PARTICIPATION
from services.evaluation.rules import commitment_outlook

Cells = dict[CellKey, dict[str, int]]


class ParticipationProjection:
    """Subject: participant. Figures per programme, cohort, organisation and group."""

    name = "participation"
    topics: tuple[str, ...] = ("enrolment.events", "engagement.events")
    cell_fields: tuple[str, ...] = ("programme", "cohort", "organisation", "group")

    def __init__(self) -> None:
        self._reader = Reader(PARTICIPATION)
        self.decode = self._reader.read
        self._pack = Encoder(order="deterministic").encode
        self._unpack = Decoder(dict[str, Participant]).decode

    def subject(self, event: Statement) -> str:
        """Return the participant."""
        return event.subject

    def fold(self, state: Participant | None, event: Statement) -> Participant | None:
        """Join one fact; erasure absorbs everything before and after it, whatever their order."""
        if state is None:
            state = STRANGER
        elif state.erased:
            return None
        return ERASED if event.about == ERASURE else join(state, event)

    def contribution(self, state: Participant) -> Mapping[CellKey, Mapping[str, int]]:
        """Return the figures this person adds to; figures that are nought are left out."""
        cells: Cells = {}
        _count_enrolments(state, cells)
        _count_attendance(state, cells)
        for journal in state.journals.values():
            if journal.standing == "submitted":
                _add(cells, journal.place, "journals_submitted")
        return cells

    def pack(self, states: dict[str, Participant]) -> bytes:
        """Return a page; equal states give equal bytes."""
        return self._pack(states)

    def unpack(self, page: bytes) -> dict[str, Participant]:
        """Return the states of a page; places are shared again, as they were before packing."""
        states = self._unpack(page)
        places = self._reader.names.places
        for state in states.values():
            for facts in (state.enrolments, state.attendance, state.journals):
                for fact in facts.values():
                    force_setattr(fact, "place", places[fact.place])
        return states


def _count_enrolments(state: Participant, cells: Cells) -> None:
    """A standing enrolment counts at the present organisation, a withdrawal where the person withdrew."""
    for cohort, enrolment in state.enrolments.items():
        if enrolment.standing == "withdrawn":
            _add(cells, enrolment.place, "withdrawn")
        elif enrolment.standing == "enrolled":
            place = _present_place(state, enrolment.place)
            _add(cells, place, "enrolled")
            outlook = commitment_outlook(enrolment.commitment, cohort, state.attendance.values())
            if outlook is not None:
                _add(cells, place, outlook)


def _present_place(state: Participant, place: Place) -> Place:
    """Return the place of an enrolment at the organisation to which the person belongs now."""
    for move in state.moves.values():
        return at_organisation(place, move.organisation)
    return place


def _count_attendance(state: Participant, cells: Cells) -> None:
    """What was attended or missed counts at the place stamped on the fact."""
    for attendance in state.attendance.values():
        if attendance.standing == "attended":
            cell = cells.setdefault(attendance.place, {})
            cell["attended_at_least_once"] = 1
            cell["sessions_attended"] = cell.get("sessions_attended", 0) + 1
            cell["contact_minutes"] = cell.get("contact_minutes", 0) + attendance.minutes
        elif attendance.standing == "missed":
            _add(cells, attendance.place, "sessions_missed")


def _add(cells: Cells, place: Place, figure: str) -> None:
    cell = cells.setdefault(place, {})
    cell[figure] = cell.get(figure, 0) + 1
