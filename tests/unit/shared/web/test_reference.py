"""The API's reference reads well, is right about roles, and asks no other host for anything."""

import re
from typing import Any

import httpx
import pytest

from shared.errors import NotFoundError, RefusedError
from shared.web import demands, problems, unguarded


async def test_the_page_and_everything_it_loads_come_from_here(http: httpx.AsyncClient) -> None:
    page = await http.get("/enrolment/docs")
    loaded = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page.text)

    assert len(loaded) == 3
    assert not [address for address in loaded if "//" in address]
    assert [(await http.get(f"/enrolment/{address}")).status_code for address in loaded] == [200, 200, 200]


async def test_the_page_may_not_ask_another_host_whatever_its_script_wants(http: httpx.AsyncClient) -> None:
    policy = (await http.get("/enrolment/docs")).headers["content-security-policy"]
    sources = {word for rule in policy.split("; ") for word in rule.split()[1:]}

    assert policy.startswith("default-src 'none'")
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:"}
    assert "script-src 'self';" in policy


async def test_the_reference_needs_no_token(http: httpx.AsyncClient) -> None:
    paths = ["/enrolment/docs", "/enrolment/openapi.json", "/enrolment/docs/start.js"]

    assert [(await http.get(path, headers={"authorization": ""})).status_code for path in paths] == [200, 200, 200]


@pytest.fixture
async def document(http: httpx.AsyncClient) -> Any:
    return (await http.get("/enrolment/openapi.json")).json()


async def test_every_operation_names_the_problems_it_can_answer_with(document: Any) -> None:
    for operations in document["paths"].values():
        for operation in operations.values():
            assert {"401", "403", "422", "503"} <= set(operation["responses"])
            assert operation["security"] == [{"bearer": []}]
            assert operation["summary"]
            assert operation["tags"]


async def test_a_refusal_is_shown_with_its_code_and_sentence(document: Any) -> None:
    response = document["paths"]["/enrolment/v1/cohorts/{cohort}/enrolments"]["post"]["responses"]["409"]

    shown = response["content"]["application/problem+json"]
    assert shown["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert shown["examples"]["cohort-full"]["value"]["detail"] == "Cohort <cohort> has no free place."


async def test_the_schema_of_a_problem_is_there_and_the_frameworks_own_is_not(document: Any) -> None:
    schemas = document["components"]["schemas"]

    assert {"Problem", "FieldProblem", "Enrol"} <= set(schemas)
    assert "HTTPValidationError" not in schemas
    assert schemas["Enrol"]["properties"]["enrolled_on"]["format"] == "date"
    assert schemas["Enrol"]["additionalProperties"] is False


async def test_the_reference_says_which_roles_an_operation_needs(document: Any) -> None:
    operation = document["paths"]["/enrolment/v1/cohorts/{cohort}/enrolments"]["post"]

    assert operation["x-roles"] == ["coordinator"]
    assert "Needs one of the roles: coordinator." in operation["description"]


async def test_commands_can_be_sent_with_an_idempotency_key(document: Any) -> None:
    parameters = document["paths"]["/enrolment/v1/cohorts/{cohort}/enrolments"]["post"]["parameters"]

    assert {parameter["name"] for parameter in parameters} == {"cohort", "Idempotency-Key"}


def test_the_demands_of_every_route_can_be_listed(api: Any) -> None:
    listed = {(demand.method, demand.path): demand.roles for demand in demands(api)}

    assert listed == {
        ("POST", "/enrolment/v1/cohorts/{cohort}/enrolments"): {"coordinator"},
        ("GET", "/enrolment/v1/me"): frozenset(),
    }


def test_a_route_that_forgot_to_ask_who_calls_is_found(api: Any) -> Any:
    @api.get("/enrolment/v1/open")
    async def anybody() -> None:
        return None

    assert unguarded(api) == ["GET /enrolment/v1/open"]


def test_refusals_of_one_status_stand_side_by_side() -> None:
    class CohortClosedError(RefusedError):
        """Cohort {cohort} is closed."""

    class PersonKnownError(RefusedError):
        """There is somebody with these identifiers."""

    described = problems(CohortClosedError, PersonKnownError, NotFoundError)

    assert set(described) == {409, 404}
    examples = described[409]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"cohort-closed", "person-known"}
