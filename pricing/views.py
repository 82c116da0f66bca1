"""Prices of the account: what they are, how they changed, and reading them now."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.mirrors import connection_of, mirror_of
from accounts.models import Account
from accounts.views.mirror import not_connected
from audit.events import Event
from audit.writing import record
from pricing import listing
from pricing.forms import ChangesForm, FilterForm
from pricing.models import Price
from pricing.seeing import sees_prices
from pricing.services import claims
from pricing.standing import standing_of
from pricing.tasks import ring
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.sessions import polled
from teams.policy import MissingCapabilityError
from ui.exports import Cell, csv_response
from ui.htmx import done, render_page, unchanged, with_event


@requires(Capability.PRICING_COST)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the prices that were asked for."""
    _admit(request)
    if connection_of(mirror_of(request.actor)) is None:
        return not_connected(request)
    claims.note_look(request.actor.workspace.pk)
    wanted = FilterForm(request.GET).wanted()
    found = listing.page(request.actor, wanted, _number(request, "page") or 1)
    address = _address(request, "index")
    context = {
        **_standing(request),
        "form": FilterForm(request.GET),
        "found": found,
        "page": {
            "previous_url": _paged(address, wanted, found.number - 1, found.last),
            "next_url": _paged(address, wanted, found.number + 1, found.last),
        },
        "is_filtered": bool(wanted),
        "query": urlencode(wanted),
        "address": address,
    }
    return render_page(request, "pricing/index.html", context, partial="table")


@requires(Capability.PRICING_COST)
@require_GET
def changes(request: WorkspaceRequest) -> HttpResponse:
    """List how the prices changed, newest first."""
    _admit(request)
    form = ChangesForm(request.GET)
    wanted = form.wanted()
    before = _number(request, "before")
    found = listing.changes(request.actor, wanted, before)
    address = _address(request, "changes")
    older = {**wanted, "before": found.before}
    context = {
        **_standing(request),
        "form": form,
        "lines": found.lines,
        "is_filtered": bool(wanted),
        "address": address,
        "newest_url": f"{address}?{urlencode(wanted)}" if before else "",
        "older_url": f"{address}?{urlencode(older)}" if found.before else "",
    }
    return render_page(request, "pricing/changes.html", context, partial="table")


@polled
@requires(Capability.PRICING_COST)
@require_GET
def standing(request: WorkspaceRequest) -> HttpResponse:
    """Answer 204 while nothing has changed since the version that the page shows."""
    _admit(request)
    context = _standing(request)
    if request.GET.get("version") == context["standing"].version:
        return unchanged()
    response = render_page(request, "pricing/standing.html", context)
    return with_event(response, "mirror-changed")


@requires(Capability.PRICING_COST)
@require_POST
def read(request: WorkspaceRequest) -> HttpResponse:
    """Have the prices read now, unless they are being read or just were."""
    _admit(request)
    workspace_id = request.actor.workspace.pk
    if not claims.request(workspace_id, timezone.now()):
        message = "The prices are being read, were just read, or Vonage asked us to wait."
    elif ring(workspace_id):
        message = "Reading the prices from Vonage now."
    else:
        message = "Noted. The background worker cannot be reached; it reads as soon as it is back."
    return done(request, _address(request, "index"), message)


@requires(Capability.PRICING_COST)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send the list as a file. What is taken away is written down."""
    _admit(request)
    wanted = FilterForm(request.GET).wanted()
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            new={"what": "prices", "filters": wanted},
        )
    return csv_response("prices", _cells(listing.everything(request.actor, wanted)))


_HEAD = (
    *("product", "country", "country code", "dialling prefix"),
    *("network", "network code", "type", "MCC", "MNC", "number ranges"),
    *("price", "currency", "for"),
)


def _cells(prices: Iterator[Price]) -> Iterator[tuple[Cell, ...]]:
    yield _HEAD
    for price in prices:
        yield (
            price.what.name,
            price.country_name,
            price.country_code,
            price.dialing_prefix,
            price.network_name,
            price.network_code,
            price.type_text,
            price.mcc,
            price.mnc,
            price.ranges,
            f"{price.price:f}",
            price.currency,
            price.what.per,
        )


def _admit(request: WorkspaceRequest) -> None:
    """Keep everybody out who does not hold the right on the primary account."""
    if sees_prices(request.actor):
        return
    visible = Account.objects.visible_to(request.actor, Capability.ACCOUNT_VIEW)
    primary = get_object_or_404(visible, is_primary=True)
    raise MissingCapabilityError(Capability.PRICING_COST, primary)


def _standing(request: WorkspaceRequest) -> dict[str, Any]:
    return {
        "standing": standing_of(request.actor),
        "read_url": _address(request, "read"),
        "standing_url": _address(request, "standing"),
    }


def _paged(address: str, wanted: listing.Wanted, number: int, last: int) -> str:
    """Return the address of a page; empty where there is none."""
    if not 1 <= number <= last:
        return ""
    return f"{address}?{urlencode({**wanted, 'page': number})}"


def _number(request: WorkspaceRequest, name: str) -> int | None:
    """Return a number of the address; None where it is none, or none that a page can have."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004


def _address(request: WorkspaceRequest, name: str) -> str:
    return reverse(f"pricing:{name}", args=[request.actor.workspace.slug])
