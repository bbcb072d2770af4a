"""The stand-in for MongoDB as a process: its own command line, with the compose file's limit for a transaction.

Guards that what a killed process was writing is free again after the same time as in a deployment (the stand-in's
command line knows no option for it), and that nobody can bring the stand-in to a standstill by dropping what an open
transaction has written. Run as a script by `parts.py`.
"""

import sys
from collections.abc import Mapping
from typing import Any

from secantus import commands
from secantus.cli import main
from secantus.server import SecantusDBServer

TRANSACTION_SECONDS = 12.0
"""As `transactionLifetimeLimitSeconds` in the compose file."""
_DROPS = ("drop", "dropDatabase")


def _ending_transactions(drop: commands.CommandHandler) -> commands.CommandHandler:
    """Return a drop that first ends all transactions.

    MongoDB waits for those that hold what is to go. This release tries to remove it again and again and never gives
    way, not even to the end of the transaction that it waits for: one drop after a client's death stopped it for good.
    """

    def dropping(document: Mapping[str, Any], context: commands.CommandContext) -> Any:
        if context.transactions is not None:
            context.transactions.abort_all()
        return drop(document, context)

    return dropping


if __name__ == "__main__":
    defaults = SecantusDBServer.__init__.__kwdefaults__
    if defaults is None or "transaction_lifetime_seconds" not in defaults:
        sys.exit("this release of SecantusDB does not say how long it keeps a transaction")
    defaults["transaction_lifetime_seconds"] = TRANSACTION_SECONDS
    handlers = commands._HANDLERS  # noqa: SLF001 - it has no public way to a command
    for name in _DROPS:
        handlers[name] = _ending_transactions(handlers[name])
    sys.exit(main())
