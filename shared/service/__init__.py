"""How a service is run: `python -m services.<name> run|api|worker|relay`.

Guards that the four services start, report and stop in the same way, and that settings are read once, here at the door.
"""

from shared.service.commandline import Tool, main
from shared.service.parts import Runnable, Service
from shared.service.runner import Runner
from shared.service.server import HttpServer

__all__ = ["HttpServer", "Runnable", "Runner", "Service", "Tool", "main"]
