"""The HTTP routes of the tracker, under `/recap_tracker/v1`.

Guards that each route needs a role and works with the caller's own organisation only.
"""

from services.recap_tracker.api import milestones, places, projects

ROUTERS = (projects.router, milestones.router, places.router)
TAGS = (
    {"name": "projects", "description": "Change projects: open, read, complete, withdraw, reopen."},
    {"name": "milestones", "description": "Steps with a measurable outcome: planned, reached, reopened."},
    {"name": "places", "description": "The programme's places, and why a project has or has not got one."},
)
DESCRIPTION = """Change projects of the region's organisations, and the limited number of places they compete for.

Everything you read or change belongs to the organisation in your token; another organisation's project is not found.
A command that is accepted becomes visible in the region's figures within moments."""
