"""One text for each wish, so that equal ones are recognised."""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def fingerprint_of(
    *,
    kind: str,
    account: int | None,
    from_key: str,
    to_key: str,
    amount: Decimal | None,
    wanted: Mapping[str, Any],
) -> str:
    """Return 64 hex digits that are the same for the same wish, however an amount is written."""
    plain = None if amount is None else f"{amount.normalize():f}"
    parts = [kind, account, from_key, to_key, plain, wanted]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
