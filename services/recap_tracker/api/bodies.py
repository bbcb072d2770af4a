"""What is sent to the tracker.

Guards sizes and shapes at the edge; whether a wish makes sense is the domain's to say.
"""

from typing import Annotated

from pydantic import Field

from services.recap_tracker.domain.words import Aim, Kind, Scale, Scope
from shared.events.facts import Identifier
from shared.web import Command, Day

Title = Annotated[str, Field(max_length=200, examples=["Interview panels that look like the people they choose"])]
Outcome = Annotated[
    str,
    Field(
        max_length=1000,
        description="How you will know that it was reached (REC-17).",
        examples=["By March nine interview panels in ten are mixed, against four in ten today"],
    ),
]
Reason = Annotated[
    str,
    Field(max_length=1000, description="In your own words; they stay here.", examples=["The team was dissolved"]),
]
Indicator = Annotated[int, Field(ge=1, le=9, strict=True)]
Happened = Annotated[Day, Field(description="Not in the future.", examples=["2024-05-20"])]


class OpenProjectBody(Command):
    """A project to open."""

    title: Title
    cohort: Annotated[Identifier, Field(examples=["recap-2024"])]
    lead: Annotated[
        Identifier,
        Field(description="Id of a participant who is enrolled in the cohort at your organisation."),
    ]
    aims: Annotated[list[Aim], Field(max_length=2, description="At least one (REC-1).")]
    kind: Annotated[Kind, Field(description="One of nine, or other (REC-12).")]
    scope: Annotated[Scope, Field(description="In the day role, or by influence with support (REC-10, REC-11).")]
    scale: Scale
    wres_indicators: Annotated[
        list[Indicator],
        Field(
            default_factory=list,
            max_length=9,
            description="WRES indicators the project means to move (REC-3).",
            examples=[[2]],
        ),
    ]
    started_on: Annotated[Day, Field(examples=["2024-01-08"])]


class PlanMilestoneBody(Command):
    """A milestone to plan."""

    title: Annotated[Title, Field(examples=["All panel members are trained"])]
    measurable_outcome: Outcome
    planned_on: Annotated[Day, Field(examples=["2024-03-29"])]


class ReachMilestoneBody(Command):
    """When a milestone was reached."""

    reached_on: Happened


class ReopenMilestoneBody(Command):
    """When and why a milestone turned out not to be reached."""

    reopened_on: Happened
    reason: Reason


class CompleteProjectBody(Command):
    """When a project was completed."""

    completed_on: Happened


class WithdrawProjectBody(Command):
    """When and why a project was given up."""

    withdrawn_on: Happened
    reason: Reason


class ReopenProjectBody(Command):
    """When an ended project goes on."""

    reopened_on: Happened
