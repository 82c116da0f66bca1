"""Whatever happens in whatever order, through the application itself: the rules of money hold.

A model of a few lines says what must come of each step; the simulator must agree with it.
"""

import io
import json
from base64 import b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from simulator import api_secrets
from simulator.app import Application
from simulator.money import Funds, InsufficientBalanceError
from simulator.records import Account
from simulator.state import State

P, A, B, C = "aa000001", "bb000001", "bb000002", "bb000003"
KEYS = st.sampled_from([P, A, B, C, "ffffffff"])
SUBACCOUNTS = st.sampled_from([A, B, C])
AMOUNTS = st.decimals("0.0001", 150, places=4) | st.sampled_from(
    [Decimal(0), Decimal(-1), Decimal("0.00001"), Decimal("1e30")]
)
NOW = datetime(2024, 8, 28, 14, 11, 32, tzinfo=UTC)
BASIC = "Basic " + b64encode(f"{P}:PrimarySecr3t".encode()).decode()


def family() -> State:
    secret = api_secrets.conceal(api_key=P, text="PrimarySecr3t", created_at=NOW)
    primary = Account(P, None, Funds(Decimal(-20), Decimal(-100)), NOW, (secret,))
    subaccounts = (
        Account(A, "own", Funds(), NOW),
        Account(B, "shared", None, NOW),
        Account(C, "postpaid", Funds(Decimal(-5), Decimal(-30)), NOW),
    )
    return State(primary=primary, subaccounts=subaccounts, clock=lambda: NOW)


def call(application: Application, method: str, path: str, body: str = "") -> tuple[int, Any]:
    """Call the application as its server does, without a socket."""
    seen: list[str] = []

    def start(status: str, _headers: Any, _info: Any = None) -> Any:
        seen.append(status)

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body.encode()),
        "CONTENT_LENGTH": str(len(body.encode())),
        "CONTENT_TYPE": "application/json",
        "HTTP_AUTHORIZATION": BASIC,
    }
    text = b"".join(application(environ, start)).decode()
    return int(seen[0].split()[0]), json.loads(text, parse_float=Decimal)


class Life(RuleBasedStateMachine):
    """The life of a family: transfers, usage, payments, switches to own balance."""

    @initialize()
    def begin(self) -> None:
        self.state = family()
        self.application = Application(self.state)
        self.total, self.limit = Decimal(-25), Decimal(-130)
        self.transfers = 0

    def post(self, kind: str, source: str, target: str, amount: Decimal) -> tuple[int, Any]:
        body = f'{{"from":"{source}","to":"{target}","amount":{amount:f}}}'
        return call(self.application, "POST", f"/accounts/{P}/{kind}-transfers", body)

    @rule(kind=st.sampled_from(["balance", "credit"]), source=KEYS, receiver=KEYS, amount=AMOUNTS)
    def transfer(self, kind: str, source: str, receiver: str, amount: Decimal) -> None:
        before = {a.api_key: a for a in self.state.store.all(self.state.store.accounts)}
        status, answer = self.post(kind, source, receiver, amount)
        after = {a.api_key: a for a in self.state.store.all(self.state.store.accounts)}
        if status != 200:
            assert after == before
            assert status in {403, 404, 422}
            assert len(self.state.store.transfers.rows) == self.transfers
            return
        self.transfers += 1
        assert (answer["from"], answer["to"], answer["amount"]) == (source, receiver, amount)
        assert P in {source, receiver}
        assert source != receiver
        assert before[source].funds is not None
        assert before[receiver].funds is not None
        changed = {key for key in after if after[key] is not before[key]}
        assert changed == {source, receiver}

    @rule(source=SUBACCOUNTS, receiver=SUBACCOUNTS, amount=AMOUNTS)
    def between_subaccounts(self, source: str, receiver: str, amount: Decimal) -> None:
        before = self.state.version
        status, _ = self.post("balance", source, receiver, amount)
        assert status in {403, 422}
        assert self.state.version == before

    @rule(api_key=SUBACCOUNTS, amount=st.decimals("0.0001", 60, places=4))
    def use(self, api_key: str, amount: Decimal) -> None:
        try:
            self.state.charge(api_key, amount)
        except InsufficientBalanceError:
            return  # and the sums stay as they were
        self.total -= amount

    @rule(api_key=st.sampled_from([P, A, B, C]), amount=st.decimals("0.01", 90, places=2))
    def pay(self, api_key: str, amount: Decimal) -> None:
        self.state.pay(api_key, amount)
        self.total += amount

    @rule(api_key=SUBACCOUNTS, shared=st.booleans())
    def switch(self, api_key: str, *, shared: bool) -> None:
        account = self.state.account(api_key)
        body = json.dumps({"use_primary_account_balance": shared, "name": "Switched"})
        path = f"/accounts/{P}/subaccounts/{api_key}"
        status, answer = call(self.application, "PATCH", path, body)
        if shared and account.funds is not None:
            assert status == 422
            assert self.state.account(api_key) is account
        else:
            assert status == 200
            assert answer["use_primary_account_balance"] is shared
            if account.funds is None and not shared:
                assert self.state.account(api_key).funds == Funds()

    @invariant()
    def sums_are_kept(self) -> None:
        if not hasattr(self, "state"):
            return
        status, listed = call(self.application, "GET", f"/accounts/{P}/subaccounts")
        assert status == 200
        assert listed["total_balance"] == self.total
        assert listed["total_credit_limit"] == self.limit
        inside = listed["_embedded"]
        for account in (inside["primary_account"], *inside["subaccounts"]):
            if account["balance"] is not None:
                assert account["balance"] >= account["credit_limit"] <= 0
        assert self.state.ledger.violations() == []


Life.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, database=None, deadline=None
)
TestLife = Life.TestCase
