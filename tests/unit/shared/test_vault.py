"""A sealed field opens only for whom and what it was sealed (law 5, P11)."""

import base64
import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.vault import PersonKey, Vault, VaultError, external_key


class EmptyDatabase:
    """A database in which nothing is found."""

    def collection(self, _: str) -> "EmptyDatabase":
        return self

    async def find_one(self, *_: Any) -> None:
        return None


def key(secret: bytes = b"s" * 32, **changes: str) -> PersonKey:
    where = {"service": "library", "subject": "person-1", "organisation": "R0A"} | changes
    return PersonKey(**where, _secret=secret)


@settings(deadline=None)
@given(st.text())
def test_what_was_sealed_can_be_opened(text: str) -> None:
    sealed = key().encrypt("name", 3, text)

    assert key().decrypt("name", 3, sealed) == text


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    assert len({key().encrypt("name", 1, "Ada") for _ in range(50)}) == 50


@pytest.mark.parametrize(
    "other",
    [{"service": "archive"}, {"subject": "person-2"}, {"organisation": "RXQ"}],
)
def test_a_field_does_not_open_elsewhere_even_with_the_same_secret(other: Any) -> None:
    sealed = key().encrypt("name", 1, "Ada")

    with pytest.raises(VaultError):
        key(**other).decrypt("name", 1, sealed)


@pytest.mark.parametrize(("field", "version"), [("email", 1), ("name", 2), ("name1", 1), ("", 1)])
def test_fields_and_versions_cannot_be_swapped(field: Any, version: Any) -> None:
    sealed = key().encrypt("name", 1, "Ada")

    with pytest.raises(VaultError):
        key().decrypt(field, version, sealed)


def test_words_cannot_be_shifted_between_what_a_field_is_bound_to() -> None:
    sealed = key(organisation="R0", subject="A-person").encrypt("name", 1, "Ada")

    with pytest.raises(VaultError):
        key(organisation="R0A", subject="-person").decrypt("name", 1, sealed)


def test_another_persons_key_opens_nothing() -> None:
    sealed = key().encrypt("name", 1, "Ada")

    with pytest.raises(VaultError):
        key(secret=b"t" * 32).decrypt("name", 1, sealed)


@settings(deadline=None)
@given(st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_changing_any_single_byte_is_found(place: Any, change: Any) -> None:
    raw = bytearray(base64.urlsafe_b64decode(key().encrypt("name", 1, "Ada Lovelace").removeprefix("v1.")))
    raw[place % len(raw)] ^= change

    with pytest.raises(VaultError):
        key().decrypt("name", 1, "v1." + base64.urlsafe_b64encode(bytes(raw)).decode())


@settings(deadline=None)
@given(st.text())
def test_nonsense_does_not_open(text: str) -> None:
    with pytest.raises(VaultError):
        key().decrypt("name", 1, text)


def test_a_key_never_shows_itself() -> None:
    assert "ssss" not in repr(key())
    assert "ssss" not in str(key())


async def test_a_new_key_is_wrapped_before_it_is_kept() -> None:
    database: Any = EmptyDatabase()
    made = await Vault(database, "library", os.urandom(32)).key("person-1", "R0A")

    (change,) = made.changes()
    assert (change.collection, change.id, change.expected, tuple(change.events)) == (
        "vault_keys",
        "person-1",
        0,
        (),
    )
    assert change.document is not None
    assert base64.urlsafe_b64encode(made._secret).decode()[:20] not in str(change.document)


def test_an_external_identifier_is_the_same_however_it_is_typed() -> None:
    assert external_key(b"k", "R0A", "nhs-mail", " Ada@NHS.net ") == external_key(
        b"k", "R0A", "nhs-mail", "ada@nhs.net"
    )


@pytest.mark.parametrize(
    "other",
    [
        (b"other", "R0A", "esr", "123"),
        (b"k", "RXQ", "esr", "123"),
        (b"k", "R0A", "moodle", "123"),
        (b"k", "R0A", "esr", "124"),
        (b"k", "R0Ae", "sr", "123"),
    ],
)
def test_external_identifiers_of_others_never_meet(other: Any) -> None:
    assert external_key(*other) != external_key(b"k", "R0A", "esr", "123")


def test_what_stands_for_an_identifier_is_hex_of_fixed_length() -> None:
    made = external_key(b"k", "R0A", "esr", "123")

    assert len(made) == 64
    assert int(made, 16) > 0
