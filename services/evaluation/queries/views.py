"""What a reader of evaluation gets to see: tables of figures, and up to where they are true.

Guards that every figure has a name, a unit and a meaning that the API's reference shows, and that a figure of nought is
said and not left out.
"""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class View(BaseModel):
    """Something to read."""

    model_config = ConfigDict(frozen=True)


class PositionView(View):
    """How far one partition of a topic has been counted."""

    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0, description="Every record before this offset is counted.")]


class AsOfView(View):
    """Up to where an answer is true."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "time": "2024-07-12T16:20:05.113Z",
                    "positions": {"engagement.events": [{"partition": 0, "offset": 4711}]},
                }
            ]
        }
    )

    time: Annotated[
        datetime | None,
        Field(
            description="When the newest of the positions was written; null before the first. It moves with any "
            "partition: the positions are what counts."
        ),
    ]
    positions: Annotated[
        dict[str, tuple[PositionView, ...]],
        Field(description="By topic and partition: exactly the records before these offsets are in the answer."),
    ]


class ParticipationFigures(View):
    """What people did. Erased people are in none of these figures."""

    enrolled: Annotated[Count, Field(description="People whose enrolment stands, where they belong now.")] = 0
    withdrawn: Annotated[Count, Field(description="People who withdrew, where they belonged then.")] = 0
    attended_at_least_once: Annotated[Count, Field(description="People who attended any session here.")] = 0
    sessions_attended: Annotated[Count, Field(description="Attendances, summed over people.")] = 0
    sessions_missed: Annotated[Count, Field(description="Absences of expected people, summed over people.")] = 0
    contact_minutes: Annotated[Count, Field(description="Minutes of contact, summed over attendances.")] = 0
    commitment_met: Annotated[
        Count, Field(description="Enrolled people who attended as many sessions as they promised (REC-8).")
    ] = 0
    commitment_can_still: Annotated[
        Count, Field(description="Enrolled people who can still keep their promise (REC-16).")
    ] = 0
    commitment_can_no_longer: Annotated[
        Count, Field(description="Enrolled people who missed too much to keep their promise (REC-16).")
    ] = 0
    journals_submitted: Annotated[Count, Field(description="Journal entries submitted and not retracted.")] = 0


class ParticipationRow(View):
    """The figures of one group of one cohort."""

    programme: Annotated[str, Field(examples=["recap"])]
    cohort: Annotated[str, Field(examples=["recap-2024"])]
    group: Annotated[str, Field(examples=["nhs-providers"])]
    figures: ParticipationFigures


class ParticipationTable(View):
    """Your organisation's participation, sorted by programme, cohort and group."""

    organisation: Annotated[str, Field(examples=["R0A"])]
    rows: tuple[ParticipationRow, ...]
    as_of: AsOfView


class ProjectFigures(View):
    """Where change projects stand (REC-2) and how they keep to their plans (REC-17)."""

    active: Annotated[Count, Field(description="Projects that have one of the programme's places.")] = 0
    queued: Annotated[Count, Field(description="Projects that wait for a place.")] = 0
    completed: Count = 0
    withdrawn: Count = 0
    milestones_planned: Annotated[Count, Field(description="All milestones, reached or not.")] = 0
    milestones_reached: Annotated[Count, Field(description="Milestones reached and not reopened since.")] = 0
    days_ahead_total: Annotated[
        int, Field(description="Planned minus reached, in days, summed over milestones reached; negative is behind.")
    ] = 0


class ProjectRow(View):
    """The figures of one cohort's projects."""

    programme: Annotated[str, Field(examples=["recap"])]
    cohort: Annotated[str, Field(examples=["recap-2024"])]
    figures: ProjectFigures


class ProjectsTable(View):
    """Your organisation's change projects, sorted by programme and cohort."""

    organisation: Annotated[str, Field(examples=["R0A"])]
    rows: tuple[ProjectRow, ...]
    as_of: AsOfView


class PositionsView(View):
    """How far each of evaluation's projections has counted."""

    participation: AsOfView
    projects: AsOfView
