"""Projects: how many wait, run, ended, and how far their milestones are ahead of or behind plan (REC-2, REC-17)?

Guards that a milestone reached and reopened counts as not reached until it is reached again.
"""

from collections.abc import Mapping

from msgspec.msgpack import Decoder, Encoder
from msgspec.structs import force_setattr

from services.evaluation.domain import UNHEARD_OF, CellKey, Project
from services.evaluation.projections.joining import join
from services.evaluation.projections.reading import Reader, Statement
from services.evaluation.projections.tellers import PROJECTS


class ProjectsProjection:
    """Subject: project. Figures per programme, cohort and organisation."""

    name = "projects"
    topics: tuple[str, ...] = ("recap_tracker.events",)
    cell_fields: tuple[str, ...] = ("programme", "cohort", "organisation")

    def __init__(self) -> None:
        self._reader = Reader(PROJECTS)
        self.decode = self._reader.read
        self._pack = Encoder(order="deterministic").encode
        self._unpack = Decoder(dict[str, Project]).decode

    def subject(self, event: Statement) -> str:
        """Return the project."""
        return event.subject

    def fold(self, state: Project | None, event: Statement) -> Project | None:
        """Join one fact."""
        return join(UNHEARD_OF if state is None else state, event)

    def contribution(self, state: Project) -> Mapping[CellKey, Mapping[str, int]]:
        """Return the figures this project adds to; `days_ahead_total` is in days, negative when behind plan."""
        cells: dict[CellKey, dict[str, int]] = {}
        for standing in state.standings.values():
            cells[standing.place] = {standing.status: 1}
        for milestone in state.milestones.values():
            cell = cells.setdefault(milestone.place, {})
            cell["milestones_planned"] = cell.get("milestones_planned", 0) + 1
            if milestone.standing == "reached":
                cell["milestones_reached"] = cell.get("milestones_reached", 0) + 1
                cell["days_ahead_total"] = cell.get("days_ahead_total", 0) + milestone.days_ahead
        return cells

    def pack(self, states: dict[str, Project]) -> bytes:
        """Return a page; equal states give equal bytes."""
        return self._pack(states)

    def unpack(self, page: bytes) -> dict[str, Project]:
        """Return the states of a page; places are shared again, as they were before packing."""
        states = self._unpack(page)
        places = self._reader.names.project_places
        for state in states.values():
            for facts in (state.standings, state.milestones):
                for fact in facts.values():
                    force_setattr(fact, "place", places[fact.place])
        return states
