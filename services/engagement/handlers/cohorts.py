"""What engagement learns of cohorts.

Guards that an older schedule never replaces a newer one.
"""

from services.engagement.domain.cohorts import scheduled
from services.engagement.handlers.desk import Desk
from shared.events.enrolment import CohortScheduled
from shared.events.ids import CohortId
from shared.outbox import Because, until_saved


async def schedule_cohort(desk: Desk, fact: CohortScheduled, because: Because) -> bool:
    """Keep a cohort's schedule; say whether it was news."""

    async def attempt() -> bool:
        known, loaded = await desk.store.cohort(CohortId(fact.cohort))
        after = scheduled(known, fact)
        if after is known:
            return False
        await desk.store.save_cohort(after, loaded, because)
        return True

    return await until_saved(attempt)
