"""The command that makes the topics: run it again, let it compare, and let it tell what differs."""

import asyncio

import pytest

from deploy.topics import main
from shared.provision import Declared, provision
from shared.testing.ports import free_port

pytestmark = pytest.mark.delivery
_ORGANISATIONS = "R0A,RXQ"


@pytest.fixture
def arguments(broker: str, database_prefix: str) -> list[str]:
    known = ["--brokers", broker, "--prefix", database_prefix, "--replication", "1"]
    return [*known, "--organisations", _ORGANISATIONS]


def test_the_topics_are_created_once_and_a_second_run_changes_nothing(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    first = capsys.readouterr().out
    assert main(arguments) == 0
    assert first.endswith("11 topics declared, 11 new, 0 differences\n")
    assert capsys.readouterr().out == "11 topics declared, 0 new, 0 differences\n"


def test_a_check_creates_nothing_and_fails_while_something_is_missing(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--check"]) == 1
    assert main([*arguments, "--check"]) == 1
    assert capsys.readouterr().out.count("missing  ") == 22


def test_a_topic_with_another_number_of_partitions_is_reported_and_left_alone(
    arguments: list[str], broker: str, database_prefix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Declared(f"{database_prefix}enrolment.events", 5, {"retention.ms": "1000"})
    asyncio.run(provision(broker, [other]))
    assert main(arguments) == 1
    said = capsys.readouterr().out
    assert f"differs  {other.name}: partitions is 5, declared 12\n" in said
    assert f"differs  {other.name}: retention.ms is 1000, declared -1\n" in said


def test_a_broker_that_is_away_is_one_sentence_and_exit_code_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--brokers", f"127.0.0.1:{free_port()}", "--organisations", _ORGANISATIONS]) == 3
    assert capsys.readouterr().err.startswith("The broker at 127.0.0.1:")
