"""What a transfer costs, however much has happened before it."""

import time
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from operations.models import Operation
from operations.services import asking, settling
from operations.services.sending import send_one
from operations.states import State
from operations.times import LOOKS
from simulator.faults import Faults, Rule
from simulator.records import Transfer
from subaccounts.models import RemoteTransfer
from subaccounts.services import books

pytestmark = pytest.mark.django_db(transaction=True)

OLD, VERY_MANY = 5_000, 50_000
DAYS = 300
"""So long ago the oldest of the old transfers was made."""


@pytest.fixture
def has_happened(vonage, sub, primary, workspace):
    """Let many transfers have been made long ago, and be known here; half by this installation."""

    def make(count: int) -> None:
        now = timezone.now() - timedelta(days=1)
        made = [
            Transfer(
                id=str(uuid.UUID(int=number)),
                kind="balance",
                source=primary.api_key,
                target=sub.api_key,
                amount=Decimal("0.01"),
                reference=f"old {number}",
                created_at=now - timedelta(days=DAYS) * number / count,
                request_id="",
            )
            for number in range(count)
        ]
        vonage.state.store.transfers.rows.update({each.id: each for each in made})
        _known(made, sub)

    return make


@pytest.fixture
def lists_asked(monkeypatch):
    """Return how many lists Vonage was asked for."""
    asked, strike = [], Faults.strike

    def counted(faults, method, path, **more):
        asked.extend([path] * (method == "GET" and path.endswith("-transfers")))
        return strike(faults, method, path, **more)

    monkeypatch.setattr(Faults, "strike", counted)
    return lambda: len(asked)


def _known(made, sub) -> None:
    rows = [
        RemoteTransfer(
            workspace_id=sub.workspace_id,
            kind=RemoteTransfer.Kind.BALANCE,
            remote_id=each.id,
            from_key=each.source,
            to_key=each.target,
            account=sub,
            amount=each.amount,
            reference=each.reference,
            created_at=each.created_at.replace(microsecond=0),
            first_seen_at=each.created_at,
        )
        for each in made
    ]
    RemoteTransfer.objects.bulk_create(rows, batch_size=1_000)


def _ours(example: Operation, count: int) -> None:
    """Let the same have been asked for here many times before."""
    fields = [f.attname for f in Operation._meta.concrete_fields if not f.primary_key]
    alike = {name: getattr(example, name) for name in fields}
    rows = [
        Operation(
            **{
                **alike,
                "form_token": f"old-{number}",
                "reference": f"OLD{number}",
                "remote_id": f"old-{number}",
                "created_at": example.created_at - timedelta(days=1 + number % DAYS),
                "closed_at": example.created_at - timedelta(days=1 + number % DAYS),
            }
        )
        for number in range(count)
    ]
    Operation.objects.bulk_create(rows, batch_size=500)


def _statements(draft, actor) -> dict[str, int]:
    """Return how many statements each step of one transfer takes."""
    counts = {}
    with CaptureQueriesContext(database) as queries:
        drafted = draft("0.02")
    counts["draft"] = len(queries)
    with CaptureQueriesContext(database) as queries:
        operation = asking.confirm(actor, drafted, even_if_repeated=True)
    counts["confirm"] = len(queries)
    with CaptureQueriesContext(database) as queries:
        assert send_one(operation.pk)
    counts["send"] = len(queries)
    operation.refresh_from_db()
    assert operation.state == State.SUCCEEDED
    return counts


def test_transfer_takes_as_many_statements_behind_thousands_as_behind_none(
    ask, send, draft, actor, has_happened
):
    example = send(ask("0.01"))
    before = _statements(draft, actor)
    has_happened(OLD)
    _ours(example, OLD)
    assert _statements(draft, actor) == before
    assert sum(before.values()) < 80


def test_unknown_among_very_many_old_transfers_is_settled_soon_by_few_lists(
    ask, send, vonage, later, has_happened, lists_asked
):
    has_happened(VERY_MANY)
    assert books.audit(ask("0.03").workspace_id, since=timezone.now() - timedelta(days=2))
    vonage.faults.add(Rule(fault="drop-after", method="POST"))
    operation = send(ask("0.02"))
    assert operation.state == State.UNKNOWN
    later(LOOKS[0] + 1)
    asked, began = lists_asked(), time.monotonic()
    assert settling.settle_due(timezone.now()) == 1
    assert time.monotonic() - began < 60
    assert lists_asked() - asked == 1
    operation.refresh_from_db()
    assert operation.state == State.SUCCEEDED
