"""The HTTP routes of engagement, under `/engagement/v1`.

Guards that each route needs a role and works with the caller's own organisation only.
"""

from services.engagement.api import attendance, cohorts, journals, queue, register

ROUTERS = (cohorts.router, register.router, attendance.router, queue.router, journals.router)
TAGS = (
    {"name": "cohorts", "description": "Sessions of a cohort, and who of your organisation is enrolled."},
    {"name": "attendance", "description": "Registers of sessions, and what is known of a person's attendance."},
    {
        "name": "unmatched records",
        "description": "Records of your organisation's systems that match nobody yet: resolve or dismiss them.",
    },
    {"name": "journals", "description": "The learning journal of whoever is signed in."},
)
DESCRIPTION = """Who took part in which session, and what participants wrote about it.

Everything you read or change belongs to the organisation in your token; another organisation's person, record or
journal is not found. Attendance also arrives from your own systems, on the topic of your organisation; a facilitator's
register prevails over it. Send an `Idempotency-Key` with a command to be able to send it again."""
