"""Reads of one organisation's figures.

Guards that every table is asked for by the organisation it was built for, and that no answer leaves without saying
which records it includes. The cost depends on the number of cohorts and groups, never on the number of people.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.evaluation.queries.views import (
    AsOfView,
    ParticipationFigures,
    ParticipationRow,
    ParticipationTable,
    PositionsView,
    PositionView,
    ProjectFigures,
    ProjectRow,
    ProjectsTable,
)
from shared.events.ids import CohortId, OrganisationId, ProgrammeId
from shared.projector import AsOf, View


@dataclass(frozen=True)
class Views:
    """The projections that can be read."""

    participation: View
    projects: View


@dataclass(frozen=True)
class Wanted:
    """Which rows are wanted; None does not restrict."""

    programme: ProgrammeId | None = None
    cohort: CohortId | None = None

    def of(self, organisation: OrganisationId) -> Mapping[str, str]:
        """Return what a row's key must have."""
        named = {"programme": self.programme, "cohort": self.cohort}
        return {"organisation": organisation, **{name: str(value) for name, value in named.items() if value}}


class Queries:
    """What one organisation can read."""

    def __init__(self, views: Views, organisation: OrganisationId) -> None:
        self._views = views
        self._organisation = organisation

    async def participation(self, wanted: Wanted) -> ParticipationTable:
        """Return who took part, by programme, cohort and group (REC-8, REC-16)."""
        rows, as_of = await self._views.participation.rows(wanted.of(self._organisation))
        return ParticipationTable(
            organisation=self._organisation,
            rows=tuple(
                ParticipationRow(
                    programme=row.key["programme"],
                    cohort=row.key["cohort"],
                    group=row.key["group"],
                    figures=ParticipationFigures(**row.figures),
                )
                for row in rows
            ),
            as_of=show(as_of),
        )

    async def projects(self, wanted: Wanted) -> ProjectsTable:
        """Return how change projects stand, by programme and cohort (REC-2, REC-17)."""
        rows, as_of = await self._views.projects.rows(wanted.of(self._organisation))
        return ProjectsTable(
            organisation=self._organisation,
            rows=tuple(
                ProjectRow(
                    programme=row.key["programme"],
                    cohort=row.key["cohort"],
                    figures=ProjectFigures(**row.figures),
                )
                for row in rows
            ),
            as_of=show(as_of),
        )

    async def positions(self) -> PositionsView:
        """Return how far each projection has counted."""
        return PositionsView(
            participation=show(await self._views.participation.as_of()),
            projects=show(await self._views.projects.as_of()),
        )


def show(as_of: AsOf) -> AsOfView:
    """Show up to where an answer is true, topics and partitions in order."""
    return AsOfView(
        time=as_of.time,
        positions={
            topic: tuple(PositionView(partition=number, offset=offsets[number]) for number in sorted(offsets))
            for topic, offsets in sorted(as_of.positions.items())
        },
    )
