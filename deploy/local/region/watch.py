"""What the region waits for between its stages: rosters, attendance, erasures.

Guards that a stage begins only when the services know what it builds on; each is asked over its public API, and
what it must answer is the truth so far.
"""

import asyncio
from collections.abc import Iterable

from deploy.local.region.catalogue import Cohort
from deploy.local.region.clerks import clerk
from deploy.local.region.ledger import Ledger
from deploy.local.region.office import Office, Request
from deploy.local.region.truth import Truth
from deploy.local.region.waiting import until

Sitting = tuple[str, str]
"""Person and session, by the region's keys."""


class Watch:
    """Waits until services other than the one that was told have heard of it."""

    def __init__(self, office: Office, ledger: Ledger, truth: Truth) -> None:
        self._office = office
        self._ledger = ledger
        self._truth = truth

    async def scheduled(self, cohorts: Iterable[Cohort], organisation: str) -> None:
        """Wait until engagement knows the sessions of the cohorts and the tracker the places."""
        who = clerk("coordinator", organisation)
        for cohort in cohorts:
            await self._office.ask(Request(who, "GET", f"/engagement/v1/cohorts/{cohort.code}/sessions"))
            if cohort.places is not None:
                path = f"/recap_tracker/v1/places?programme={cohort.programme}"
                await self._office.ask(Request(who, "GET", path))

    async def rosters(self, places: Iterable[tuple[str, str]]) -> None:
        """Wait until engagement's rosters of these cohorts and organisations are the true ones."""
        await asyncio.gather(*(self._roster(cohort, organisation) for cohort, organisation in sorted(set(places))))

    async def attendance(self, sittings: Iterable[Sitting]) -> None:
        """Wait until what engagement believes of these people and sessions is the truth."""
        by_person: dict[str, set[str]] = {}
        for person, session in sittings:
            if person in self._truth.people.known:
                by_person.setdefault(person, set()).add(session)
        await asyncio.gather(*(self._believed(person, sessions) for person, sessions in by_person.items()))

    async def erasures(self) -> None:
        """Wait until every service has confirmed every erasure."""
        for person, (organisation, receipt) in self._ledger.receipts.items():
            request = Request(clerk("coordinator", organisation), "GET", f"/enrolment/v1/erasures/{receipt}")

            async def missing(request: Request = request) -> str | None:
                answer = await self._office.ask(request)
                return None if answer["complete"] else f"only {answer['confirmed_by']} had confirmed"

            await until(missing, f"the erasure of {person}")

    async def _roster(self, cohort: str, organisation: str) -> None:
        expected = {self._ledger.people[person] for person in self._truth.people.roster(cohort, organisation)}
        request = Request(clerk("coordinator", organisation), "GET", f"/engagement/v1/cohorts/{cohort}/roster")

        async def missing() -> str | None:
            answer = await self._office.ask(request)
            found = {one["participant"] for one in answer["participants"]}
            if found == expected:
                return None
            return f"{len(expected - found)} people were not on it and {len(found - expected)} should not have been"

        await until(missing, f"the roster of {cohort} at {organisation}")

    async def _believed(self, person: str, sessions: set[str]) -> None:
        organisation = self._truth.people.known[person].organisation
        path = f"/engagement/v1/participants/{self._ledger.people[person]}/attendance"
        request = Request(clerk("coordinator", organisation), "GET", path)

        async def missing() -> str | None:
            answer = await self._office.ask(request)
            told = {one["session"]: (one["status"], one["contact_minutes"]) for one in answer["sessions"]}
            wrong = [
                session for session in sorted(sessions) if told.get(session) != self._truth.believed(person, session)
            ]
            if not wrong:
                return None
            return f"{wrong[0]} was {told.get(wrong[0])} and should have been {self._truth.believed(person, wrong[0])}"

        await until(missing, f"the attendance of {person} at {organisation} ({self._ledger.people[person]})")
