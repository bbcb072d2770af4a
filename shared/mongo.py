"""The one door to the database driver: connections, transactions, indexes, and what an outage looks like.

Guards that a transaction either happened or did not, and that whoever asked learns which: after a lost answer the
proof is looked up instead of guessed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import ASCENDING, DeleteOne, IndexModel, InsertOne, ReplaceOne, ReturnDocument, UpdateOne
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from shared.errors import ConflictError, UnavailableError

__all__ = [
    "AFTER",
    "Database",
    "DeleteOne",
    "Index",
    "InsertOne",
    "ReplaceOne",
    "Session",
    "UpdateOne",
    "guard",
    "named",
    "translate",
]

AFTER = ReturnDocument.AFTER
NAMED_AT_ONCE = 50
Session = AsyncIOMotorClientSession
Document = dict[str, Any]
T = TypeVar("T")

_TIMEOUT_MS = 10_000
TRANSACTION_SECONDS = 10.0
"""Below what the database itself grants a transaction, which is how long somebody who died in one holds what they wrote
(decision 0031)."""
_END_SECONDS = 1.0
"""How long anybody waits for a session to be given back: one whose server is away asks it once more for ten seconds."""
_MAJORITY = WriteConcern("majority", j=True)
_NO_SUCH_TRANSACTION = 251
_FAILING_OVER = frozenset({6, 7, 50, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436})
"""What a server says while it stops, or while another becomes the primary; the driver asks twice and then raises it.
Source: the retryable errors of MongoDB's driver specifications, and the ends of time limits."""


@dataclass(frozen=True)
class Index:
    """An index: field names in order, perhaps unique, perhaps dropping a document after its time."""

    keys: tuple[str, ...]
    unique: bool = False
    expire_after: int | None = None
    """Seconds after the first field's time."""
    partial: Mapping[str, Any] | None = None


