"""The parts themselves: they answer, they can be killed and come back, and they never outlive their owner."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import jwt
import pytest

from shared.mongo import Database
from shared.provision import Declared, provision
from shared.testing.parts import EmbeddedBroker
from shared.testing.processes import LocalProcess, PartError
from shared.testing.provider import OpenIdProvider
from shared.testing.servers import Broker, Server
from shared.testing.settling import eventually
from shared.testing.workspace import new_workspace, remove_workspace

_ORPHAN = """
import sys
from pathlib import Path
from shared.testing.parts import EmbeddedBroker
broker = EmbeddedBroker(Path(sys.argv[1])).start()
print(broker.pid, flush=True)
sys.stdin.read()
"""


async def test_a_killed_database_comes_back_on_its_port_with_every_acknowledged_document(own_database: Server) -> None:
    """P1."""
    database = Database(own_database.url, "kept")
    for number in range(20):
        await database.collection("things").insert_one({"_id": number})
    own_database.kill()
    own_database.restart()
    await eventually(lambda: database.collection("things").count_documents({}), what="the database answering")
    assert await database.collection("things").count_documents({}) == 20
    await database.close()


@pytest.mark.reference
async def test_a_killed_reference_broker_comes_back_on_its_port_with_its_topics(own_broker: Broker) -> None:
    """P1."""
    wanted = [Declared("kept", 3)]
    await provision(own_broker.url, wanted)
    own_broker.kill()
    own_broker.restart()
    assert (await provision(own_broker.url, wanted)).missing == ()


async def test_a_part_dies_when_its_owner_is_killed(tmp_path: Path) -> None:
    pid = await asyncio.to_thread(_orphan, tmp_path)

    async def gone() -> bool:
        return not _runs(pid)

    await eventually(gone, what="the broker ending with its owner")
    assert not _runs(pid)


def _orphan(folder: Path) -> int:
    """Kill a process that has started a broker; return the broker's process id."""
    command = [sys.executable, "-W", "ignore", "-c", _ORPHAN, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert _runs(pid)
        owner.kill()
    return pid


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_part_that_cannot_start_says_why_with_the_end_of_its_log(tmp_path: Path) -> None:
    script = "print('no such thing'); raise SystemExit(3)"
    part = LocalProcess("thing", [sys.executable, "-c", script], log=tmp_path / "thing.log", ready=lambda: False)
    with pytest.raises(PartError, match=r"thing ended with 3 before it answered[\s\S]*no such thing"):
        part.start()


def test_a_part_can_be_stopped_twice_and_started_again(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker:
        first = broker.pid
        broker.stop()
        broker.stop()
        broker.start()
        assert broker.pid != first
    assert not broker.running


def test_the_folder_of_an_owner_that_is_gone_is_swept() -> None:
    kept = new_workspace()
    done = subprocess.run(
        [sys.executable, "-c", "from shared.testing.workspace import *; print(new_workspace())"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    abandoned = Path(done.stdout.strip())
    again = new_workspace()
    assert (kept.exists(), abandoned.exists()) == (True, False)
    for folder in (kept, again):
        remove_workspace(folder)


def test_a_token_carries_organisation_roles_and_our_audience(provider: OpenIdProvider) -> None:
    token = provider.token_for("anna", "R0A", ["evaluator", "coordinator"])
    key = jwt.PyJWKSet.from_dict(_keys(provider)).keys[0]
    claims = jwt.decode(token, key, algorithms=["RS256"], audience="groundswell", issuer=provider.issuer)
    assert claims["sub"] == "anna"
    assert claims["organisation"] == "R0A"
    assert claims["roles"] == ["coordinator", "evaluator"]


def _keys(provider: OpenIdProvider) -> dict[str, object]:
    found: dict[str, object] = httpx.get(provider.jwks_url).json()
    return found
