"""The stand-in for MongoDB as a process: its own command line, with the compose file's limit for a transaction.

Guards that what a killed process was writing is free again after the same time as in a deployment; the stand-in's
command line knows no option for it. Run as a script by `parts.py`.
"""

import sys

from secantus.cli import main
from secantus.server import SecantusDBServer

TRANSACTION_SECONDS = 30.0
"""As `transactionLifetimeLimitSeconds` in the compose file."""

if __name__ == "__main__":
    defaults = SecantusDBServer.__init__.__kwdefaults__
    if defaults is None or "transaction_lifetime_seconds" not in defaults:
        sys.exit("this release of SecantusDB does not say how long it keeps a transaction")
    defaults["transaction_lifetime_seconds"] = TRANSACTION_SECONDS
    sys.exit(main())