class Database:
    """One service's database: majority reads and writes, journalled, ten seconds at most for each call."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        self.transactions = 0
        """Transactions that wrote, committed through this object; tests gate it."""
        self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            tz_aware=True,
            serverSelectionTimeoutMS=_TIMEOUT_MS,
            connectTimeoutMS=_TIMEOUT_MS,
            socketTimeoutMS=_TIMEOUT_MS,
            maxPoolSize=32,
        )
        self._database = self._client.get_database(
            name,
            read_concern=ReadConcern("majority"),
            write_concern=_MAJORITY,
            read_preference=ReadPreference.PRIMARY,
        )

    def collection(self, name: str) -> AsyncIOMotorCollection[Document]:
        """Return a collection with majority reads and writes."""
        return self._database[name]

    async def ping(self) -> None:
        """Ask the server for a sign of life; raises UnavailableError."""
        async with guard():
            await self._client.admin.command("ping")

    async def collections(self) -> list[str]:
        """Return the names of all collections."""
        async with guard():
            return await self._database.list_collection_names()

    async def ensure_indexes(self, wanted: Mapping[str, Sequence[Index]]) -> None:
        """Create collections and indexes that are not there yet; may be run again at any time."""
        async with guard():
            present = set(await self._database.list_collection_names())
            for name, indexes in wanted.items():
                if name not in present:
                    await self._create(name)
                if indexes:
                    await self._database[name].create_indexes([_model(index) for index in indexes])

    async def _create(self, name: str) -> None:
        """Create a collection; another process may have been faster."""
        try:
            await self._database.create_collection(name)
        except PyMongoError as error:
            if name not in await self._database.list_collection_names():
                raise error from None

    async def transact(
        self,
        work: Callable[[Session], Awaitable[T]],
        *,
        proof: Callable[[], Awaitable[bool]] | None = None,
    ) -> T:
        """Run `work` in one snapshot transaction of at most 10 seconds.

        Raises ConflictError when another transaction was faster (nothing happened; load and decide again) and
        UnavailableError when the server is away. If the answer to the commit is lost, `proof` says whether it
        happened; without a proof that is an UnavailableError whose outcome is unknown.
        """
        result = await self._transact(work, proof)
        self.transactions += 1
        return result

    async def snapshot(self, read: Callable[[Session], Awaitable[T]]) -> T:
        """Run `read`, which writes nothing, on what the database holds at one moment; raises as `transact` does.

        It is committed all the same: only then was all that it read kept by a majority.
        """
        return await self._transact(read, _nothing_to_prove)

    async def _transact(
        self, work: Callable[[Session], Awaitable[T]], proof: Callable[[], Awaitable[bool]] | None
    ) -> T:
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS), self._session() as session:
                session.start_transaction(
                    read_concern=ReadConcern("snapshot"),
                    write_concern=_MAJORITY,
                    read_preference=ReadPreference.PRIMARY,
                )
                try:
                    result = await work(session)
                except BaseException:
                    await _abort(session)
                    raise
                await _commit(session, proof)
        except TimeoutError as error:
            raise UnavailableError("the database did not finish in time") from error
        except PyMongoError as error:
            raise translate(error) or error from error
        return result

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        session = await self._client.start_session()
        try:
            yield session
        finally:
            ending = asyncio.ensure_future(session.end_session())
            ending.add_done_callback(_nobodys)
            await asyncio.wait({ending}, timeout=_END_SECONDS)

    async def drop(self) -> None:
        """Remove the whole database; for tests and for the local stack."""
        await self._client.drop_database(self.name)

    async def close(self) -> None:
        """Let go of all connections."""
        self._client.close()


async def _nothing_to_prove() -> bool:
    """Say that a commit whose answer was lost did not happen: what was read is read again."""
    return False


def _nobodys(ending: asyncio.Future[None]) -> None:
    """Take note of how the end of a session ended: nobody waits for it any more."""
    if not ending.cancelled():
        ending.exception()


async def _abort(session: Session) -> None:
    """Give a transaction up; a server that is away has given it up already."""
    try:
        await session.abort_transaction()
    except PyMongoError:
        return


async def _commit(session: Session, proof: Callable[[], Awaitable[bool]] | None) -> None:
    """Commit; when the answer was lost ask again, and when the server has forgotten, look at the proof.

    Forgotten is in doubt by itself: the driver asks a second time of its own accord, and of the first nothing is said.
    """
    in_doubt = False
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if error.has_error_label("UnknownTransactionCommitResult") or error.has_error_label("RetryableWriteError"):
                in_doubt = True
                await asyncio.sleep(0.05)
                continue
            if not in_doubt and not (isinstance(error, OperationFailure) and error.code == _NO_SUCH_TRANSACTION):
                raise
            if proof is None:
                raise UnavailableError("the outcome of the last change is not known") from error
            if await proof():
                return
            raise ConflictError("the database restarted before the change was kept") from error
        return


def translate(error: BaseException) -> UnavailableError | None:
    """Return what a driver error means for delivery, or None if it is not an outage or a lost race."""
    match error:
        case DuplicateKeyError() | OperationFailure(code=112):
            meaning: UnavailableError | None = ConflictError("another change to the same document was faster")
        case BulkWriteError(details={"writeErrors": [{"code": 11000 | 112}, *_]}):
            meaning = ConflictError("another change to the same document was faster")
        case ConnectionFailure():
            meaning = UnavailableError("the database is away")
        case PyMongoError() if error.has_error_label("TransientTransactionError"):
            meaning = ConflictError("the transaction was given up by the database")
        case WriteConcernError() | BulkWriteError(details={"writeErrors": [], "writeConcernErrors": [_, *_]}):
            meaning = UnavailableError("the database has not said whether it keeps the change")
        case OperationFailure(code=code) if code in _FAILING_OVER:
            meaning = UnavailableError("the database is away")
        case OperationFailure() | InvalidOperation():
            meaning = None
        case PyMongoError():
            meaning = UnavailableError("the database is away")
        case _:
            meaning = None
    return meaning


def named(ids: Iterable[str]) -> Iterator[Document]:
    """Yield filters that together name these documents: a database that compares each id with each pays twice for
    long lists.
    """
    wanted = sorted(ids)
    for first in range(0, len(wanted), NAMED_AT_ONCE):
        yield {"_id": {"$in": wanted[first : first + NAMED_AT_ONCE]}}


@asynccontextmanager
async def guard() -> AsyncIterator[None]:
    """Turn the driver's outages inside the block into UnavailableError."""
    try:
        yield
    except PyMongoError as error:
        raise translate(error) or error from error


def _model(index: Index) -> IndexModel:
    """Return the driver's form of an index."""
    options: dict[str, Any] = {"unique": index.unique}
    if index.expire_after is not None:
        options["expireAfterSeconds"] = index.expire_after
    if index.partial is not None:
        options["partialFilterExpression"] = dict(index.partial)
    return IndexModel([(key, ASCENDING) for key in index.keys], **options)
