"""Where no container engine answers, that is said in a sentence and nothing is pretended."""

import socket
from pathlib import Path

import pytest

from shared.testing.containers import ContainerBroker, ContainerDatabase, missing
from shared.testing.processes import PartError


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")


def test_an_engine_that_does_not_answer_is_named_as_what_is_missing(nobody: None) -> None:
    assert missing() == "No container engine answers on this machine."


def test_an_engine_that_listens_is_not_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{engine.getsockname()[1]}")
        assert missing() is None


@pytest.mark.parametrize("part", [ContainerBroker, ContainerDatabase])
def test_a_container_is_refused_clearly_without_an_engine(
    nobody: None, tmp_path: Path, part: type[ContainerBroker] | type[ContainerDatabase]
) -> None:
    with pytest.raises(PartError, match="No container engine answers"):
        part(tmp_path)
