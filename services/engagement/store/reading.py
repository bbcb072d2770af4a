"""Reading documents by what names them; who asks at the same time shares a question.

Guards that what is answered was read after it was asked for, and that nobody changes what somebody else was given.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from services.engagement.domain.cohorts import Cohort, Occasion
from services.engagement.domain.kept import COHORTS, read
from shared.events.ids import SessionId
from shared.mongo import Database, guard, named
from shared.rounds import Rounds

Document = Mapping[str, Any]


class Reading:
    """The questions of one service's handlers to its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._named: dict[str, Rounds[frozenset[str], list[Document]]] = {}
        self._occasions: Rounds[SessionId, Occasion | None] = Rounds(self._find_occasions)

    async def named(self, collection: str, names: Iterable[str]) -> list[Document]:
        """Return those of these documents that are there."""
        wanted = frozenset(names)
        if collection not in self._named:
            self._named[collection] = Rounds(partial(self._find_named, collection))
        return await self._named[collection].ask(wanted) if wanted else []

    async def occasion(self, session: SessionId) -> Occasion | None:
        """Return what records need to know of a session; nothing if no cohort has it."""
        return await self._occasions.ask(session)

    async def find(self, collection: str, query: Document) -> list[Document]:
        """Return what matches a query."""
        async with guard():
            return list(await self._database.collection(collection).find(query).to_list(None))

    async def _find_named(self, collection: str, asked: Sequence[Collection[str]]) -> list[list[Document]]:
        there: dict[str, Document] = {}
        for query in named({name for names in asked for name in names}):
            there |= {document["_id"]: document for document in await self.find(collection, query)}
        return [[there[name] for name in names if name in there] for names in asked]

    async def _find_occasions(self, sessions: Sequence[SessionId]) -> list[Occasion | None]:
        found = await self.find(COHORTS, {"sessions.session": {"$in": sorted(set(sessions))}})
        cohorts = [read(COHORTS, Cohort, document) for document in found]
        return [_occasion(cohorts, session) for session in sessions]


def _occasion(cohorts: Iterable[Cohort], session: SessionId) -> Occasion | None:
    return next((one for cohort in cohorts if (one := cohort.occasion(session)) is not None), None)
