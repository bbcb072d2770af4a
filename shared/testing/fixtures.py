"""pytest plugin: real servers for the run, a fresh world for each test.

Guards that tests cannot meet each other: every test has its own database and its own prefix of topics on servers that
the whole run shares. Tests that kill a server ask for one of their own (`own_broker`, `own_database`).

Marks: `delivery` runs on every kind of broker that is there, `reference` only on those that keep their records (Apache
Kafka), `organisations("R0A", ...)` names those whose attendance topics a test needs.
"""

import itertools
import os
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from shared.errors import UnavailableError
from shared.mongo import Database, guard
from shared.provision import declared, provision, remove
from shared.testing import servers
from shared.testing.provider import OpenIdProvider
from shared.testing.servers import Broker, Server
from shared.testing.workspace import new_workspace, remove_workspace
from shared.topics import Topics

TOPICS_FILE = Path(__file__).parents[2] / "deploy" / "topics.yaml"
DEFAULT_ORGANISATIONS = ("R0A", "RXQ")
_numbers = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Name the marks of this plugin and refuse a choice of parts that is none."""
    for mark in (
        "delivery: runs on every kind of broker that is there",
        "reference: runs only on brokers that keep their records",
        "organisations(*codes): whose attendance topics the test needs",
    ):
        config.addinivalue_line("markers", mark)
    try:
        servers.chosen()
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_report_header() -> list[str]:
    """Say which parts this run uses."""
    return servers.description()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run marked tests once for each kind of broker."""
    if "kafka_kind" in metafunc.fixturenames:
        if metafunc.definition.get_closest_marker("reference"):
            metafunc.parametrize("kafka_kind", servers.reference_kinds(), scope="session")
        elif metafunc.definition.get_closest_marker("delivery"):
            metafunc.parametrize("kafka_kind", servers.delivery_kinds(), scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs Apache Kafka where it cannot start; the header says so, and `CI=true` never comes here."""
    if servers.reference_kinds():
        return
    left_out = [item for item in items if item.get_closest_marker("reference")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def workspace() -> Iterator[Path]:
    """A folder for servers' data and logs, gone after the run."""
    folder = new_workspace()
    yield folder
    remove_workspace(folder)


@pytest.fixture(scope="session")
def kafka_kind() -> str:
    """Which kind of broker: `embedded`, `kafka` or `containers`."""
    return servers.chosen()


@pytest.fixture(scope="session")
def brokers_by_kind(workspace: Path) -> Iterator[Callable[[str], Broker]]:
    """The run's brokers, one of each kind, started when first asked for."""
    started: dict[str, Broker] = {}

    def broker_of(kind: str) -> Broker:
        if kind not in started:
            started[kind] = servers.new_broker(kind, workspace / f"shared-{kind}")
            started[kind].start()
        return started[kind]

    yield broker_of
    for broker in started.values():
        broker.kill()


@pytest.fixture
def broker_server(kafka_kind: str, brokers_by_kind: Callable[[str], Broker]) -> Broker:
    """The run's broker of the kind of this test; never to be killed."""
    return brokers_by_kind(kafka_kind)


@pytest.fixture
def broker(broker_server: Broker) -> str:
    """Bootstrap servers of the run's broker."""
    return broker_server.url


@pytest.fixture(scope="session")
def database_server(workspace: Path) -> Iterator[Server]:
    """The run's database server; never to be killed."""
    server = servers.new_database(workspace / "shared-database")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def mongo_url(database_server: Server) -> str:
    """The address of the run's database server."""
    return database_server.url


@pytest.fixture
def database_prefix() -> str:
    """A prefix for names of databases that no other test has."""
    return f"t{os.getpid()}-{next(_numbers)}-"


@pytest.fixture
async def database(mongo_url: str, database_prefix: str) -> AsyncIterator[Database]:
    """A fresh, empty database, dropped after the test."""
    fresh = Database(mongo_url, f"{database_prefix}test")
    yield fresh
    # A large one takes longer to drop than a call may; it goes with its server when the run is over.
    with suppress(UnavailableError):
        async with guard():
            await fresh.drop()
    await fresh.close()


@pytest.fixture
async def topics(broker: str, request: pytest.FixtureRequest) -> AsyncIterator[Topics]:
    """The names of a fresh set of all topics, deleted after the test."""
    marked = request.node.get_closest_marker("organisations")
    organisations: Iterable[str] = marked.args if marked else DEFAULT_ORGANISATIONS
    names = Topics(f"t{os.getpid()}-{next(_numbers)}-")
    wanted = declared(TOPICS_FILE, organisations, prefix=names.prefix)
    await provision(broker, wanted)
    yield names
    await remove(broker, [topic.name for topic in wanted])


@pytest.fixture(scope="session")
def provider(workspace: Path) -> Iterator[OpenIdProvider]:
    """The run's OpenID provider."""
    with OpenIdProvider(workspace / "shared-provider") as started:
        yield started


@pytest.fixture
def own_folder(workspace: Path) -> Path:
    """A folder of this test's own inside the run's workspace."""
    folder = workspace / f"own-{next(_numbers)}"
    folder.mkdir()
    return folder


@pytest.fixture
def own_broker(kafka_kind: str, own_folder: Path) -> Iterator[Broker]:
    """A started broker of this test's own, to be killed at will."""
    with ExitStack() as stack:
        server = servers.new_broker(kafka_kind, own_folder)
        stack.callback(server.kill)
        server.start()
        yield server


@pytest.fixture
def own_database(own_folder: Path) -> Iterator[Server]:
    """A started database server of this test's own, to be killed at will."""
    with ExitStack() as stack:
        server = servers.new_database(own_folder)
        stack.callback(server.kill)
        server.start()
        yield server
