"""Command line of the enrolment service: run | api | worker | relay."""

from services.enrolment.app import build
from services.enrolment.settings import Settings
from shared.service import main

main("enrolment", Settings, build)
