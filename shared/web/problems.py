"""What a caller is told when something did not work: RFC 9457 problem details, the same shape everywhere.

Guards that every failure has a stable code for machines and a sentence for people, and nothing else that an attacker or
a bystander could use.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from shared.errors import RefusedError, UnavailableError, code_of, sentence

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One field that is not right, and why, without its value."""

    field: str = Field(description="the path of the field", examples=["body.enrolled_on"])
    problem: str = Field(description="what is wrong with it", examples=["is required"])


class Problem(BaseModel):
    """Why a request did not work."""

    model_config = ConfigDict(json_schema_extra={"required": ["type", "title", "status", "detail", "code"]})

    type: str = Field(description="a name for this kind of problem", examples=["urn:groundswell:problem:not-found"])
    title: str = Field(description="the kind of problem in words", examples=["Not found"])
    status: int = Field(description="the HTTP status", examples=[404])
    detail: str = Field(description="a sentence for people", examples=["There is no cohort with the id x."])
    code: str = Field(description="a stable word for machines", examples=["not-found"])
    correlation_id: str | None = Field(default=None, description="quote this when asking for help")
    errors: list[FieldProblem] | None = Field(default=None, description="the fields that are not right")


class ProblemResponse(Response):
    """A problem as an HTTP response."""

    media_type = MEDIA_TYPE

    def __init__(  # noqa: PLR0913 - the parts of a problem
        self,
        status: int,
        code: str,
        detail: str,
        *,
        correlation_id: str | None = None,
        errors: Sequence[FieldProblem] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        problem = _problem(status, code, detail, correlation_id)
        if errors is not None:
            problem["errors"] = [error.model_dump() for error in errors]
        # Escaped to ASCII: a lone surrogate in somebody's text must not make the answer itself fail.
        super().__init__(json.dumps(problem).encode(), status_code=status, headers=headers)


def retry_headers(error: UnavailableError) -> dict[str, str]:
    """Return the header that says when to try again, in whole seconds."""
    return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}


def problems(*errors: type[RefusedError]) -> dict[int | str, dict[str, Any]]:
    """Return FastAPI `responses` that name the codes of these refusals, with an example of each.

    `@router.post("/...", responses=problems(CohortFullError, NotFoundError))`
    """
    examples: dict[int, dict[str, Any]] = {}
    for error in errors:
        examples.setdefault(error.status, {})[code_of(error)] = _example(error)
    if 422 in examples:  # noqa: PLR2004 - the status
        examples[422] |= INVALID_EXAMPLE
    return {status: documented(shown) for status, shown in examples.items()}


def documented(examples: dict[str, Any]) -> dict[str, Any]:
    """Return one documented response holding these examples by their codes."""
    return {
        "description": " or ".join(f"`{code}`" for code in examples),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"value": value} for code, value in examples.items()},
            }
        },
    }


def example(status: int, code: str, detail: str) -> dict[str, Any]:
    """Return one example by its code."""
    return {code: _problem(status, code, detail, "0b6f0d5e-6c1c-4f0e-9a55-1f0c1d0e7a11")}


def _example(error: type[RefusedError]) -> dict[str, Any]:
    text = sentence(error).format_map(_Placeholders())
    return example(error.status, code_of(error), text)[code_of(error)]  # type: ignore[no-any-return]


def _problem(status: int, code: str, detail: str, correlation_id: str | None) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": f"urn:groundswell:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
    }
    return problem if correlation_id is None else {**problem, "correlation_id": correlation_id}


class _Placeholders(dict[str, str]):
    """Shows a detail by its name: `<cohort>`."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"


INVALID_EXAMPLE = example(422, "invalid-request", "Some fields are not right.")
INVALID_EXAMPLE["invalid-request"]["errors"] = [{"field": "body.enrolled_on", "problem": "is required"}]
