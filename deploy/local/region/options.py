"""The command line of the simulated region.

Guards that `--help` alone is enough to use it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.region.size import Size

_DESCRIPTION = """\
Plays a region on this machine: starts a broker, a database for each service, an identity provider and the four
services as processes, sends them the life of two programmes over their public HTTP APIs and the attendance topics,
and prints what the evaluation service answers beside the truth that the simulator kept.

The last line says whether every figure is equal; if not, the exit status is 1. On a terminal the platform then keeps
serving until Ctrl-C; without a terminal, or with CI=true, it ends. Nothing is left behind.
"""
_EXAMPLES = """\
examples:
  make demo
  make demo ARGS="--people 2000 --seed 7"
  make demo ARGS="--port 8080 --keep"
"""


@dataclass(frozen=True)
class Options:
    """What was asked for; `keep` None: keep serving on a terminal only."""

    size: Size
    port: int
    keep: bool | None
    logs: Path | None


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """Read the command line; ends the process with a message when it makes no sense."""
    usual = Size()
    parser = argparse.ArgumentParser(
        prog="make demo",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--people", type=int, default=usual.people, metavar="N", help="people of the region (default: %(default)s)")
    add(
        "--organisations",
        type=int,
        default=usual.organisations,
        metavar="N",
        help="organisations they work for, of as many kinds as possible (default: %(default)s)",
    )
    add(
        "--seed",
        type=int,
        default=usual.seed,
        metavar="N",
        help="decides everything that happens; the same seed and size give the same region (default: %(default)s)",
    )
    add("--port", type=int, default=0, metavar="N", help="port of the one origin in front (default: any free port)")
    add(
        "--keep",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="keep serving afterwards until Ctrl-C, or do not, whatever kind of output this is",
    )
    add("--logs", type=Path, metavar="FOLDER", help="keep the logs of the services there (default: gone at the end)")
    read = parser.parse_args(arguments)
    return Options(Size(read.people, read.organisations, read.seed), read.port, read.keep, read.logs)
