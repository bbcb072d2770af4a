"""Command line of engagement: run | api | worker | relay."""

from services.engagement.app import NAME, build
from services.engagement.settings import Settings
from shared.service import main

main(NAME, Settings, build)
