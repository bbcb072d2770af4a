"""Sentences about wrong fields never repeat what was typed."""

from typing import Self

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from shared.web import Command
from shared.web.problems import FieldProblem
from shared.web.validation import field_problems

CANARY = "Adeola Canary"


class Move(Command):
    organisation: str
    groups: list[str] = Field(default=[], max_length=2)
    reason: str = ""

    @field_validator("organisation")
    @classmethod
    def _known(cls, value: str) -> str:
        if value == "same":
            raise ValueError("must be another organisation than now")
        if value != "RXQ":
            raise ValueError(f"there is no organisation {value}")
        return value

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if self.reason == CANARY:
            raise ValueError("a move needs a reason of its own")
        return self


def problems_of(**values: object) -> list[FieldProblem]:
    with pytest.raises(ValidationError) as raised:
        Move.model_validate(values)
    return field_problems(raised.value.errors())


def test_a_validators_own_sentence_is_shown() -> None:
    assert problems_of(organisation="same") == [
        FieldProblem(field="organisation", problem="must be another organisation than now")
    ]


def test_a_validators_sentence_that_repeats_the_value_is_not() -> None:
    assert problems_of(organisation=CANARY) == [FieldProblem(field="organisation", problem="is not valid")]


def test_a_rule_over_the_whole_command_is_shown_without_the_command() -> None:
    (problem,) = problems_of(organisation="RXQ", reason=CANARY)

    assert problem == FieldProblem(field="", problem="a move needs a reason of its own")


def test_places_in_lists_are_numbered() -> None:
    assert problems_of(organisation="RXQ", groups=["a", 5]) == [FieldProblem(field="groups.1", problem="must be text")]
    assert problems_of(organisation="RXQ", groups=["a", "b", "c"]) == [
        FieldProblem(field="groups", problem="must have at most 2 entries")
    ]
