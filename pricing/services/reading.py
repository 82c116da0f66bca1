"""One reading of all products. The network is asked outside any transaction."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.services.sync.reading import fault_of
from operations import wire
from pricing.comparing import compare, rows_of
from pricing.models import PriceBook, PriceList
from pricing.products import PRODUCTS, Product
from pricing.services.claims import Claim, LostClaimError, hold, release
from pricing.services.writing import known, write
from vonage_api import Timeouts, VonageClient
from vonage_api.errors import OverBudget, RateLimited, VonageError

logger = logging.getLogger(__name__)

AGE = timedelta(days=1)
"""So old prices are read anew."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(hours=1), timedelta(days=1)
"""Between attempts of our own that fail."""
PATIENCE = Timeouts(connect=5, read=20, total=30)
"""Of one product."""
_WAITING = (RateLimited, OverBudget)
_CANNOT_ASK = "Vonage cannot be asked"


def run(claim: Claim) -> bool:
    """Read the prices of the claimed workspace and write what differs; return whether all worked.

    Each product by itself: what cannot be read keeps its old prices, and the reason is kept.
    """
    at = timezone.now()
    try:
        failed = [error for error in _read_all(claim, at=at) if error]
        release(claim, **_after(claim, failed, at=at))
    except LostClaimError:
        logger.warning("reading of prices lost its claim", extra=_named(claim))
        return False
    return not failed


def _read_all(claim: Claim, *, at: datetime) -> list[Exception | None]:
    """Read every product; return what went wrong with each."""
    try:
        with wire.client(claim.workspace_id, PATIENCE) as client:
            return [_read(claim, client, product, at=at) for product in PRODUCTS.values()]
    except wire.CannotConnectError as error:
        _note(claim, PRODUCTS.values(), error, at=at)
        return [error]


def _read(
    claim: Claim, client: VonageClient, product: Product, *, at: datetime
) -> Exception | None:
    try:
        rows = rows_of(client.pricing.all(product.code))
        before = known(claim.workspace_id, product)
        write(claim, product, compare(before, rows), is_first=not before, at=at)
    except LostClaimError:
        raise
    except VonageError as error:
        _note(claim, [product], error, at=at)
        return error
    except Exception as error:
        logger.exception("reading of prices broke", extra=_named(claim))
        _note(claim, [product], error, at=at)
        return error
    return None


@transaction.atomic(durable=True)
def _note(claim: Claim, products: Iterable[Product], error: Exception, *, at: datetime) -> None:
    """Keep why the products could not be read."""
    hold(claim)
    is_told = isinstance(error, (VonageError, wire.CannotConnectError))
    is_unasked = isinstance(error, wire.CannotConnectError)
    fault = _CANNOT_ASK if is_unasked else fault_of(error).label
    said = {"tried_at": at, "fault": fault, "detail": str(error) if is_told else ""}
    logger.warning("prices could not be read", extra={**_named(claim), "fault": fault})
    for product in products:
        PriceList.objects.update_or_create(
            workspace_id=claim.workspace_id, product=product.code, defaults=said
        )


def _after(claim: Claim, failed: list[Exception], *, at: datetime) -> dict[str, object]:
    """Return what the book says after a reading."""
    if not failed:
        due = at + AGE
        return {"tried_at": at, "due_at": due, "failures": 0, "rests_until": None}
    failures = PriceBook.objects.get(pk=claim.workspace_id).failures
    pause = min(FIRST_PAUSE * 2 ** min(failures, 10), LONGEST_PAUSE)
    rests_until = _rest_of(failed)
    return {
        "tried_at": at,
        "due_at": max(at + pause, rests_until or at),
        "failures": failures + 1,
        "rests_until": rests_until,
    }


def _rest_of(failed: list[Exception]) -> datetime | None:
    """Return until when Vonage, or our own budget, asked us to wait; None where nobody did."""
    waits = [each.retry_after or 0 for each in failed if isinstance(each, _WAITING)]
    return timezone.now() + timedelta(seconds=max(waits)) if waits else None


def _named(claim: Claim) -> dict[str, object]:
    return {"workspace_id": claim.workspace_id}
