"""A process of its own with a client of its own: makes the transfers that it is told.

Reads one line of JSON: url, api_key, api_secret, transfers. Says that it is ready, waits for one
more line, and then writes one line per transfer: its reference and how it ended.
"""

import json
import logging
import sys
from decimal import Decimal
from typing import Any

from vonage_api import Credentials, Hosts, VonageClient
from vonage_api.budget import Family, MemoryBudget


def connected(told: dict[str, Any]) -> VonageClient:
    """Return a client that waits for nobody but the other side."""
    return VonageClient(
        credentials=Credentials(api_key=told["api_key"], api_secret=told["api_secret"]),
        hosts=Hosts(api=told["url"], rest=told["url"]),
        budget=MemoryBudget(per_second=dict.fromkeys(Family, 100_000)),
    )


def say(line: str) -> None:
    """Write a line, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do as told."""
    logging.basicConfig(level=logging.DEBUG)
    told = json.loads(sys.stdin.readline())
    with connected(told) as client:
        say("ready")
        sys.stdin.readline()
        for source, target, amount, reference in told["transfers"]:
            outcome = client.balance_transfers.make(
                from_key=source, to_key=target, amount=Decimal(amount), reference=reference
            )
            say(f"{reference} {outcome!r}")


main()
