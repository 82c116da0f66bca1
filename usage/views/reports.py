"""The list of reports, and the page of each, which follows what becomes of it."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import can
from teams.roster import names_everybody
from ui.htmx import render_page
from usage import listing, seeing
from usage.forms import FilterForm
from usage.products import FILTERS


@requires(Capability.USAGE_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the reports on accounts in sight, newest first."""
    form = FilterForm(request.GET)
    wanted, before = form.wanted(), _number(request, "before")
    found = listing.page(request.actor, wanted, before)
    address = reverse("usage:reports", args=[request.actor.workspace.slug])
    older = {**wanted, "before": found.before}
    context = {
        "form": form,
        "found": found,
        "is_filtered": bool(wanted),
        "address": address,
        "knows_names": names_everybody(request.actor),
        "may_order": can(request.actor, Capability.REPORT_RUN),
        "may_limit": can(request.actor, Capability.GUARDRAIL_MANAGE),
        "newest_url": f"{address}?{urlencode(wanted)}" if before else "",
        "older_url": f"{address}?{urlencode(older)}" if found.before else "",
    }
    return render_page(request, "usage/reports.html", context, partial="table")


@requires(Capability.USAGE_VIEW)
@require_GET
def report(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show one report: what was asked, by whom, how far it is, and what can be done."""
    found = seeing.visible_report(request.actor, pk)
    context = {
        "report": found,
        "filters": [(FILTERS.get(name, name), text) for name, text in found.filters.items()],
        "knows_names": names_everybody(request.actor),
        "may_order": seeing.may(request.actor, Capability.REPORT_RUN, found),
        "may_download": seeing.may(request.actor, Capability.REPORT_EXPORT, found),
    }
    return render_page(request, "usage/report.html", context, partial="state")


def _number(request: WorkspaceRequest, name: str) -> int | None:
    """Return a number of the address; None where it is none, or none that a row can have."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004
