"""Command line of evaluation: run | api | worker | relay | rebuild | evidence."""

import sys
from importlib import import_module


def start() -> None:
    """Hand over to the evidence commands, which need no settings and no parts, or to the service."""
    if sys.argv[1:2] == ["evidence"]:
        sys.exit(import_module("services.evaluation.commands").main(sys.argv[2:]))
    app, settings = import_module("services.evaluation.app"), import_module("services.evaluation.settings")
    service = import_module("shared.service")
    evidence = service.Tool("from cells to a claim, on files alone: evidence --help", lambda _: None, _never)
    service.main(app.NAME, settings.Settings, app.build, tools={"rebuild": app.REBUILD, "evidence": evidence})


async def _never(*_: object) -> int:
    """The word `evidence` is taken before the service reads its settings; here it only stands in the list of parts."""
    return 2


start()
