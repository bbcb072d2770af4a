"""The coordinators' queue of records that match nobody: resolved by whom the record means, or dismissed.

Guards that every record which must land in the queue does land there, and that none is left in it.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from deploy.local.region.clerks import clerk
from deploy.local.region.ledger import Ledger
from deploy.local.region.office import Office, Request
from deploy.local.region.records import Report
from deploy.local.region.waiting import until
from deploy.local.region.wire import id_of

QUERIES = "/engagement/v1/attendance/queries"


class QueueDesk:
    """All coordinators at their queues."""

    def __init__(self, office: Office, ledger: Ledger) -> None:
        self._office = office
        self._ledger = ledger

    async def answer(self, reports: Iterable[Report]) -> None:
        """Wait for these records in the queues of their organisations and answer each."""
        at: dict[str, list[Report]] = {}
        for report in reports:
            at.setdefault(report.organisation, []).append(report)
        await asyncio.gather(*(self._answer_at(organisation, waiting) for organisation, waiting in at.items()))

    async def open_queries(self, organisation: str) -> list[dict[str, Any]]:
        """Return what waits for a coordinator of an organisation."""
        answer = await self._office.ask(Request(clerk("coordinator", organisation), "GET", f"{QUERIES}?limit=200"))
        queries: list[dict[str, Any]] = answer["queries"]
        return queries

    async def _answer_at(self, organisation: str, reports: list[Report]) -> None:
        found: dict[str, str] = {}

        async def missing() -> str | None:
            listed = {query["record"]: query["query"] for query in await self.open_queries(organisation)}
            found.update({id_of(report): listed[id_of(report)] for report in reports if id_of(report) in listed})
            return None if len(found) == len(reports) else f"{len(reports) - len(found)} records were not in it"

        await until(missing, f"the queue of {organisation}")
        for report in reports:
            await self._decide(report, found[id_of(report)])

    async def _decide(self, report: Report, query: str) -> None:
        who = clerk("coordinator", report.organisation)
        if report.person is None:
            body = {"reason": "Nobody of ours; the badge or the account belongs to a visitor."}
            request = Request(who, "POST", f"{QUERIES}/{query}/dismissal", body, f"dismiss-{query}")
        else:
            body = {"participant": self._ledger.people[report.person]}
            request = Request(who, "POST", f"{QUERIES}/{query}/resolution", body, f"resolve-{query}")
        await self._office.ask(request)
