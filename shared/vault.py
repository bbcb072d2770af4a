"""Personal fields: encrypted per person, and unreadable for ever once the person's key is destroyed.

Guards that a ciphertext opens only for the service, organisation, person, field and version that it was written
for, and that nobody who has been erased gets a key again (law 5, P11).
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import RefusedError
from shared.mongo import Database, Index, guard
from shared.outbox import Change

COLLECTION = "vault_keys"
INDEXES: dict[str, list[Index]] = {COLLECTION: []}
KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "v1."


class SubjectErasedError(RefusedError):
    """The person has been erased; nothing new may be kept about them."""


class VaultError(Exception):
    """A personal field cannot be opened: it was tampered with, belongs elsewhere, or its key is not this one."""


@dataclass(frozen=True)
class PersonKey:
    """The key of one person as one organisation may use it."""

    service: str
    subject: str
    organisation: str
    _secret: bytes
    _new: Change | None = None

    def encrypt(self, field: str, version: int, text: str) -> str:
        """Return the text sealed for this person, field and version of the document."""
        return _seal(self._secret, text.encode(), self._bound(field, version))

    def decrypt(self, field: str, version: int, token: str) -> str:
        """Return the text; raises VaultError unless everything that it is bound to is the same."""
        return _open(self._secret, token, self._bound(field, version)).decode()

    def changes(self) -> list[Change]:
        """Return the new key's document, to be saved in the same transaction; nothing when the key was there.

        Of two creators at once one loses with ConflictError, and finds the other's key when it runs again.
        """
        return [] if self._new is None else [self._new]

    def __repr__(self) -> str:
        """Show whose key this is, never the key."""
        return f"PersonKey(service={self.service!r}, subject={self.subject!r})"

    def _bound(self, field: str, version: int) -> bytes:
        return _words("field", self.service, self.organisation, self.subject, field, str(version))


class Vault:
    """The personal keys of one service, wrapped by the deployment key."""

    def __init__(self, database: Database, service: str, deployment_key: bytes) -> None:
        self._keys = database.collection(COLLECTION)
        self._service = service
        # A key of its own for each service: what wraps one service's keys opens nobody else's.
        self._wrapping = HKDF(SHA256(), KEY_BYTES, salt=None, info=_words("wrap", service)).derive(deployment_key)

    async def key(self, subject: str, organisation: str) -> PersonKey:
        """Return the person's key, a new one if there is none yet.

        Raises SubjectErasedError if the person has been erased and VaultError if the stored key was tampered with.
        """
        async with guard():
            stored = await self._keys.find_one({"_id": subject})
        if stored is None:
            return self._create(subject, organisation)
        if "wrapped" not in stored:
            raise SubjectErasedError
        secret = _open(self._wrapping, stored["wrapped"], self._bound(subject))
        return PersonKey(self._service, subject, organisation, secret)

    async def erasure(self, subject: str) -> Change:
        """Return the change that destroys the person's key and keeps the mark `erased` for ever.

        It is right for somebody who never had a key as well: then it forbids the first one.
        """
        async with guard():
            stored = await self._keys.find_one({"_id": subject}, {"wrapped": False})
        version: int = 0 if stored is None else stored["version"]
        saved_at: datetime | None = None if stored is None else stored["saved_at"]
        return Change(COLLECTION, subject, {"erased": True}, version, saved_at=saved_at)

    def _create(self, subject: str, organisation: str) -> PersonKey:
        secret = os.urandom(KEY_BYTES)
        wrapped = _seal(self._wrapping, secret, self._bound(subject))
        change = Change(COLLECTION, subject, {"wrapped": wrapped}, 0)
        return PersonKey(self._service, subject, organisation, secret, change)

    def _bound(self, subject: str) -> bytes:
        return _words("key", self._service, subject)


def external_key(identifier_key: bytes, organisation: str, system: str, value: str) -> str:
    """Return what stands for an external identifier: HMAC-SHA256 in hex under the deployment's identifier key.

    The value is compared without regard to case and surrounding space.
    """
    words = _words("identifier", organisation, system, value.strip().casefold())
    return hmac.new(identifier_key, words, hashlib.sha256).hexdigest()


def _words(*words: str) -> bytes:
    """Return words as bytes in one way only, so that moving a boundary between two of them changes the bytes."""
    return json.dumps(["groundswell", *words], ensure_ascii=True, separators=(",", ":")).encode()


def _seal(secret: bytes, plain: bytes, bound: bytes) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(secret).encrypt(nonce, plain, bound)
    return _FORMAT + base64.urlsafe_b64encode(nonce + sealed).decode()


def _open(secret: bytes, token: str, bound: bytes) -> bytes:
    encoded = token.removeprefix(_FORMAT) if token.startswith(_FORMAT) else ""
    try:
        raw = base64.b64decode(encoded, altchars=b"-_", validate=True)
        return AESGCM(secret).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], bound)
    except (InvalidTag, ValueError, binascii.Error):
        raise VaultError("a personal field cannot be opened") from None
