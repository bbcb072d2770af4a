"""One part of the kernel as a process of its own, over the toys: to be ended at any of its awaits.

Started by the test kit as `python -m shared.testing.crashing … -- tests.fault.kernel.children ROLE …`.
"""

import asyncio
import json
import signal
import sys
from datetime import timedelta
from typing import Any

from shared.bus import Bus, Delivery, Publisher
from shared.clock import now
from shared.deadletters import DeadLetters
from shared.errors import PoisonError
from shared.leases import Leases
from shared.mongo import Database
from shared.outbox import Change, StoreDoor
from shared.projector import Projector, rebuild
from shared.relay import SEND_SECONDS, Relay
from shared.topics import Topics
from tests.toys import Minutes, attended

SERVICE = "evaluation"
SPEAKER = "engagement"


class Folding(Projector):
    """A projector with a producer of its own for dead letters."""

    publisher: Publisher

    async def stop(self) -> None:
        await super().stop()
        await self.publisher.close()


def projector(brokers: str, database: Database, topics: Topics, idempotent: bool) -> Projector:
    """Return the toy projection's worker."""
    publisher = Publisher(brokers, idempotent=idempotent)
    letters = DeadLetters(SERVICE, database, publisher, topics)
    folding = Folding(database, Minutes(), letters, brokers=brokers, topics=topics, service=SERVICE)
    folding.publisher = publisher
    return folding


def relay(brokers: str, database: Database, topics: Topics, idempotent: bool) -> Relay:
    """Return the relay of the database's outbox."""
    publisher = Publisher(brokers, idempotent=idempotent, seconds=SEND_SECONDS)
    return Relay(database, publisher, Leases(database), SPEAKER)


def reactions(brokers: str, database: Database, topics: Topics, idempotent: bool) -> Bus:
    """Return a bus that hears our own events and outside records, and speaks of each once."""
    bus = Bus(brokers, service=SERVICE, database=database, topics=topics, idempotent=idempotent)
    door = StoreDoor(database, SERVICE, topics=topics)

    async def hear(delivery: Delivery) -> None:
        said = delivery.fact
        if said.session == "skipped":
            delivery.skip()
        else:
            await _speak(door, delivery)

    async def hear_outside(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        try:
            said = json.loads(value)
        except ValueError:
            raise PoisonError("undecodable", "the value is not JSON") from None
        await delivery.external_mark("outside", said["id"], value, now() - timedelta(hours=1))
        if said.get("skipped"):
            delivery.skip()
        else:
            await _speak(door, delivery)

    bus.reaction(topics.events(SPEAKER), name="hearing")(hear)
    bus.reaction(name="attendance", pattern=topics.attendance_pattern())(hear_outside)
    return bus


async def _speak(door: StoreDoor, delivery: Delivery) -> None:
    """Keep a document of the record and say so, in one transaction."""
    name = delivery.because.new_id("thing")
    await door.save([Change("things", name, {"of": delivery.reaction}, 0, (attended(name, 1),))], delivery.because)


async def _rebuild(brokers: str, database: Database, topics: Topics) -> None:
    await rebuild(database, Minutes(), brokers=brokers, topics=topics, progress=lambda done, total: None)


async def _run(part: Any) -> None:
    """Run until asked to end, or until the part ends by itself."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    await part.start()
    tasks = [asyncio.create_task(asked.wait()), asyncio.create_task(part.wait())]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if task.done():
            task.result()
    await part.stop()


async def _main(role: str, *known: str) -> None:
    brokers, url, name, prefix, idempotent = known
    database, topics = Database(url, name), Topics(prefix)
    if role == "rebuild":
        await _rebuild(brokers, database, topics)
    else:
        makers = {"projector": projector, "relay": relay, "reactions": reactions}
        await _run(makers[role](brokers, database, topics, idempotent == "yes"))
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
