from typing import Any

from fastapi import FastAPI


def operations(api: FastAPI) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": entry
        for path, item in api.openapi()["paths"].items()
        for method, entry in item.items()
    }


def test_every_operation_says_what_it_does_and_who_may(api: FastAPI) -> None:
    for name, operation in operations(api).items():
        assert operation["summary"], name
        assert operation["description"].endswith("Needs one of the roles: coordinator."), name
        answers = [answer["description"] for status, answer in operation["responses"].items() if status[0] == "2"]
        assert answers, name
        assert "Successful Response" not in answers, name


def test_every_command_shows_an_example_and_every_refusal_its_code_and_sentence(api: FastAPI) -> None:
    schemas = api.openapi()["components"]["schemas"]
    for name, operation in operations(api).items():
        for status, answer in operation["responses"].items():
            if status[0] == "4":
                (content,) = answer["content"].values()
                for code, example in content["examples"].items():
                    assert example["value"]["code"] == code, name
                    assert example["value"]["detail"], name
        body = operation.get("requestBody")
        if body is not None:
            schema = schemas[body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
            shown = "examples" in schema or all("examples" in field for field in schema["properties"].values())
            assert shown, name
            assert schema["additionalProperties"] is False, name
