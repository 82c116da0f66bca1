"""The worked example of money: Vonage's own rows 0 to 3, and 4 to 9 by the same rules."""

from decimal import Decimal
from typing import Any

import pytest

from simulator import money
from simulator.money import Funds
from vonage_api import Rejected

D = Decimal
P, S1, S2 = "primary", "own", "shared"

# step, P's balance and limit, available balance and credit, S1, S2, both totals
ROWS: list[tuple[Any, str, str, str, str | None, str]] = [
    (None, "-20 -100", "80 80", "0 0", None, "-20 -100"),
    (("balance", P, S1, "20"), "-40 -100", "60 60", "20 0", None, "-20 -100"),
    (("own", S2), "-40 -100", "60 60", "20 0", "0 0", "-20 -100"),
    (("credit", P, S2, "35"), "-40 -65", "25 25", "20 0", "0 -35", "-20 -100"),
    (("uses", S1, "5"), "-40 -65", "25 25", "15 0", "0 -35", "-25 -100"),
    (("balance", S1, P, "15"), "-25 -65", "40 40", "0 0", "0 -35", "-25 -100"),
    (("uses", S2, "10"), "-25 -65", "40 40", "0 0", "-10 -35", "-35 -100"),
    (("credit", S2, P, "25"), "-25 -90", "65 65", "0 0", "-10 -10", "-35 -100"),
    (("refused", S2, P, "0.01"), "-25 -90", "65 65", "0 0", "-10 -10", "-35 -100"),
    (("pays", P, "35"), "10 -90", "100 90", "0 0", "-10 -10", "0 -100"),
]


def figures(text: str | None) -> tuple[Decimal | None, ...]:
    return (None, None) if text is None else tuple(map(D, text.split()))


@pytest.fixture
def family(remote: Any, cast: Any) -> dict[str, str]:
    """Only the three accounts of the example: 100 of credit granted, 20 of it used."""
    keep = {cast.own, cast.shared}
    for account in remote.state.snapshot().subaccounts:
        if account.api_key not in keep:
            remote.state.remove(account.api_key)
    remote.state.set_funds(cast.primary, Funds(D(0), D(-100)))
    remote.state.set_funds(cast.own, Funds())
    remote.state.charge(cast.primary, D(20))
    return {P: cast.primary, S1: cast.own, S2: cast.shared}


def act(remote: Any, client: Any, family: dict[str, str], step: Any) -> None:
    """Do one step: what Vonage's customer can do through the client, the rest at the simulator."""
    match step:
        case ("own", who):
            client.subaccounts.modify(family[who], use_primary_account_balance=False).get()
        case ("uses", who, amount):
            remote.state.charge(family[who], D(amount))
        case ("pays", who, amount):
            remote.state.pay(family[who], D(amount))
        case (kind, source, target, amount):
            transfers = client.balance_transfers if kind == "balance" else client.credit_transfers
            outcome = transfers.make(
                from_key=family[source], to_key=family[target], amount=D(amount)
            )
            if kind != "refused":
                outcome.get()
                return
            assert isinstance(outcome, Rejected)
            assert outcome.heard.status == 403


def test_row_by_row(remote: Any, client: Any, family: dict[str, str]) -> None:
    for number, (step, primary, available, s1, s2, totals) in enumerate(ROWS):
        act(remote, client, family, step)
        seen = client.subaccounts.list()
        shown = {account.api_key: account for account in (seen.primary, *seen.subaccounts)}
        found = {who: (shown[key].balance, shown[key].credit_limit) for who, key in family.items()}
        assert found == {P: figures(primary), S1: figures(s1), S2: figures(s2)}, number
        assert (seen.total_balance, seen.total_credit_limit) == figures(totals), number
        own = Funds(seen.primary.balance, seen.primary.credit_limit)
        spare = money.available_for_transfer(own), money.credit_available(own)
        assert spare == figures(available), number
        assert client.account.get_balance().value == seen.primary.balance
