"""A workspace that mirrors the simulator, with a subaccount that has funds of its own."""

from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.utils import timezone

from operations.times import Times

QUICK = Times(
    connect=1, read=1.5, total=2, listing=1, fence=1.5, sweep=3, settle=4, settle_every=0.5,
    visible=1, margin=600, skew_said=60, skew_stops=300, keep_ready=60, pause=0.1,
)  # fmt: skip
"""Everything a person would wait for, in seconds."""

_tokens = count()


@pytest.fixture
def times(settings):
    settings.OPERATION_TIMES = QUICK
    return QUICK


@pytest.fixture
def harbour(times, vonage, connection, read, db):
    """The mirrored workspace; `sub` has 10 EUR of its own, the primary 27.4572."""
    from operations.services import lanes
    from operations.services.sending.beginning import begin

    begin()
    key = vonage.subaccount("Harbour Hotel", balance="10")
    read()
    lanes.lane_of(connection.workspace_id)
    return key


@pytest.fixture
def sub(harbour, workspace):
    from accounts.models import Account

    return Account.objects.get(workspace=workspace, api_key=harbour)


@pytest.fixture
def primary(harbour, workspace):
    from accounts.models import Account

    return Account.objects.get(workspace=workspace, is_primary=True)


@pytest.fixture
def draft(actor, sub, primary):
    """Draft a transfer of balance from the primary account to the subaccount."""
    from operations.services import asking

    def make(amount="2.50", *, token=None, by=actor, to=sub, takes=False, kind="balance_transfer"):
        sides = {"from_key": primary.api_key, "to_key": to.api_key}
        if takes:
            sides = {"from_key": to.api_key, "to_key": primary.api_key}
        return asking.draft(
            by,
            kind=kind,
            form_token=token or f"form-{next(_tokens)}",
            account=to,
            amount=Decimal(amount),
            **sides,
        )

    return make


@pytest.fixture
def ask(actor, draft):
    """Ask for a transfer and return the operation, ready to be sent."""
    from operations.services import asking

    def make(amount="2.50", *, by=actor, repeated=True, **more):
        return asking.confirm(by, draft(amount, by=by, **more), even_if_repeated=repeated)

    return make


@pytest.fixture
def send():
    """Send one operation and return it as it is afterwards."""
    from operations.services.sending import send_one

    def run(operation):
        send_one(operation.pk)
        operation.refresh_from_db()
        return operation

    return run


@pytest.fixture
def later(monkeypatch):
    """Let the clock of the database stand `seconds` later from now on."""
    shift = timedelta(0)
    now = timezone.now

    def move(seconds: float) -> None:
        nonlocal shift
        shift += timedelta(seconds=seconds)

    monkeypatch.setattr(timezone, "now", lambda: now() + shift)
    return move
