"""Dead letters on real servers: sent again in order, once, and every decision has a name and a reason."""

import json
from datetime import timedelta

import pytest

from shared.audit import Audit
from shared.bus import Delivery, Record
from shared.clock import now
from shared.deadletters.commandline import DONE, IMPOSSIBLE, STILL_WAITING
from shared.deadletters.desk import AUDITED_AS
from shared.deadletters.letter import Letter, identity
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
    (discarded,) = [letter for letter in await world.letters() if letter.id == never]
    await world.bus.dead_letters.parked.add([discarded])
    assert list((await world.outstanding()).values()) == [[good]]
    assert await world.tool("redrive", "--key", "k", "--reason", "goes on") == DONE
    await world.publish(topic, b"later")
    await world.handled_are(b"good", b"later")
    capsys.readouterr()
    assert await world.tool("show", never, "--json") == DONE
    shown = json.loads(capsys.readouterr().out)
    assert (shown["status"], shown["value"], shown["key"]) == ("settled", "never", "k")
    assert await world.tool("show", "nothing") == IMPOSSIBLE


async def test_what_has_expired_is_listed_holds_up_only_its_own_key_and_can_be_discarded(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """P7: the bytes of a letter are kept for a while, its place in the order until somebody decides."""
    topic = world.topics.attendance("R0A")
    known = False

    @world.bus.reaction(pattern=world.topics.attendance_pattern(), name="attendance")
    async def handle(delivery: Delivery) -> None:
        if not known:
            raise SessionUnknownError(session="x")
        await world.save(delivery)

    gone = Record(topic, 0, 10_000, b"k", b"gone")
    expired = Letter(identity("attendance", gone), gone, "attendance", "bug", "", 1, now())
    await world.bus.dead_letters.parked.add([expired])
    await world.bus.start()
    await world.publish(topic, b"behind")
    await world.publish(topic, b"other", key="other")
    await world.parked_are(3)

    assert await world.tool("list", "--json") == DONE
    rows = {row["id"]: row["status"] for row in json.loads(capsys.readouterr().out)}
    assert rows.pop(expired.id) == "expired"
    assert list(rows.values()) == ["waiting", "waiting"]
    known = True
    assert await world.tool("redrive", "--every", "--reason", "known now") == STILL_WAITING
    assert expired.id in capsys.readouterr().err
    await world.handled_are(b"other")
    for command in ("show",), ("redrive", "--reason", "r", "--id"):
        assert await world.tool(*command, expired.id) == IMPOSSIBLE
        assert "expired" in capsys.readouterr().err

    assert await world.tool("discard", "--id", expired.id, "--reason", "nobody has it") == DONE
    assert await world.tool("redrive", "--every", "--reason", "goes on") == DONE
    await world.handled_are(b"other", b"behind")
    assert await world.outstanding() == {}


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
