"""The words a project describes itself with: aims, kinds, scope, scale and status.

Guards that the words of the programme (REC-1, REC-10 to REC-12) are spelled once; events carry them as they stand here,
and the catalogue of enrolment names them alike.
"""

from enum import StrEnum


class Aim(StrEnum):
    """What a project is for; at least one (REC-1)."""

    REDUCE_RACIAL_INEQUALITY = "reduce-racial-inequality"
    IMPROVE_WORKPLACE = "improve-workplace"
    """Improve the workplace for ethnic minority staff."""


class Kind(StrEnum):
    """What a project works on: nine kinds, and other (REC-12)."""

    FAIR_RECRUITMENT = "fair-recruitment"
    WHOLE_SELVES = "whole-selves"
    BULLYING_AND_HARASSMENT = "bullying-and-harassment"
    DISCIPLINARY_PROCESS = "disciplinary-process"
    INCLUSIVE_LEADERSHIP = "inclusive-leadership"
    SHARING_LIVED_EXPERIENCE = "sharing-lived-experience"
    AWARENESS_OF_COMMUNITIES = "awareness-of-communities"
    """Awareness of communities and cultures."""
    ROLE_MODELS = "role-models"
    FLEXIBLE_WORKING = "flexible-working"
    OTHER = "other"


class Scope(StrEnum):
    """Where the lead can act: in the day role, or where they have influence with support (REC-10, REC-11)."""

    DAY_ROLE = "day-role"
    INFLUENCE = "influence"


class Scale(StrEnum):
    """How far a project reaches (REC-12)."""

    ORGANISATION_WIDE = "organisation-wide"
    LOCAL = "local"


class Status(StrEnum):
    """Where a project stands (REC-2)."""

    ACTIVE = "active"
    QUEUED = "queued"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({Status.COMPLETED, Status.WITHDRAWN})
"""A project in one of these has no place and does not wait for one."""
