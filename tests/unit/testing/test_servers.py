"""Which parts a run uses, and what is said about them."""

import pytest

from shared.testing import kafka, servers
from shared.testing.processes import PartError


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROUNDSWELL_TEST_PARTS", raising=False)
    monkeypatch.delenv("CI", raising=False)


def test_without_a_choice_the_embedded_parts_are_used() -> None:
    assert servers.chosen() == "embedded"


def test_an_unknown_choice_is_refused_with_the_words_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSWELL_TEST_PARTS", "cloud")
    with pytest.raises(ValueError, match="embedded, kafka, containers"):
        servers.chosen()


def test_delivery_is_proven_on_apache_kafka_too_where_it_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "missing", lambda: None)
    assert servers.delivery_kinds() == ["embedded", "kafka"]
    assert servers.reference_kinds() == ["kafka"]


def test_where_apache_kafka_lacks_something_the_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "missing", lambda: "no Java")
    assert servers.delivery_kinds() == ["embedded"]
    assert servers.reference_kinds() == []
    assert "parts: not available: no Java" in servers.description()


def test_in_ci_a_missing_part_fails_instead_of_being_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr(kafka, "missing", lambda: "no Java")
    assert servers.reference_kinds() == ["kafka"]
    with pytest.raises(PartError, match="no Java"):
        servers.new_broker("kafka", tmp_path)  # type: ignore[arg-type]


def test_the_header_names_stand_ins_as_stand_ins() -> None:
    first = servers.description()[0]
    assert "stand-in for Apache Kafka" in first
    assert "stand-in for MongoDB" in first
