"""The operator's tool: `python -m shared.deadletters --service NAME list|show|redrive|discard`.

Guards that nothing is changed without an actor and a reason, that a dry run changes nothing, and that scripts can
tell by the exit code what happened: 0 done, 1 a part is away, 2 wrong use, 3 not found or not possible, 4 some still
wait.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.audit import INDEXES as AUDIT_INDEXES
from shared.audit import Audit
from shared.deadletters import rendering
from shared.deadletters.desk import Decided, Desk, Expired, Found, Wanted
from shared.deadletters.letter import Letter
from shared.deadletters.parked import Parked
from shared.errors import RefusedError, UnavailableError
from shared.mongo import Database
from shared.outbox import StoreDoor
from shared.settings import PREFIX, Key, read
from shared.stream import SMALL_BATCH_BYTES, Publisher
from shared.topics import SERVICES, Topics

DONE, AWAY, WRONG, IMPOSSIBLE, STILL_WAITING = range(5)


class ToolSettings(BaseSettings):
    """What the tool needs from the environment: the same variables as the service whose dead letters these are."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    brokers: str = Field(min_length=1, description="the Kafka brokers, for example kafka-1:9092,kafka-2:9092")
    mongo_url: str = Field(pattern=r"^mongodb(\+srv)?://", repr=False, description="the MongoDB replica set")
    topic_prefix: str = Field(default="", description="the prefix of all topics")
    database_prefix: str = Field(default="", description="the prefix of all databases")
    deployment_key: Key = Field(repr=False, description="the deployment's key, in base64, which seals the audit")
    idempotent_producer: bool = Field(default=True, description="true, unless the local broker lacks them")


def parser() -> argparse.ArgumentParser:
    """Return what the tool understands."""
    top = argparse.ArgumentParser(
        prog="python -m shared.deadletters",
        description="Dead letters of one service: records that it could not handle.",
        epilog="Takes the environment of that service. Exit codes: 0 done, 1 broker or database is away, 2 wrong "
        "usage, 3 not found or not possible, 4 sent but some still wait. Codes of letters: docs/operations.md.",
    )
    top.add_argument("--service", required=True, choices=SERVICES, help="whose dead letters")
    commands = top.add_subparsers(dest="command", required=True)
    listing = _command(commands, "list", "Show which dead letters wait; nothing of what is in them.")
    listing.add_argument("--all", action="store_true", help="also those that were handled or discarded")
    show = "Show one record with its bytes; this is audited."
    showing = commands.add_parser("show", help=show, description=show)
    showing.add_argument("id", help="as `list` shows it")
    showing.add_argument("--json", action="store_true", help="as JSON")
    showing.add_argument("--actor", default=_me(), help="who looks (default: %(default)s)")
    redriving = _command(commands, "redrive", "Send records again, in order; those behind them go along.")
    redriving.add_argument(
        "--wait", type=float, default=30, metavar="SECONDS", help="until they are handled (default: %(default)s)"
    )
    for changing in (redriving, _command(commands, "discard", "Let records be; their key is free again.")):
        changing.add_argument("--dry-run", action="store_true", help="only say what would be done")
        changing.add_argument("--every", action="store_true", help="all that wait, if nothing else is chosen")
        changing.add_argument("--actor", default=_me(), help="who decides (default: %(default)s)")
        changing.add_argument("--reason", help="why; needed unless it is a dry run")
    return top


def _me() -> str:
    """Return the name of whoever runs the tool; in a container there may be none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "operator"


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, what: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=what, description=what)
    command.add_argument("--id", action="append", default=[], help="this one; may be given more than once")
    command.add_argument("--key", help="of this key, as text")
    command.add_argument("--code", help="with this code")
    command.add_argument("--stage", help="of this reaction or projection")
    command.add_argument("--json", action="store_true", help="as JSON")
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the tool and return its exit code."""
    top = parser()
    asked = top.parse_args(arguments)
    if asked.command in ("redrive", "discard"):
        if not (asked.reason or asked.dry_run):
            top.error("--reason is needed: it goes into the audit")
        if not (asked.id or asked.key or asked.code or asked.stage or asked.every):
            top.error("say which: --id, --key, --code, --stage or --every")
    try:
        return asyncio.run(_run(asked, read(ToolSettings)))
    except UnavailableError as error:
        return _fail(AWAY, str(error))
    except RefusedError as error:
        return _fail(IMPOSSIBLE, str(error))


