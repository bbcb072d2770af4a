"""What enrolment needs from its environment beyond what every service needs."""

from pathlib import Path

from pydantic import DirectoryPath, Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of the enrolment service."""

    catalogue: DirectoryPath = Field(
        default=Path(__file__).parent / "catalogue",
        description="the folder of the region's programmes, cohorts and organisations",
    )
