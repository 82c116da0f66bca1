"""API secrets: kept as digests, never as text."""

import hashlib
import hmac
import secrets
import string
import uuid
from dataclasses import dataclass, field
from datetime import datetime

ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Secret:
    """One of at most two passwords of an API key. The text itself is not kept."""

    id: str
    digest: bytes = field(repr=False)
    created_at: datetime


def conceal(*, api_key: str, text: str, created_at: datetime, secret_id: str = "") -> Secret:
    """Return the `Secret` for a text that was handed out; a new id unless one is given."""
    digest = _digest(api_key, text)
    return Secret(id=secret_id or str(uuid.uuid4()), digest=digest, created_at=created_at)


def matches(secret: Secret, *, api_key: str, text: str) -> bool:
    """Tell, in constant time, whether `text` is this secret of `api_key`."""
    return hmac.compare_digest(secret.digest, _digest(api_key, text))


def generate() -> str:
    """Return a new random secret that keeps Vonage's rule: lower case, upper case, digit."""
    return "aA1" + "".join(secrets.choice(ALPHABET) for _ in range(17))


def _digest(api_key: str, text: str) -> bytes:
    # A fast hash is right here: it is computed for every request and lives in memory only.
    return hashlib.sha256(f"{api_key}:{text}".encode()).digest()
