"""Tables of a programme: for each organisation what evaluation answers, beside the truth.

Guards that a difference is seen at once: equal figures stand as one number with a sign, unequal ones as two in red.
"""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from deploy.local.region.catalogue import Cohort, Organisation
from deploy.local.region.comparison import Side
from deploy.local.region.truth import PARTICIPATION

_HEADINGS = {
    "enrolled": "enrolled",
    "withdrawn": "with-\ndrawn",
    "attended_at_least_once": "came\nonce",
    "sessions_attended": "attended",
    "sessions_missed": "missed",
    "contact_minutes": "contact\nminutes",
    "commitment_met": "75%\nmet",
    "commitment_can_still": "can\nstill",
    "commitment_can_no_longer": "can no\nlonger",
    "journals_submitted": "journals",
    "active": "active",
    "queued": "queued",
    "completed": "com-\npleted",
    "milestones_planned": "mile-\nstones",
    "milestones_reached": "reached",
    "days_ahead_total": "days\nahead",
}


def table(cohort: Cohort, organisations: Sequence[Organisation], side: Side) -> Table:
    """Return one row for each organisation with `answer = truth` for each figure."""
    about = "participation" if side.names is PARTICIPATION else "change projects"
    made = Table(title=f"{cohort.title}: {about} (answer = truth)", title_justify="left", title_style="bold")
    made.add_column("organisation", no_wrap=True)
    shown = [index for index, name in enumerate(side.names) if _matters(name, cohort)]
    for index in shown:
        made.add_column(_HEADINGS[side.names[index]], justify="right", no_wrap=True)
    for organisation in organisations:
        pairs = side.at(cohort.programme, organisation.code)
        made.add_row(organisation.code, *(_pair(*pairs[index]) for index in shown))
    return made


def _matters(name: str, cohort: Cohort) -> bool:
    """Commitment only where one is asked for."""
    return cohort.commitment is not None or not name.startswith("commitment")


def _pair(answered: int, true: int) -> Text:
    if answered == true:
        return Text(f"{answered} = {true}")
    return Text(f"{answered} ≠ {true}", style="bold red")
