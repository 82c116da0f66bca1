from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from simulator import number_pool, phone_numbers
from vonage_api import Rejected

OURS, UNKNOWN = "447700900123", "447700800999"


@pytest.fixture
def move(remote: Any, client: Any, cast: Any) -> Callable[..., Any]:
    """Move the primary account's number between two of the cast."""
    offer = number_pool.by_msisdn()[OURS]
    number = phone_numbers.give(remote.state, offer, owner=cast.primary)
    with remote.state.change("set up") as draft:
        set_up = replace(number, app_id="app-1", message_url="https://hooks.example/in")
        draft.put(remote.state.store.numbers, OURS, set_up)

    def run(source: str, target: str, *, number: str = OURS, country: str = "GB") -> Any:
        return client.number_transfers.make(
            from_key=getattr(cast, source, source),
            to_key=getattr(cast, target, target),
            number=number,
            country=country,
        )

    return run


def test_a_number_goes_and_comes_back(remote: Any, cast: Any, move: Any) -> None:
    for source, target in [("primary", "shared"), ("shared", "own"), ("own", "primary")]:
        moved = move(source, target).get()
        assert (moved.number, moved.country) == (OURS, "GB")
        held = remote.state.store.numbers.rows[OURS]
        assert held.owner == moved.to_key == getattr(cast, target)
        assert (held.app_id, held.message_url) == ("", "")


@pytest.mark.parametrize(
    ("given", "status", "fragment"),
    [
        ({"source": "shared", "target": "own"}, 403, "invalid-number-transfer"),
        ({"source": "primary", "target": "suspended"}, 403, "invalid-number-transfer"),
        ({"source": "suspended", "target": "primary"}, 403, "invalid-number-transfer"),
        ({"source": "primary", "target": "ffffffff"}, 403, "invalid-number-transfer"),
        ({"source": "primary", "target": "own", "number": UNKNOWN}, 404, "missing-number-transfer"),
        ({"source": "primary", "target": "own", "country": "US"}, 404, "missing-number-transfer"),
        ({"source": "own", "target": "primary"}, 409, "transfer-conflict"),
        ({"source": "primary", "target": "primary"}, 422, "validation"),
    ],
)
def test_what_may_not_be_moves_nothing(
    remote: Any, move: Any, given: dict[str, str], status: int, fragment: str
) -> None:
    version = remote.state.version
    outcome = move(**given)
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.fragment) == (status, fragment)
    assert remote.state.version == version
