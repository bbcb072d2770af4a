"""What commands look like, and what they are answered with.

Guards sizes and forms before anything is decided; whether it is allowed is not decided here.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.enrolment.domain.person import Identifier, Person
from shared.web import Command, Day

Name = Annotated[str, Field(min_length=1, max_length=100)]
Id = Annotated[str, Field(min_length=1, max_length=128)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
System = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,40}$|^https?://[^\s]{1,200}$")]


class IdentifierBody(Command):
    """By what another system knows the person."""

    system: System = Field(
        description="whose identifier it is; `account` is the subject of the person's sign-in; "
        "the account of an xAPI actor goes by its home page"
    )
    value: Annotated[str, Field(min_length=1, max_length=200)]


class RegisterParticipant(Command):
    """A person of the caller's organisation."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "given_name": "Ada",
                    "family_name": "Okafor",
                    "email": "ada.okafor@example.org",
                    "identifiers": [
                        {"system": "badge", "value": "0017"},
                        {"system": "account", "value": "8d1f6c02"},
                    ],
                }
            ]
        }
    )

    given_name: Name
    family_name: Name
    email: Email
    identifiers: Annotated[tuple[IdentifierBody, ...], Field(max_length=20)] = ()

    def person(self) -> Person:
        """Return the person this tells of."""
        identifiers = tuple(Identifier(system=given.system, value=given.value) for given in self.identifiers)
        return Person(
            given_name=self.given_name, family_name=self.family_name, email=self.email, identifiers=identifiers
        )


class ApplyToCohort(Command):
    """An application to a cohort, as a member of an invited group."""

    cohort: Annotated[Id, Field(examples=["recap-2024"])]
    group: Annotated[Id, Field(examples=["nhs-providers"])]
    applied_on: Annotated[Day, Field(examples=["2023-11-06"])]


class EnrolParticipant(Command):
    """An enrolment of somebody who applied, or who withdrew before."""

    cohort: Annotated[Id, Field(examples=["recap-2024"])]
    enrolled_on: Annotated[Day, Field(examples=["2023-12-01"])]


class WithdrawParticipant(Command):
    """The end of an enrolment."""

    cohort: Annotated[Id, Field(examples=["recap-2024"])]
    withdrawn_on: Annotated[Day, Field(examples=["2024-03-04"])]
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["a new post outside the region"])]


class MoveParticipant(Command):
    """A move to another organisation of the region."""

    organisation: Annotated[Id, Field(examples=["RM3"])]
    moved_on: Annotated[Day, Field(examples=["2024-02-01"])]


class ParticipantSaved(BaseModel):
    """The participant and the version that the command made."""

    participant: str = Field(examples=["5b0c7c52-6a55-4e3f-9d0a-0a7f5c1e7f11"])
    version: int = Field(examples=[3])


class ErasureAccepted(BaseModel):
    """The receipt under which the erasure can be followed."""

    receipt: str = Field(examples=["314d0856-c7e6-5bda-b742-51fb01af7cf6"])
