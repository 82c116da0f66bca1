from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from vonage_api import Rejected, errors

D = Decimal
KINDS = pytest.mark.parametrize("kind", ["balance", "credit"])


@pytest.fixture
def make(client: Any, cast: Any) -> Callable[..., Any]:
    """Make a transfer between two of the cast."""
    makers = {"balance": client.balance_transfers.make, "credit": client.credit_transfers.make}

    def run(kind: str, way: str, amount: str, reference: str = "R-1") -> Any:
        source, _, target = way.partition(" > ")
        return makers[kind](
            from_key=getattr(cast, source, source),
            to_key=getattr(cast, target, target),
            amount=D(amount),
            reference=reference,
        )

    return run


@pytest.mark.parametrize("way", ["primary > postpaid", "postpaid > primary"])
@pytest.mark.parametrize("amount", ["0.0001", "12.3456", "20", "20.50", "1E+1"])
def test_balance_moves_exactly(
    remote: Any, client: Any, cast: Any, make: Any, way: str, amount: str
) -> None:
    before = {key: remote.funds(key) for key in (cast.primary, cast.postpaid)}
    source, target = (getattr(cast, side) for side in way.split(" > "))
    made = make("balance", way, amount).get()
    assert remote.funds(source).balance == before[source].balance - D(amount)
    assert remote.funds(target).balance == before[target].balance + D(amount)
    [truth] = remote.transfers
    assert (truth.kind, truth.id, truth.source, truth.target, truth.amount, truth.reference) == (
        "balance", made.id, made.from_key, made.to_key, made.amount, made.reference
    )  # fmt: skip
    [listed] = client.balance_transfers.list(start=remote.state.now())
    assert listed == made
    assert client.credit_transfers.list(start=remote.state.now()) == ()


@pytest.mark.parametrize("way", ["primary > postpaid", "postpaid > primary"])
def test_credit_moves_exactly(remote: Any, client: Any, cast: Any, make: Any, way: str) -> None:
    before = {key: remote.funds(key) for key in (cast.primary, cast.postpaid)}
    source, target = (getattr(cast, side) for side in way.split(" > "))
    made = make("credit", way, "99.9999").get()
    assert remote.funds(source).credit_limit == before[source].credit_limit + D("99.9999")
    assert remote.funds(target).credit_limit == before[target].credit_limit - D("99.9999")
    assert client.credit_transfers.list(start=remote.state.now()) == (made,)
    assert client.balance_transfers.list(start=remote.state.now()) == ()
    shown = client.subaccounts.get(cast.postpaid)
    assert shown.credit_limit == remote.funds(cast.postpaid).credit_limit


@KINDS
@pytest.mark.parametrize("reference", ["", 'a "b" \\ c', "Käse 船 🛶", "x" * 400, "a\tb\nc"])
def test_the_reference_comes_back(
    remote: Any, client: Any, make: Any, kind: str, reference: str
) -> None:
    make(kind, "primary > own", "1", reference).get()
    assert remote.transfers[0].reference == reference
    [listed] = getattr(client, f"{kind}_transfers").list(start=remote.state.now())
    assert listed.reference == reference


# way, amount of balance and credit, status, fragment
REFUSALS = [
    ("primary > own", "99999", 403, "valid-transfers"),
    ("own > primary", "5000", 403, "valid-transfers"),
    ("own > postpaid", "1", 403, "valid-transfers"),
    ("primary > shared", "1", 403, "valid-transfers"),
    ("shared > primary", "1", 403, "valid-transfers"),
    ("primary > ffffffff", "1", 404, "invalid-api-key"),
    ("primary > primary", "1", 422, "validation"),
    ("primary > own", "0.00001", 422, "validation"),
]


@KINDS
@pytest.mark.parametrize(("way", "amount", "status", "fragment"), REFUSALS)
def test_what_may_not_be_moves_nothing(
    *, make: Any, unchanged: None, kind: str, way: str, amount: str, status: int, fragment: str
) -> None:
    outcome = make(kind, way, amount)
    assert isinstance(outcome, Rejected)
    assert (outcome.heard.status, outcome.error.fragment) == (status, fragment)
    assert outcome.heard.instance
    assert outcome.heard.request_id


@KINDS
def test_the_last_ten_thousandth(remote: Any, cast: Any, make: Any, kind: str) -> None:
    funds = remote.funds(cast.postpaid)
    spare = funds.balance - funds.credit_limit if kind == "balance" else -funds.credit_limit
    assert isinstance(make(kind, "postpaid > primary", str(spare + D("0.0001"))), Rejected)
    assert make(kind, "postpaid > primary", str(spare)).get().amount == spare


def test_the_tier_may_refuse(remote: Any, make: Any) -> None:
    remote.state.switch(transfers=False)
    outcome = make("balance", "primary > own", "1")
    assert isinstance(outcome, Rejected)
    assert outcome.error.fragment == "provisioning"
    assert remote.transfers == []


@pytest.fixture
def history(remote: Any, make: Any) -> Any:
    """One transfer a minute, of both kinds and to three accounts; return the first one's time."""
    for minute, target in enumerate(("own", "postpaid", "other", "own")):
        remote.state.switch(clock_offset=60 * minute)
        for kind in ("balance", "credit"):
            make(kind, f"primary > {target}", "1.5", f"{minute}").get()
    return remote.state.clock()


@KINDS
@pytest.mark.parametrize(
    ("since", "until", "who", "expected"),
    [
        (0, None, (), "3210"),
        (60, None, (), "321"),
        (60.4, 119.4, (), "21"),  # both bounds are widened to whole seconds
        (61, 119, (), ""),
        (0, 180, ("own",), "30"),
        (0, None, ("own", "other"), "320"),
        (0, None, ("primary",), "3210"),
        (-86_400, -3600, (), ""),
    ],
)
def test_the_list_can_be_narrowed(
    *,
    client: Any,
    cast: Any,
    history: Any,
    kind: str,
    since: float,
    until: Any,
    who: Any,
    expected: str,
) -> None:
    begin = history.replace(microsecond=0)
    found = getattr(client, f"{kind}_transfers").list(
        start=begin + timedelta(seconds=since),
        end=None if until is None else begin + timedelta(seconds=until),
        subaccounts=[getattr(cast, name) for name in who],
    )
    assert "".join(transfer.reference for transfer in found) == expected


def test_the_list_has_all_fields(remote: Any, client: Any, history: Any) -> None:
    listed = client.balance_transfers.list(start=history)
    truth = [one for one in reversed(remote.transfers) if one.kind == "balance"]
    assert [(t.id, t.from_key, t.to_key, t.amount, t.reference) for t in listed] == [
        (t.id, t.source, t.target, t.amount, t.reference) for t in truth
    ]
    assert [t.created for t in listed] == [t.created_at.replace(microsecond=0) for t in truth]


def test_the_fence_stops_it(remote: Any, pay: Any, unchanged: None) -> None:
    outcome = pay(before_first_byte=lambda: False)
    assert (type(outcome).__name__, outcome.reason) == ("NotSent", "fence")
    assert remote.requests == []


def test_subaccounts_cannot_transfer(remote: Any, cast: Any, unchanged: None) -> None:
    own = remote.client(cast.own)
    outcome = own.balance_transfers.make(from_key=cast.own, to_key=cast.primary, amount=D(1))
    assert isinstance(outcome.error, errors.Unprovisioned)
    with pytest.raises(errors.Unprovisioned):
        own.credit_transfers.list(start=remote.state.now())
