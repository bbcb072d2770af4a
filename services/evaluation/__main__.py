"""Command line of evaluation: run | api | worker | relay."""

from services.evaluation.app import NAME, build
from services.evaluation.settings import Settings
from shared.service import main

main(NAME, Settings, build)
