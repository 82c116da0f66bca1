"""The outbox's scene, and an auto-reload to top up by."""

import re
from decimal import Decimal
from itertools import count

import pytest

from operations.services import asking
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)

TRX = "8ef2447e69604f642ae59363aa5f781b"
AMOUNT = Decimal("25.00")
_tokens = count()


@pytest.fixture
def trx():
    return TRX


@pytest.fixture
def reloading(vonage):
    """Let auto-reload be on, by a payment of 25 EUR."""
    vonage.state.switch(auto_reload_trx=TRX, auto_reload_amount=AMOUNT)


@pytest.fixture
def noted(actor, primary):  # noqa: F811 - the fixture
    """Note what is known of it, and return how the payment is kept."""
    from topups.models import Payment
    from topups.services import noting
    from vault.secret import Secret

    def note(trx=TRX, amount=AMOUNT, threshold=Decimal(20)):
        noting.note(actor, trx=trx and Secret(trx), amount=amount, threshold=threshold)
        return Payment.objects.get(workspace=actor.workspace)

    return note


@pytest.fixture
def draft(actor, primary):  # noqa: F811 - the fixture
    """Draft a top-up."""
    from topups import kinds
    from topups.models import Payment

    def make(*, by=actor, again=False, token=None):
        payment = Payment.objects.filter(workspace=actor.workspace).first() or Payment()
        return asking.draft(
            by,
            kind="top_up",
            form_token=token or f"form-{next(_tokens)}",
            account=primary,
            wanted=kinds.wanted_of(payment, again=again),
        )

    return make


@pytest.fixture
def ask(actor, draft):
    """Ask for a top-up and return the operation, ready to be sent."""
    return lambda **how: asking.confirm(how.get("by", actor), draft(**how))


@pytest.fixture
def paid(vonage):
    """Return what was paid at Vonage, by its own ledger."""
    return lambda: vonage.state.ledger.totals()["paid"]


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def text(answer) -> str:
    return answer.content.decode()


def token_in(page: str) -> str:
    return re.search(r'name="token" value="([^"]+)"', page)[1]
