"""A commit whose answer was lost: the proof says whether it happened, and nobody guesses (P1).

And what a database says while another becomes its primary: an outage, never a bug (P6, P10).
"""

from typing import Any

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
    WTimeoutError,
)

from shared.errors import ConflictError, UnavailableError
from shared.mongo import _commit, guard, translate


class Session:
    """Answers to commits as scripted: an error, or None for one that is said to have happened."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)

    async def commit_transaction(self) -> None:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer


def lost() -> Exception:
    error = AutoReconnect("the connection is gone")
    error._add_error_label("UnknownTransactionCommitResult")
    return error


def forgotten() -> Exception:
    return OperationFailure("no such transaction", 251, {"errorLabels": ["TransientTransactionError"]})


def proving(happened: bool) -> Any:
    async def proof() -> bool:
        return happened

    return proof


async def test_a_commit_whose_answer_was_lost_is_asked_for_again() -> None:
    session: Any = Session(lost(), lost(), None)
    await _commit(session, proving(False))
    assert session.answers == []


async def test_a_commit_that_the_database_has_forgotten_happened_if_its_proof_is_there() -> None:
    session: Any = Session(lost(), forgotten())
    await _commit(session, proving(True))
    assert session.answers == []


async def test_a_commit_that_the_database_gave_up_is_a_conflict() -> None:
    session: Any = Session(lost(), forgotten())
    with pytest.raises(ConflictError, match="before the change was kept"):
        await _commit(session, proving(False))


async def test_without_a_proof_the_outcome_is_said_to_be_unknown() -> None:
    session: Any = Session(lost(), forgotten())
    with pytest.raises(UnavailableError, match="not known"):
        await _commit(session, None)


async def test_a_commit_that_was_refused_at_once_is_no_doubt() -> None:
    session: Any = Session(forgotten())
    with pytest.raises(OperationFailure):
        await _commit(session, proving(True))


NOT_KEPT = {"code": 189, "errmsg": "stepped down"}


@pytest.mark.parametrize(
    "said",
    [
        OperationFailure("majority reads are not possible", 134),
        OperationFailure("exceeded time limit", 262),
        OperationFailure("stepped down", 189),
        OperationFailure("not primary", 10107),
        OperationFailure("shutting down", 11600),
        WriteConcernError("stepped down", 189, NOT_KEPT),
        WTimeoutError("waiting for replication timed out", 64),
        BulkWriteError({"writeErrors": [], "writeConcernErrors": [NOT_KEPT]}),
    ],
)
async def test_what_is_said_while_another_becomes_the_primary_is_an_outage(said: PyMongoError) -> None:
    """P10: taken for a bug, good records would be parked within half a second, for a person to redrive."""
    with pytest.raises(UnavailableError) as raised:
        async with guard():
            raise said
    assert not isinstance(raised.value, ConflictError)


@pytest.mark.parametrize(
    "said",
    [
        OperationFailure("unknown operator: $nope", 2),
        BulkWriteError({"writeErrors": [{"code": 121}], "writeConcernErrors": []}),
    ],
)
def test_what_will_never_succeed_is_no_outage(said: PyMongoError) -> None:
    assert translate(said) is None
