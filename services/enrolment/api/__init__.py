"""Enrolment over HTTP: programmes, participants and what is decided about them, erasures.

Guards that a route only parses, calls a handler or a query, and answers.
"""

from fastapi import APIRouter

from services.enrolment.api import erasures, participants, programmes

TAGS = [
    {"name": "programmes", "description": "What the programmes are: read from the catalogue, the same for everybody."},
    {"name": "participants", "description": "The people of the caller's organisation and what is decided about them."},
    {"name": "erasures", "description": "Forgetting a person, and who has confirmed it."},
]
"""How the reference groups the routes."""


def routers() -> list[APIRouter]:
    """Return all routes of the service."""
    return [programmes.router, participants.router, erasures.router]
