"""The outbox's scene, and Vonage's own hand in it."""

from decimal import Decimal

import pytest

from tests.operations.conftest import (  # noqa: F401 - fixtures
    ask,
    draft,
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)


@pytest.fixture
def elsewhere(vonage):
    """Make a transfer at Vonage without us."""

    def make(source, target, amount, *, reference="", kind="balance"):
        move = vonage.state.transfer_balance if kind == "balance" else vonage.state.transfer_credit
        return move(source=source, target=target, amount=Decimal(amount), reference=reference)

    return make


@pytest.fixture
def audit(workspace):
    """Hold the books against Vonage's now; return whether the lists were good."""
    from subaccounts.services import books

    return lambda: books.audit(workspace.pk)
