"""Dead letters on real servers: sent again in order, once, and every decision has a name and a reason."""

import json
from datetime import timedelta

import pytest

from shared.audit import Audit
from shared.bus import Delivery
from shared.clock import now
from shared.deadletters.commandline import DONE, IMPOSSIBLE, STILL_WAITING
from shared.deadletters.desk import AUDITED_AS
from shared.errors import RefusedError
from tests.integration.bus.world import KEY, World, until

pytestmark = pytest.mark.delivery


class SessionUnknownError(RefusedError):
    """There is no session {session}."""


async def test_what_was_parked_is_sent_again_in_order_and_twice_changes_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """P7; and a refusal's sentence travels without what the record said."""
    topic = world.topics.attendance("R0A")
    known = False

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        value = delivery.record.value or b""
        await delivery.external_mark("s", value.decode(), value, now() - timedelta(1))
        if not known and value == b"one":
            raise SessionUnknownError(session="Smith's")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"one", b"two", b"three", headers=[("h", b"1")])
    await world.publish(topic, b"other", key="free")
    await world.handled_are(b"other")
    await world.parked_are(3)
    first = (await world.letters())[0]
    assert (first.code, first.message) == ("session-unknown", "There is no session {session}.")

    known = True
    assert await world.tool("redrive", "--code", "session-unknown", "--dry-run", "--json") == DONE
    assert len(json.loads(capsys.readouterr().out)) == 3
    assert await world.tool("redrive", "--code", "session-unknown", "--reason", "known now", "--actor", "ann") == DONE
    await world.handled_are(b"other", b"one", b"two", b"three")
    assert await world.outstanding() == {}
    assert world.handled[1].headers == (("h", b"1"),)

    assert await world.tool("redrive", "--id", first.id, "--reason", "again", "--actor", "ann") == DONE
    record = first.record
    await world.publish(topic, record.value, headers=[*record.headers, ("x-dlq-id", first.id.encode())])
    await world.publish(topic, b"four")
    await world.handled_are(b"other", b"one", b"two", b"three", b"four")
    assert await world.things() == 5
    chain = await Audit(world.database, world.door, KEY).verify(AUDITED_AS)
    assert (chain.entries, chain.fault) == (1, None)


async def test_discarding_frees_the_key_and_leaves_the_rest_to_be_sent_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """P7."""
    topic = world.topics.attendance("R0A")

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if delivery.record.value == b"never":
            raise SessionUnknownError(session="x")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"never", b"good")
    outstanding = await world.parked_are(2)
    never, good = next(iter(outstanding.values()))

    assert await world.tool("redrive", "--id", good, "--reason", "r") == IMPOSSIBLE
    assert never in capsys.readouterr().err
    assert await world.tool("discard", "--id", never, "--reason", "sent by mistake") == DONE
    assert await world.tool("redrive", "--key", "k", "--reason", "goes on") == DONE
    await world.publish(topic, b"later")
    await world.handled_are(b"good", b"later")
    capsys.readouterr()
    assert await world.tool("show", never, "--json") == DONE
    shown = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["value"], shown["key"]) == ("settled", "never", "k")
    assert await world.tool("show", "nothing") == IMPOSSIBLE


async def test_what_fails_again_keeps_its_id_and_its_place_and_what_is_behind_waits_on(world: World) -> None:
    """P2, P7."""
    topic = world.topics.attendance("R0A")
    known = False

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if delivery.record.value == b"one" and not known:
            raise SessionUnknownError(session="x")
        await world.save(delivery)

    await world.bus.start()
    await world.publish(topic, b"one", b"two", headers=[("h", b"1")])
    before = await world.parked_are(2)
    assert await world.tool("redrive", "--every", "--reason", "too early", "--wait", "0.1") == STILL_WAITING

    async def parked_again() -> bool:
        return len(await world.letters()) == 4

    await until(parked_again)
    assert await world.outstanding() == before
    letters = await world.letters()
    assert [letter.id for letter in letters[2:]] == [letter.id for letter in letters[:2]]
    assert {letter.record.headers for letter in letters} == {(("h", b"1"),)}

    known = True
    assert await world.tool("redrive", "--every", "--reason", "now") == DONE
    await world.handled_are(b"one", b"two")
