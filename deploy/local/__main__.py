"""The command line of the local stack: bring it up and keep it up, or get a token for it.

Guards that the terminal shows what happens, and that Ctrl-C is the normal way to end. Exit codes: 0 ended when asked,
1 something could not start or stay up, 2 wrong usage.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.local.stack import Stack
from shared.testing import kafka
from shared.testing.ports import is_free
from shared.testing.processes import PartError
from shared.testing.provider import token_for

_PORT = 8700
_LOOK = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    asked = _parser().parse_args(arguments)
    if asked.command == "token":
        print(token_for(asked.issuer, asked.sub, asked.organisation, asked.roles.split(",")))
        return 0
    try:
        return _up(asked)
    except PartError as problem:
        print(problem, file=sys.stderr)
        return 1


def _up(asked: argparse.Namespace) -> int:
    lack = kafka.missing() if asked.broker == "kafka" else None
    if lack is not None:
        raise PartError(lack)
    port = asked.port or (_PORT if is_free(_PORT) else None)
    try:
        with Stack(kind=asked.broker, port=port, logs=asked.logs) as stack:
            print(f"\nEverything is up.\n  {stack.origin}  APIs and their documentation")
            print(f"  {stack.provider.issuer}  identity provider\n  {stack.broker.url}  broker ({stack.broker.title})")
            for service, database in stack.databases.items():
                print(f"  {database.url}  database of {service} ({database.title})")
                print(f"  . {stack.operators_file(service)}  before an operator's tool for {service}")
            print("Ctrl-C ends everything.")
            while True:
                time.sleep(_LOOK)
                stack.check()
    except KeyboardInterrupt:
        print("Everything has ended; nothing is left behind.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deploy.local",
        description="The whole platform on this machine: embedded parts, four services, one origin.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="start everything and keep it up until Ctrl-C")
    up.add_argument("--port", type=int, help=f"port of the origin ({_PORT}, or a free one when that is taken)")
    up.add_argument("--broker", choices=("embedded", "kafka"), default="embedded", help="embedded, or Apache Kafka")
    up.add_argument("--logs", type=Path, help="folder to keep the logs in (they are removed at the end otherwise)")
    token = commands.add_parser("token", help="print a bearer token for a running stack")
    token.add_argument("--issuer", required=True, help="address of the identity provider")
    token.add_argument("--sub", default="anna", help="who it is for; anybody who is named is let in (anna)")
    token.add_argument("--organisation", required=True, help="code of the organisation")
    token.add_argument("--roles", required=True, help="roles separated by commas, such as coordinator,evaluator")
    return parser


if __name__ == "__main__":
    sys.exit(main())
