"""The months: a table of the accounts, everything of a month at once, and making it."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from audit.events import Event
from audit.writing import record
from statements import listing, tables
from statements.archive import archive
from statements.forms import MonthForm
from statements.months import Month, before, last_over
from statements.pdf import render
from statements.services import remailing, running
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import Actor, can
from ui.exports import csv_response
from ui.htmx import done, leave_for, render_page
from usage.seeing import holds_on_all

_CHOICES = 13


@requires(Capability.USAGE_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the statements of a month; of the last one that there is, unless one is asked for."""
    actor = request.actor
    months = listing.months_of(actor)
    over = last_over(actor.workspace.zone_name, timezone.now())
    month = _month(request) or (months[0] if months else over.first)
    q, number = request.GET.get("q", "")[:64], _number(request)
    page = listing.page(actor, month, q, number)
    address = reverse("statements:index", args=[actor.workspace.slug])
    asked = {"month": f"{month:%Y-%m}", **({"q": q} if q else {})}
    may_set = can(actor, Capability.WORKSPACE_SETTINGS)
    may_make = holds_on_all(actor, Capability.REPORT_RUN) and _is_over(actor, month)

    def at(place: int) -> str:
        return f"{address}?{urlencode({**asked, 'page': place})}"

    context = {
        "months": months,
        "month": month,
        "choices": _over(over, months),
        "q": q,
        "views": page.views,
        "shows": _columns(actor),
        "run": running.of(actor, month),
        "may_make": may_make,
        "may_set": may_set,
        "failed_mails": remailing.failed_of(actor, month).count() if may_set else 0,
        "sees_prices": can(actor, Capability.PRICING_COST),
        "zone": actor.workspace.zone_name,
        "address": address,
        "page": {
            "previous_url": at(number - 1) if number > 1 else "",
            "next_url": at(number + 1) if page.has_more else "",
        },
    }
    return render_page(request, "statements/index.html", context)


@requires(Capability.REPORT_RUN)
@require_POST
def make(request: WorkspaceRequest) -> HttpResponse:
    """Have the statements of a month made; a worker does it.

    It is about all accounts, so it exists for those who hold the right on all of them.
    """
    actor = request.actor
    if not holds_on_all(actor, Capability.REPORT_RUN):
        raise Http404
    form = MonthForm(request.POST)
    address = reverse("statements:index", args=[actor.workspace.slug])
    if not form.is_valid() or not _is_over(actor, form.cleaned_data["month"]):
        messages.error(request, "That month is not over yet.")
        return leave_for(request, address)
    month = form.cleaned_data["month"]
    running.ask(actor, month)
    return done(request, f"{address}?month={month:%Y-%m}", f"{month:%B %Y} is being made.")


@requires(Capability.USAGE_VIEW)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send all lines of all accounts in sight as one file."""
    month = _wanted(request)
    if month is None:
        return _back(request)
    _write_down(request, month, "lines")
    rows = tables.rows(listing.everything(request.actor, month), **_columns(request.actor))
    return csv_response(f"statements-{month:%Y-%m}", rows)


@requires(Capability.USAGE_VIEW)
@require_POST
def bundle(request: WorkspaceRequest) -> HttpResponseBase:
    """Send the PDFs of all accounts in sight as one zip, while they are made."""
    month = _wanted(request)
    if month is None:
        return _back(request)
    _write_down(request, month, "pdf")
    headers = {"Content-Disposition": f'attachment; filename="statements-{month:%Y-%m}.zip"'}
    files = _files(request.actor, month)
    return StreamingHttpResponse(
        archive(files, month), content_type="application/zip", headers=headers
    )


def _files(actor: Actor, month: date) -> Iterator[tuple[str, bytes]]:
    for view in listing.everything(actor, month):
        yield f"{view.account.api_key}-{month:%Y-%m}.pdf", render(view)


def _columns(actor: Actor) -> dict[str, bool]:
    return {
        "cost": not actor.extent(Capability.PRICING_COST).is_empty,
        "resale": not actor.extent(Capability.PRICING_RESALE).is_empty,
    }


def _over(last: Month, made: list[date]) -> list[date]:
    """Return the months that can be made, or looked at: the latest first."""
    found, first = [], last.first
    for _ in range(_CHOICES):
        found.append(first)
        first = before(first)
    return sorted({*found, *made}, reverse=True)


def _is_over(actor: Actor, month: date) -> bool:
    return Month(month, actor.workspace.zone_name).is_over(timezone.now())


def _month(request: WorkspaceRequest) -> date | None:
    form = MonthForm(request.GET)
    return form.cleaned_data["month"] if form.is_valid() else None


def _wanted(request: WorkspaceRequest) -> date | None:
    form = MonthForm(request.POST)
    return form.cleaned_data["month"] if form.is_valid() else None


def _back(request: WorkspaceRequest) -> HttpResponse:
    return leave_for(request, reverse("statements:index", args=[request.actor.workspace.slug]))


def _write_down(request: WorkspaceRequest, month: date, what: str) -> None:
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            new={"what": f"statements, {what}", "month": f"{month:%Y-%m}"},
        )


def _number(request: WorkspaceRequest) -> int:
    """Return the number of the page; 1 where the address names none, or none that can be."""
    text: Any = request.GET.get("page", "")
    is_one = text.isascii() and text.isdigit() and len(text) < 6  # noqa: PLR2004
    return max(int(text), 1) if is_one else 1
