"""Who reads what: every reaction and projection that the services register, found by asking their own worker parts.

Guards that no reader is forgotten: a reaction that is added to a service is judged from then on.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

from shared.bus import Bus
from shared.projector import Projection, Projector
from shared.service import Runnable
from shared.settings import variable
from shared.testing.accounts import Reader
from shared.topics import SERVICES, Topics


def workers(service: str, environment: Mapping[str, str]) -> Sequence[Runnable]:
    """Build the worker parts of a service without starting them."""
    settings = import_module(f"services.{service}.settings").Settings
    given = {name: environment[variable(name)] for name in settings.model_fields if variable(name) in environment}
    built: Sequence[Runnable] = import_module(f"services.{service}.app").build(settings(**given)).workers()
    return built


def all_readers(
    environments: Mapping[str, Mapping[str, str]], organisations: Iterable[str]
) -> tuple[list[Reader], dict[str, Projection[Any, Any]]]:
    """Return all reactions and projections, and the projections themselves by name."""
    attendance = [Topics().attendance(organisation) for organisation in organisations]
    readers: list[Reader] = []
    projections: dict[str, Projection[Any, Any]] = {}
    for service in SERVICES:
        for part in workers(service, environments[service]):
            match part:
                case Bus():
                    for name, heard in part.subscriptions.items():
                        readers.append(Reader(service, name, heard.group, heard.topics or tuple(attendance)))
                case Projector():
                    projection = part._projection
                    projections[projection.name] = projection
                    readers.append(Reader(service, projection.name, part._group, tuple(part._topics)))
    return readers, projections
