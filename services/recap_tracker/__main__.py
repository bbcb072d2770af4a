"""Command line of the tracker: run | api | worker | relay."""

from services.recap_tracker.app import NAME, build
from services.recap_tracker.settings import Settings
from shared.service import main

main(NAME, Settings, build)
