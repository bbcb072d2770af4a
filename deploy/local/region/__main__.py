"""The main job, end to end: `python -m deploy.local.region`, which is what `make demo` runs.

Guards the exit status (0 exact or ended when asked, 1 not exact or not possible, 2 wrong usage) and that whatever
happens the stack is gone afterwards.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial

from rich.console import Console

from deploy.local.region.catalogue import read_catalogue
from deploy.local.region.errors import RegionError
from deploy.local.region.options import Options, read_options
from deploy.local.region.play import play
from deploy.local.region.report import tell
from deploy.local.region.world import TooSmallError, World, build_world
from deploy.local.stack import Stack
from shared.testing.processes import PartError
from shared.topics import SERVICES

_LOG_WIDTH = 132
_LOOK_SECONDS = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Play a region and return the exit status."""
    options = read_options(arguments)
    console = Console() if sys.stdout.isatty() else Console(width=_LOG_WIDTH)
    try:
        world = build_world(read_catalogue(), options.size)
        return _run(options, world, console)
    except TooSmallError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        console.print("Ended; nothing is left behind.")
        return 130
    except (RegionError, PartError, ExceptionGroup) as error:
        for one in _leaves(error):
            print(f"{type(one).__name__}: {one}", file=sys.stderr)
        return 1


def _run(options: Options, world: World, console: Console) -> int:
    size, acts = world.size, sum(1 for _ in world.acts())
    about = f"A region of {size.people} people in {size.organisations} organisations (seed {size.seed})"
    console.print(f"{about}: {acts} acts in {len(world.months)} months of two programmes.", highlight=False)
    with Stack(
        port=options.port or None, logs=options.logs, say=partial(console.print, markup=False, highlight=False)
    ) as stack:
        began = time.monotonic()
        outcome = asyncio.run(play(stack, world, console))
        console.print(f"Played and compared in {time.monotonic() - began:.0f} s.", highlight=False)
        tell(console, world, outcome)
        if _keeps(options):
            _serve(stack, console)
    return 0 if outcome.is_exact else 1


def _keeps(options: Options) -> bool:
    """Keep serving when asked to; otherwise on a terminal that is not a build's."""
    if options.keep is not None:
        return options.keep
    return sys.stdout.isatty() and os.environ.get("CI", "").lower() not in ("1", "true")


def _serve(stack: Stack, console: Console) -> None:
    """Print where everything is and keep it up until Ctrl-C, which is the normal end."""
    console.print(f"\nStill serving; Ctrl-C ends everything.\n  {stack.origin}  the four services")
    for service in SERVICES:
        console.print(f"  {stack.origin}/{service}/docs  documentation of {service}")
    console.print(f"  {stack.provider.issuer}  identity provider; a token: python -m deploy.local token --help")
    console.print("Before an operator's tool such as python -m shared.deadletters, the environment of its service:")
    for service in SERVICES:
        console.print(f"  . {stack.operators_file(service)}", highlight=False)
    try:
        while True:
            time.sleep(_LOOK_SECONDS)
            stack.check()
    except KeyboardInterrupt:
        console.print("Ending.")


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Return the errors inside a group, however deep."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


if __name__ == "__main__":
    sys.exit(main())