async def _run(asked: argparse.Namespace, settings: ToolSettings) -> int:
    topics = Topics(settings.topic_prefix)
    async with AsyncExitStack() as stack:
        database = Database(settings.mongo_url, f"{settings.database_prefix}{asked.service}")
        stack.push_async_callback(database.close)
        publisher = Publisher(settings.brokers, idempotent=settings.idempotent_producer, batch_bytes=SMALL_BATCH_BYTES)
        stack.push_async_callback(publisher.close)
        await database.ensure_indexes(AUDIT_INDEXES)
        audit = Audit(database, StoreDoor(database, asked.service, topics=topics), settings.deployment_key)
        desk = Desk(settings.brokers, topics.dead_letters(asked.service), Parked(database), publisher, audit)
        return await _COMMANDS[asked.command](asked, desk, await desk.look())


async def _list(asked: argparse.Namespace, _: Desk, found: Found) -> int:
    rows = [rendering.listed(letter, "waiting") for letter in found.outstanding(_wanted(asked))]
    rows += [rendering.listed_expired(one, "expired") for one in found.expired(_wanted(asked))]
    if asked.all:
        rows += [rendering.listed(letter, "settled") for letter in found.settled(_wanted(asked))]
    sys.stdout.write(rendering.as_json(rows) if asked.json else rendering.as_table(rows))
    return DONE


async def _show(asked: argparse.Namespace, desk: Desk, found: Found) -> int:
    letter = found.letters.get(asked.id)
    if letter is None:
        return _fail(IMPOSSIBLE, _expired([asked.id], found) or f"There is no dead letter {asked.id}.")
    await desk.note_reading(letter, asked.actor)
    status = "waiting" if found.outstanding(Wanted(frozenset({letter.id}))) else "settled"
    what = rendering.shown(letter, status)
    sys.stdout.write(rendering.as_json(what) if asked.json else rendering.as_page(what))
    return DONE


async def _redrive(asked: argparse.Namespace, desk: Desk, found: Found) -> int:
    unknown = _expired(asked.id, found) or _unknown(asked, found)
    if unknown:
        return _fail(IMPOSSIBLE, unknown)
    skipped = found.expired(_wanted(asked)) if asked.every else []
    for one in skipped:
        _fail(STILL_WAITING, f"The key of {one.id} is left out: its bytes have expired. Discard it to go on.")
    there = found.whole() if skipped else found
    queues = there.in_order(there.outstanding(_wanted(asked)))
    letters = [letter for queue in queues for letter in queue]
    _say(asked, letters, "would be sent again" if asked.dry_run else "to send again")
    if asked.dry_run or not letters:
        return DONE
    left = await desk.redrive_until_free(queues, Decided(asked.actor, asked.reason), asked.wait)
    if left:
        ids = ", ".join(letter.id for letter in left[:5])
        return _fail(STILL_WAITING, f"{len(left)} still wait, for example {ids}.")
    return STILL_WAITING if skipped else DONE


async def _discard(asked: argparse.Namespace, desk: Desk, found: Found) -> int:
    unknown = _unknown(asked, found)
    if unknown:
        return _fail(IMPOSSIBLE, unknown)
    # What has expired cannot be looked at any more: only whoever names it lets it be.
    expired = found.expired(_wanted(asked)) if asked.id else []
    letters: list[Letter | Expired] = [*found.outstanding(_wanted(asked)), *expired]
    _say(asked, letters, "would be discarded" if asked.dry_run else "to discard")
    if not asked.dry_run and letters:
        await desk.discard(letters, Decided(asked.actor, asked.reason))
    return DONE


_COMMANDS = {"list": _list, "show": _show, "redrive": _redrive, "discard": _discard}


def _wanted(asked: argparse.Namespace) -> Wanted:
    key = None if asked.key is None else asked.key.encode()
    return Wanted(frozenset(asked.id), key, asked.code, asked.stage)


def _unknown(asked: argparse.Namespace, found: Found) -> str:
    """Say which of the ids asked for do not exist; one that is settled or has expired exists."""
    known = {*found.letters, *(one.id for one in found.expired(Wanted()))}
    missing = [one for one in asked.id if one not in known]
    return f"There is no dead letter {', '.join(missing)}." if missing else ""


def _expired(ids: Sequence[str], found: Found) -> str:
    """Say which of some ids have no bytes any more."""
    gone = [one.id for one in found.expired(Wanted()) if one.id in ids]
    return f"The bytes of {', '.join(gone)} have expired; it can only be discarded." if gone else ""


def _say(asked: argparse.Namespace, letters: Sequence[Letter | Expired], what: str) -> None:
    rows = [
        rendering.listed_expired(one, what) if isinstance(one, Expired) else rendering.listed(one, what)
        for one in letters
    ]
    text = rendering.as_json(rows) if asked.json else f"{len(rows)} {what}\n" + rendering.as_table(rows)
    sys.stdout.write(text)


def _fail(code: int, message: str) -> int:
    sys.stderr.write(message + "\n")
    return code
