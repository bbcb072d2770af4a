"""What every handler works with.

Guards that handlers are given their parts and build none, and that a statement has one name whoever looks for it.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass, field

from services.engagement.domain.state import ExternalKey, StatementId
from services.engagement.store import Store
from shared.audit import Audit
from shared.turns import Turns
from shared.vault import Vault, external_key


@dataclass(frozen=True)
class Desk:
    """Store, personal keys, the audit, the key under which identifiers of other systems are matched, and turns."""

    store: Store
    vault: Vault
    audit: Audit
    identifier_key: bytes
    turns: Turns = field(default_factory=Turns)

    def key_of(self, organisation: str, system: str, value: str) -> ExternalKey:
        """Return what stands for an identifier of another system."""
        return ExternalKey(external_key(self.identifier_key, organisation, system, value))

    def digest_of(self, record: bytes) -> str:
        """Return what stands for a record's bytes; keyed, because whom a record names could be guessed."""
        return hmac.new(self.identifier_key, b"record|" + record, hashlib.sha256).hexdigest()


def statement_id(organisation: str, source: str, record: str) -> StatementId:
    """Return the name of a statement: the same for the record and for its void, unlike for every other."""
    named = json.dumps([organisation, source, record]).encode()
    return StatementId(hashlib.sha256(named).hexdigest()[:32])
