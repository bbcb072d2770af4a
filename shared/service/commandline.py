"""The command line of a service: which part to run, on which ports, and what a signal does.

Guards that the first signal stops in order and the second one at once, and that the exit code tells a supervisor what
happened: 0 stopped when asked, 1 ended by itself, 2 the environment is not complete.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import uvloop

from shared import logs
from shared.errors import UnavailableError
from shared.service.parts import Service
from shared.service.runner import FAILED, Runner
from shared.service.server import HttpServer
from shared.settings import PREFIX, ServiceSettings, read, variable
from shared.web.health import Health, health_app

PARTS = {
    "run": "everything in one process, for a small installation",
    "api": "the HTTP API",
    "worker": "reactions and projections",
    "relay": "sends what was saved to the broker",
}
S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Tool(Generic[S]):
    """Something a service does once, beside its parts: what it is for, what it takes, and how it runs."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[S, argparse.Namespace], Awaitable[int]]
    """Returns the exit code."""


def main(
    name: str,
    settings: type[S],
    build: Callable[[S], Service],
    arguments: Sequence[str] | None = None,
    tools: Mapping[str, Tool[S]] | None = None,
) -> None:
    """Run a service's part until it is stopped, or one of its tools, then end the process."""
    tools = tools or {}
    chosen = _parser(name, settings, tools).parse_args(arguments)
    if chosen.part in tools:
        known = read(settings)
        logs.configure(name, chosen.part, known.log_level)
        sys.exit(uvloop.run(_use(tools[chosen.part], known, chosen)))
    known = read(settings, port=chosen.port, health_port=chosen.health_port)
    logs.configure(name, chosen.part, known.log_level)
    sys.exit(uvloop.run(_run(chosen.part, known, build)))


async def _use(tool: Tool[S], settings: S, chosen: argparse.Namespace) -> int:
    """Run a tool; a part that is away ends it with a sentence and exit code 1."""
    try:
        return await tool.run(settings, chosen)
    except UnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return FAILED


async def _run(part: str, settings: S, build: Callable[[S], Service]) -> int:
    stop = asyncio.Event()
    _listen_to_signals(stop)
    return await assemble(part, settings, build(settings)).run(stop)


def assemble(part: str, settings: ServiceSettings, service: Service) -> Runner:
    """Return the runner of one part of a service."""
    if part in {"run", "api"}:
        api = service.api()
        health: Health = api.state.health
        front = HttpServer(api, settings.host, settings.port, name="the API")
    else:
        health = Health()
        front = HttpServer(health_app(health), settings.host, settings.health_port, name="the health pages")
    return Runner(
        health=health,
        front=front,
        prepare=service.prepare,
        workers=service.workers() if part in {"run", "worker"} else (),
        relays=[service.relay()] if part in {"run", "relay"} else (),
        close=service.database.close,
    )


def _listen_to_signals(stop: asyncio.Event) -> None:
    """Stop in order at the first signal, at once at the second."""

    def received(number: int) -> None:
        logs.logger().info("signal received", signal=signal.Signals(number).name)
        if stop.is_set():
            os._exit(FAILED)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, received, number)


def _parser(name: str, settings: type[ServiceSettings], tools: Mapping[str, Tool[S]]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{name}",
        description=f"Run the {name.replace('_', ' ')} service, or one part of it.",
        epilog=_variables(settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART", title="parts")
    for part, help_text in PARTS.items():
        chosen = parts.add_parser(part, help=help_text, description=f"Run {help_text}.")
        chosen.add_argument("--port", type=int, help=f"port of the API (default: {PREFIX}PORT)")
        chosen.add_argument(
            "--health-port",
            type=int,
            help=f"port of /livez, /readyz and /metrics of a worker or relay (default: {PREFIX}HEALTH_PORT)",
        )
    for tool_name, tool in tools.items():
        tool.arguments(parts.add_parser(tool_name, help=tool.help, description=tool.help))
    return parser


def _variables(settings: type[ServiceSettings]) -> str:
    """Return the environment variables as text for --help."""
    lines = ["environment:"]
    for field_name, field in settings.model_fields.items():
        needed = "required" if field.is_required() else f"default: {field.default!s}"
        lines.append(f"  {variable(field_name)}  ({needed})\n      {field.description}")
    return "\n".join(lines)
