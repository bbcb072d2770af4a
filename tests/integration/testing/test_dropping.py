"""The stand-in for MongoDB after a client died in the middle of a transaction: what it wrote can be dropped."""

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure

from shared.mongo import Database


@pytest.mark.parametrize("what", ["collection", "database"])
async def test_what_an_open_transaction_has_written_can_be_dropped(
    mongo_url: str, database: Database, what: str
) -> None:
    await database.ensure_indexes({"papers": []})
    await database.collection("papers").insert_one({"_id": "one", "text": "old"})
    async with AsyncMongoClient(mongo_url) as other, other.start_session() as session:
        await session.start_transaction()
        papers = other[database.name]["papers"]
        await papers.update_one({"_id": "one"}, {"$set": {"text": "new"}}, session=session)
        if what == "collection":
            await database.collection("papers").drop()
        else:
            await database.drop()
        with pytest.raises(OperationFailure) as refused:
            await session.commit_transaction()
    assert refused.value.has_error_label("TransientTransactionError")
    assert await database.collection("papers").find_one({"_id": "one"}) is None
