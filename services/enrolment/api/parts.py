"""What the routes need beyond the request, put into the application's state by the composition root.

Guards that a store is built for the organisation of the verified token and for no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Path, Request

from services.enrolment.domain.catalogue import Catalogue
from services.enrolment.handlers import Work
from services.enrolment.queries import Reads
from services.enrolment.store import Store
from shared.auth import Identity
from shared.events.ids import OrganisationId, ParticipantId
from shared.web import CommandBecause, requires

Coordinator = Annotated[Identity, requires("coordinator")]
Name = Annotated[ParticipantId, Path(min_length=1, max_length=128, description="the participant's id")]


@dataclass(frozen=True)
class Parts:
    """How routes come by a store, a reader and the time."""

    catalogue: Catalogue
    store: Callable[[OrganisationId], Store]
    reads: Callable[[OrganisationId], Reads]
    clock: Callable[[], datetime]


def parts(request: Request) -> Parts:
    """Return the parts of the application that answers."""
    found: Parts = request.app.state.enrolment
    return found


AllParts = Annotated[Parts, Depends(parts)]


def work(identity: Coordinator, because: CommandBecause, known: AllParts) -> Work:
    """Return what a command of this caller is carried out with."""
    store = known.store(OrganisationId(identity.organisation))
    return Work(store=store, catalogue=known.catalogue, because=because, now=known.clock())


CommandWork = Annotated[Work, Depends(work)]
