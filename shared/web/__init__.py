"""What the four APIs have in common: who calls, what a command is, what a failure looks like.

Guards that a service's `api.py` needs nothing but its routes: it imports from here and from FastAPI.
"""

from typing import Annotated

from fastapi import Depends

from shared.auth import Identity
from shared.outbox import Because
from shared.web.application import create_api
from shared.web.commands import (
    Command,
    Day,
    IdempotencyKeyInvalidError,
    IdempotencyKeyReusedError,
    command_because,
)
from shared.web.demands import Demand, demands, unguarded
from shared.web.identity import Caller, requires
from shared.web.problems import Problem, problems

CommandBecause = Annotated[Because, Depends(command_because)]
"""Why a command is saved; the dependency that carries `Idempotency-Key` and correlation id."""

__all__ = [
    "Caller",
    "Command",
    "CommandBecause",
    "Day",
    "Demand",
    "IdempotencyKeyInvalidError",
    "IdempotencyKeyReusedError",
    "Identity",
    "Problem",
    "command_because",
    "create_api",
    "demands",
    "problems",
    "requires",
    "unguarded",
]
