"""The processes that are measured, one for each run: `python -m tests.bench.readers yardstick|raw|replay|follow …`.

Guards that a measurement begins at the first record and ends when everything is committed, in a process of its own:
the yardstick decodes with pydantic and keeps nothing, the replay is the projector as it runs in the service.
"""

import argparse
import asyncio
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import uvloop

from services.evaluation.projections import ParticipationProjection
from shared.bus import Publisher
from shared.deadletters import DeadLetters
from shared.events import parse
from shared.mongo import Database
from shared.projector import Projector, View, worker
from shared.projector.stream import TopicPartition, consumer, fetch, running
from shared.telemetry import CHECKPOINT_SECONDS
from shared.topics import Topics
from tests.bench.workload import PARTITIONS

_PAGE = resource.getpagesize()


async def read_only(asked: argparse.Namespace) -> dict[str, Any]:
    """Read a topic to its end in one process, decoding each record with pydantic or not at all."""
    topic = Topics(asked.prefix).events("engagement")
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    seen, began = 0, 0.0
    async with running(consumer(asked.brokers, None)) as client:
        client.assign(places)
        for place in places:
            client.seek(place, 0)
        while seen < asked.records:
            for records in (await fetch(client, 100, 5_000)).values():
                began = began or time.monotonic()
                if asked.what == "yardstick":
                    for record in records:
                        parse(record.value)
                seen += len(records)
        return {"records": seen, "seconds": time.monotonic() - began}


async def replay(asked: argparse.Namespace) -> dict[str, Any]:
    """Run the projector until every record is in a checkpoint."""
    topics, database = Topics(asked.prefix), Database(asked.mongo, asked.name)
    publisher = Publisher(asked.brokers)
    letters = DeadLetters("evaluation", database, publisher, topics)
    projector = Projector(
        database, ParticipationProjection(), letters, brokers=asked.brokers, topics=topics, service=asked.name
    )
    watch = _Watch(projector, database, asked)
    await projector.start()
    try:
        await watch.until(asked.records, asyncio.create_task(projector.wait()))
        result = watch.result()
        if asked.passes > 1:
            _open(asked.gate)
            await watch.until(2 * asked.records, asyncio.create_task(projector.wait()))
            result |= {"memory_first_pass_mb": result["memory_mb"], "memory_mb": _memory()}
        return result
    finally:
        await projector.stop()
        await publisher.close()
        await database.close()


async def follow(asked: argparse.Namespace) -> dict[str, Any]:
    """Run the projector until it is killed; say `shared` when the members have their shares of the partitions.

    At SIGUSR1 it kills itself in the middle of its next checkpoint: all is written, nothing committed.
    """
    topics, database = Topics(asked.prefix), Database(asked.mongo, asked.name)
    letters = DeadLetters("evaluation", database, Publisher(asked.brokers), topics)
    projector = Projector(
        database, ParticipationProjection(), letters, brokers=asked.brokers, topics=topics, service=asked.name
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _die_writing, database)
    await projector.start()
    ending = asyncio.create_task(projector.wait())
    share = PARTITIONS // asked.members
    while not ending.done() and len(projector._partitions) != share:  # noqa: ASYNC110 -- it has no event for this
        await asyncio.sleep(0.05)
    sys.stdout.write("shared\n")
    sys.stdout.flush()
    await ending
    return {}


def _die_writing(database: Database) -> None:
    """Let the next transaction end as a kill at its worst moment would end it."""
    plain = database.transact

    async def dying(work: Any, **given: Any) -> Any:
        async def to_the_last(session: Any) -> None:
            await work(session)
            os.kill(os.getpid(), signal.SIGKILL)

        return await plain(to_the_last, **given)

    database.transact = dying  # type: ignore[method-assign] # the product has no switch for this


class _Watch:
    """Notes when the first record came, and sees when all positions together have reached the end.

    With several members it holds the first record back until each has its share of the partitions.
    """

    def __init__(self, projector: Projector, database: Database, asked: argparse.Namespace) -> None:
        self._projector, self._asked = projector, asked
        self._view = View(database, ParticipationProjection())
        self._began = self._ended = 0.0
        self._plain = worker.fetch
        worker.fetch = self._fetch  # the projector has no switch for this, and a bench no other way in

    async def _fetch(self, client: Any, wait_ms: int, most: int) -> Mapping[TopicPartition, Sequence[Any]]:
        if not self._began and not self._shared_out():
            await asyncio.sleep(0.05)
            return {}
        batches = await self._plain(client, wait_ms, most)
        if batches and not self._began:
            self._began = time.time()
        return batches

    def _shared_out(self) -> bool:
        """Say whether every member has its share and has taken it."""
        if self._asked.members == 1:
            return True
        held = len(self._projector._partitions)
        gate = Path(self._asked.gate)
        if held == PARTITIONS // self._asked.members:
            gate.with_suffix(f".{os.getpid()}").touch()
        return len(list(gate.parent.glob(f"{gate.name}.*"))) == self._asked.members

    async def until(self, records: int, ending: "asyncio.Task[None]") -> None:
        """Return when that many records are in checkpoints, over all members."""
        while True:
            if ending.done():
                ending.result()
            if await self._folded() >= records:
                self._ended = time.time()
                return
            await asyncio.sleep(0.03)

    async def _folded(self) -> int:
        """Ask memory first: asking the database all the time would slow down what is measured."""
        partitions = list(self._projector._partitions.values())
        if not partitions or any(partition.moved for partition in partitions):
            return 0
        if self._asked.members == 1:
            return sum(sum(one.positions.values()) for one in partitions)
        await asyncio.sleep(0.1)
        stored = (await self._view.as_of()).positions
        return sum(sum(found.values()) for found in stored.values())

    def result(self) -> dict[str, Any]:
        """Return what was measured."""
        partitions = self._projector._partitions.values()
        return {
            "records": sum(partition.records for partition in partitions),
            "seconds": self._ended - self._began,
            "began": self._began,
            "ended": self._ended,
            "documents": self._projector.documents_written,
            "checkpoint_seconds": _checkpoint_seconds(),
            "memory_mb": _memory(),
        }


def _checkpoint_seconds() -> float:
    """Return the time spent in checkpoints, as the service's own metric says it."""
    samples = (sample for metric in CHECKPOINT_SECONDS.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_sum"))


def _open(gate: str) -> None:
    """Say that the first pass is over."""
    Path(gate).touch()


def _memory() -> float:
    """Return the memory this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * _PAGE / 1e6


_READERS = {"replay": replay, "follow": follow}


def main() -> None:
    """Measure one thing and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=[*_READERS, "raw", "yardstick"])
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--mongo")
    parser.add_argument("--as", dest="name", default="", help="name of the group and of the database")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--gate")
    asked = parser.parse_args()
    measured = uvloop.run(_READERS.get(asked.what, read_only)(asked))
    sys.stdout.write(f"{json.dumps(measured)}\n")


if __name__ == "__main__":
    main()
