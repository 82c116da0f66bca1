"""What the hash of an entry covers: every column but the hash itself."""

import hashlib
import hmac
import secrets

from audit.canonical import canonical, utc
from audit.models import Chain, Entry
from vault.fields import unseal_from
from vault.secret import Secret

KEY_BYTES = 32

# A column that comes later joins with the migration that adds it, and only where it is filled:
# old entries must keep their hashes.
_COVERED = (
    *("chain", "event", "actor_id", "actor_label", "ip", "request_id", "workspace_id"),
    *("account_id", "target_type", "target_id", "target_label", "outcome", "old", "new", "reason"),
)


def new_key() -> Secret:
    """Return the key of a new chain, as hex."""
    return Secret(secrets.token_hex(KEY_BYTES))


def key_of(chain: Chain) -> bytes:
    """Return the chain's key; raise `BrokenSealError` or `UnknownKeyError`."""
    return bytes.fromhex(unseal_from(chain, "key").reveal())


def hash_of(entry: Entry, key: bytes) -> str:
    """Return HMAC-SHA256 over place, predecessor and body of the entry, as 64 hex digits."""
    covered = f"{entry.seq}|{entry.previous}|{body_of(entry)}"
    return hmac.new(key, covered.encode(), hashlib.sha256).hexdigest()


def body_of(entry: Entry) -> str:
    """Return the entry's canonical JSON, without its place in the chain."""
    values = {name: getattr(entry, name) for name in _COVERED}
    return canonical({**values, "at": utc(entry.at)})
