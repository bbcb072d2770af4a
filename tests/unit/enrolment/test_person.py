from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrolment.domain.participant import Enrolment, Participant
from services.enrolment.domain.person import Identifier, Person, Record, SealedField, free_keys, own_keys
from services.enrolment.domain.receipt import SERVICES, Receipt, confirm, issue, receipt_id
from services.enrolment.domain.refusals import IdentifierRepeatedError, IdentifierTakenError

BADGE = Identifier(system="badge", value="0017")
ACCOUNT = Identifier(system="account", value="ada@example.org")
AT = datetime(2024, 1, 1, 9, tzinfo=UTC)


def test_a_person_is_the_same_after_sealing_and_opening_each_field() -> None:
    person = Person(given_name="Ada", family_name="Okafor", email="ada@example.org", identifiers=(BADGE, ACCOUNT))
    assert Person.of({**person.fields(), "withdrawal:mcr-2023": "a new post"}) == person


def test_an_identifier_of_somebody_else_is_refused_by_its_system_and_never_by_its_value() -> None:
    with pytest.raises(IdentifierTakenError) as refused:
        own_keys([(BADGE, "k1"), (ACCOUNT, "k2")], frozenset({"k2"}))
    assert str(refused.value) == "Another person of this organisation has the same identifier (account)."


def test_the_same_identifier_in_another_spelling_is_refused() -> None:
    with pytest.raises(IdentifierRepeatedError):
        own_keys([(ACCOUNT, "k1"), (Identifier(system="account", value="ADA@example.org"), "k1")], frozenset())


def test_a_move_leaves_behind_an_identifier_that_somebody_there_has() -> None:
    assert free_keys([(ACCOUNT, "k2"), (BADGE, "k1")], frozenset({"k2"})) == ("k1",)


def test_a_record_is_the_same_after_it_was_kept() -> None:
    enrolment = Enrolment(cohort="c", programme="p", group="g", status="applied", applied_on=AT.date())
    state = Participant(participant="p1", organisation="R0A", version=2, keys=("k",), enrolments=(enrolment,))
    record = Record(state=state, sealed=(SealedField(field="email", version=1, token="v1.x"),), saved_at=AT)
    stored = {"_id": "p1", "version": 2, "saved_at": AT, **record.document()}
    assert Record.read(stored) == record


def test_the_receipt_of_a_person_is_always_the_same_one() -> None:
    assert receipt_id("p1") == receipt_id("p1") != receipt_id("p2")


@given(st.lists(st.sampled_from(["engagement", "recap_tracker", "evaluation"]), max_size=8))
def test_a_receipt_is_complete_when_all_have_confirmed_in_any_order_and_number(heard: list[str]) -> None:
    receipt = issue("p1", "R0A", AT)
    for service in heard:
        receipt = confirm(receipt, service, AT)
    assert set(receipt.confirmed) == {"enrolment", *heard}
    assert receipt.complete == (set(receipt.confirmed) == set(SERVICES))


def test_the_first_confirmation_of_a_service_counts() -> None:
    later = datetime(2024, 2, 1, tzinfo=UTC)
    receipt: Receipt = confirm(confirm(issue("p1", "R0A", AT), "engagement", AT), "engagement", later)
    assert receipt.confirmed["engagement"] == AT
