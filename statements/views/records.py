"""From a line of a statement to its records."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import islice

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from audit.events import Event
from audit.writing import record
from statements import records
from statements.seeing import Shown, View
from statements.views.statement import found_view
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.exports import csv_response
from ui.htmx import leave_for, render_page
from usage.personal import Eyes
from usage.tables import SPOILT
from vonage_api.errors import Malformed

logger = logging.getLogger(__name__)
_BROKEN = (*SPOILT, Malformed, ValueError, StopIteration, IndexError)


@requires(Capability.REPORT_EXPORT)
@require_GET
def index(request: WorkspaceRequest, api_key: str, month: date) -> HttpResponse:
    """Show of which reports a line is the sum, and its first records."""
    view, line, wanted = _asked(request, api_key, month)
    sources = records.sources_of(wanted)
    first: list[list[str]] = []
    with suppress(*_BROKEN):
        rows = _rows(request, wanted, sources, patience=records.PATIENCE)
        first = list(islice(rows, records.FIRST + 1))
    usage = [each for each in view.lines if each.is_usage]
    context = {
        "view": view,
        "account": view.account,
        "line": line,
        # Records are told apart by currency in lines of their own, and come in one file.
        "told": sum(each.count or 0 for each in usage if _names(each) == _names(line)),
        "sources": sources,
        "counted": sum(each.count for each in sources),
        "head": first[0] if first else [],
        "rows": first[1:],
        "is_here": any(each.is_here for each in sources),
        "is_whole": all(each.is_here for each in sources),
        "first": records.FIRST,
        "is_masked": not policy.can(request.actor, Capability.LOG_PERSONAL, view.account),
        "sees_reports": True,
        "back_url": reverse(
            "statements:statement", args=[request.actor.workspace.slug, api_key, month]
        ),
    }
    return render_page(request, "statements/records.html", context)


@requires(Capability.REPORT_EXPORT)
@require_POST
def export(request: WorkspaceRequest, api_key: str, month: date) -> HttpResponseBase:
    """Send all records of a line as a file, row by row; nothing in it is a formula."""
    view, line, wanted = _asked(request, api_key, month)
    sources = records.sources_of(wanted)
    if not any(each.is_here for each in sources):
        messages.error(request, "The files of these reports are not here any more.")
        slug = request.actor.workspace.slug
        return leave_for(request, reverse("statements:statement", args=[slug, api_key, month]))
    _write_down(request, view, line)
    name = f"records-{api_key}-{month:%Y-%m}-{line.product}-{line.direction}".rstrip("-")
    return csv_response(name, _sent(_rows(request, wanted, sources)))


def _asked(
    request: WorkspaceRequest, api_key: str, month: date
) -> tuple[View, Shown, records.Wanted]:
    """Return the statement, the line of it that the address names, and whose records are meant."""
    view = found_view(request, api_key, month)
    policy.require(request.actor, Capability.REPORT_EXPORT, view.account)
    asked = request.GET.get("product", ""), request.GET.get("direction", "")
    for line in view.lines:
        if line.is_usage and (not asked[0] or _names(line) == asked):
            wanted = records.Wanted(view.account, view.month, line.product, line.direction)
            return view, line, wanted
    raise Http404


def _names(line: Shown) -> tuple[str, str]:
    return line.product, line.direction


def _rows(
    request: WorkspaceRequest,
    wanted: records.Wanted,
    sources: list[records.Source],
    patience: float | None = None,
) -> Iterator[list[str]]:
    eyes = Eyes.of(request.actor, wanted.product, wanted.account)
    return records.rows_of(wanted, sources, eyes, patience=patience)


def _sent(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from rows
    except _BROKEN:
        # The headers are gone. The connection breaks, so that nobody takes it for the whole.
        logger.exception("the file of a report is spoilt")
        raise


def _write_down(request: WorkspaceRequest, view: View, line: Shown) -> None:
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            target=view.statement,
            account=view.account,
            new={
                "what": "statement, records",
                "month": view.statement.month_code,
                "product": line.product,
                "direction": line.direction,
            },
        )
