"""Personal fields on a real database: one key per person, and none ever again after erasure (P11)."""

import asyncio
import os

import pytest

from shared.errors import ConflictError
from shared.mongo import Database
from shared.outbox import Because, Change, StoreDoor
from shared.vault import SubjectErasedError, Vault, VaultError

BECAUSE = Because("correlation-1", None, "R0A", "ada")


@pytest.fixture
def vault(prepared: Database) -> Vault:
    return Vault(prepared, "library", os.urandom(32))


async def test_a_key_is_kept_with_what_it_sealed(vault: Vault, door: StoreDoor) -> None:
    key = await vault.key("person-1", "R0A")
    sealed = key.encrypt("name", 1, "Ada")
    await door.save([Change("people", "person-1", {"name": sealed}, 0), *key.changes()], BECAUSE)

    again = await vault.key("person-1", "R0A")

    assert again.changes() == []
    assert again.decrypt("name", 1, sealed) == "Ada"


async def test_of_two_creators_at_once_one_finds_the_others_key(vault: Vault, door: StoreDoor) -> None:
    first, second = await asyncio.gather(vault.key("person-1", "R0A"), vault.key("person-1", "R0A"))
    await door.save(first.changes(), BECAUSE)
    sealed = first.encrypt("name", 1, "Ada")

    with pytest.raises(ConflictError):
        await door.save([Change("people", "person-1", {"name": "x"}, 0), *second.changes()], BECAUSE)

    assert (await vault.key("person-1", "R0A")).decrypt("name", 1, sealed) == "Ada"
    assert await door.database.collection("people").count_documents({}) == 0


async def test_erasure_makes_everything_unreadable_and_forbids_a_new_key(vault: Vault, door: StoreDoor) -> None:
    key = await vault.key("person-1", "R0A")
    await door.save(key.changes(), BECAUSE)
    stored = await door.database.collection("vault_keys").find_one({"_id": "person-1"})
    await door.save([await vault.erasure("person-1")], BECAUSE)

    with pytest.raises(SubjectErasedError):
        await vault.key("person-1", "R0A")
    left = await door.database.collection("vault_keys").find_one({"_id": "person-1"})
    assert stored is not None
    assert left is not None
    assert "wrapped" in stored
    assert set(left) == {"_id", "version", "saved_at", "erased"}


async def test_somebody_who_never_had_a_key_can_be_erased_too(vault: Vault, door: StoreDoor) -> None:
    late = await vault.key("person-1", "R0A")
    await door.save([await vault.erasure("person-1")], BECAUSE)

    with pytest.raises(SubjectErasedError):
        await vault.key("person-1", "R0A")
    with pytest.raises(ConflictError):
        await door.save(late.changes(), BECAUSE)


async def test_erasure_may_be_repeated(vault: Vault, door: StoreDoor) -> None:
    await door.save([await vault.erasure("person-1")], BECAUSE)
    await door.save([await vault.erasure("person-1")], BECAUSE)

    with pytest.raises(SubjectErasedError):
        await vault.key("person-1", "R0A")


@pytest.mark.parametrize("thief", ["another person", "another service", "another deployment"])
async def test_a_wrapped_key_opens_nowhere_else(vault: Vault, door: StoreDoor, thief: str) -> None:
    key = await vault.key("person-1", "R0A")
    await door.save(key.changes(), BECAUSE)
    keys = door.database.collection("vault_keys")
    stored = await keys.find_one({"_id": "person-1"})
    assert stored is not None
    await keys.insert_one(stored | {"_id": "person-2"})
    where = {
        "another person": (vault, "person-2"),
        "another service": (Vault(door.database, "archive", os.urandom(32)), "person-1"),
        "another deployment": (Vault(door.database, "library", os.urandom(32)), "person-1"),
    }[thief]

    with pytest.raises(VaultError):
        await where[0].key(where[1], "R0A")
