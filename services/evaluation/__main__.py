"""Command line of evaluation: run | api | worker | relay | rebuild."""

from services.evaluation.app import NAME, REBUILD, build
from services.evaluation.settings import Settings
from shared.service import main

main(NAME, Settings, build, tools={"rebuild": REBUILD})
