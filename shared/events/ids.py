"""Types of the identifiers that travel in events, so that one cannot be passed for another."""

from typing import NewType

ParticipantId = NewType("ParticipantId", str)
CohortId = NewType("CohortId", str)
ProgrammeId = NewType("ProgrammeId", str)
SessionId = NewType("SessionId", str)
OrganisationId = NewType("OrganisationId", str)
GroupId = NewType("GroupId", str)
JournalId = NewType("JournalId", str)
ProjectId = NewType("ProjectId", str)
MilestoneId = NewType("MilestoneId", str)
