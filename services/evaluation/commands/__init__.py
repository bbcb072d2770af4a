"""Evidence on the command line: `python -m services.evaluation evidence …`, files in, a claim or a table out.

Guards the exit codes: 0 done, 1 the input cannot be used (a sentence says where and why), 2 wrong usage, 3 refused
because a release could be undone or cells make another claim, 130 interrupted. Nothing here needs a broker, a database
or anybody's rows. Output is UTF-8 whatever the terminal is set to; whoever stops reading ends the command without a
word, and output that cannot be written, as on a full disk, is told in a sentence.
"""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from services.evaluation.commands import files
from services.evaluation.evidence.errors import EvidenceError

COMMANDS = ("cells", "estimate", "check", "design", "release", "wres", "simulate")
"""Each is a module of this package with HELP, `arguments(parser)` and `run(arguments) -> int`."""
UNUSABLE, INTERRUPTED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        chosen = _parser().parse_args(arguments)
        code: int = chosen.run(chosen)
        sys.stdout.flush()
    except EvidenceError as error:
        sys.stderr.write(f"{files.seen(str(error))}\n")
        return UNUSABLE
    except BrokenPipeError:
        return _unheard()
    except OSError as error:
        sys.stderr.write(f"standard output: cannot be written: {error.strerror}\n")
        return _unheard(UNUSABLE)
    except KeyboardInterrupt:
        return _unheard(INTERRUPTED)
    return code


def _open_what_is_closed() -> None:
    """Give output that whoever started us has closed a place to go: else the next file opened would take its number."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 # open to the end


def _unheard(code: int = 0) -> int:
    """Nobody reads any more, such as `head` after its last line: what is left to write goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services.evaluation evidence",
        description="From counts to a claim: what changed, and how much of it may be put down to the programme.",
        epilog="Exit codes: 0 done, 1 the input cannot be used (a sentence says where and why), 2 wrong usage, "
        "3 a release is refused, or a claim is not what its cells make. Files go in, text or JSON comes out; no "
        "settings are needed. The files are described in docs/how-to.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for name in COMMANDS:
        module = import_module(f"{__name__}.{name}")
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.arguments(command)
        command.set_defaults(run=module.run)
    return parser
