"""What an organisation is, and the systems of codes by which the world knows it.

Guards that an organisation's id, which is the tenancy its people live in, can be part of a topic's name.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.enrolment.domain.entry import Entry, Slug, Some, Title
from shared.events.ids import OrganisationId


class CodeSystem(Entry):
    """A list of codes that somebody keeps, and what its codes look like (CRE-11)."""

    system: Slug
    title: Title
    pattern: Annotated[str, Field(min_length=1)]


class Code(Entry):
    """An organisation's code in a code system."""

    system: Slug
    code: Annotated[str, Field(min_length=1, max_length=40)]


class Organisation(Entry):
    """An organisation of the region. A closed one keeps its code for ever and names its successors."""

    organisation: Annotated[OrganisationId, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")]
    name: Title
    kind: Literal[
        "acute_trust",
        "mental_health_trust",
        "integrated_care_board",
        "commissioner",
        "primary_care",
        "council",
        "housing_provider",
        "charity",
        "university",
    ]
    codes: Some[Code]
    invented: bool = False
    """Stands for a kind of partner; not a real organisation."""
    closed_on: date | None = None
    successors: tuple[OrganisationId, ...] = ()


class Organisations(Entry):
    """The organisations of a region and the code systems that name them."""

    code_systems: tuple[CodeSystem, ...]
    organisations: Some[Organisation]
