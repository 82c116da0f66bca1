"""Who did what: to read, and to take along."""

from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.activity import may_read, sees_names
from dashboard.activity import noting, timeline
from dashboard.activity.export import FORMATS
from dashboard.activity.position import Position
from dashboard.forms import ActivityForm, ExportForm
from remote_events.seeing import feed_of
from teams import policy
from teams.access import WorkspaceRequest, has_part, requires
from teams.capabilities import Capability
from ui.htmx import invalid, render_page


@has_part("audit.all shows everything, audit.view what was done to accounts")
@require_GET
def activity(request: WorkspaceRequest) -> HttpResponse:
    """Show what happened, as far as the person may read it."""
    _require_reader(request)
    noting.note_reading(request.actor)
    form = ActivityForm(request.GET)
    wanted = form.wanted()
    return render_page(
        request,
        "dashboard/activity.html",
        _context(request, form, timeline.page(request.actor, wanted)),
        partial="list",
    )


@requires(Capability.AUDIT_EXPORT)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send what the person may read of the activity as a file, line by line."""
    _require_reader(request)
    form = ExportForm(request.POST)
    wanted = form.wanted()
    if not form.is_valid():
        found = timeline.page(request.actor, wanted)
        return invalid(request, "dashboard/activity.html", _context(request, form, found))
    if not noting.may_export_again(request.actor):
        return _too_often(request)
    code = form.cleaned_data["format"]
    noting.note_export(request.actor, form=code, narrowed_by=form.kept())
    kind, lines = FORMATS[code]
    name = f"activity-{request.actor.workspace.slug}-{timezone.localdate():%Y-%m-%d}.{code}"
    return StreamingHttpResponse(
        lines(timeline.everything(request.actor, wanted)),
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _too_often(request: WorkspaceRequest) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = str(int(noting.HOUR.total_seconds()))
    return response


def _require_reader(request: WorkspaceRequest) -> None:
    if not may_read(request.actor):
        policy.require(request.actor, Capability.AUDIT_VIEW)


def _context(
    request: WorkspaceRequest, form: ActivityForm, page: timeline.Page
) -> dict[str, object]:
    slug = request.actor.workspace.slug
    address = reverse("activity", args=[slug])
    kept = form.kept()
    return {
        "form": form,
        "page": page,
        "kept": kept,
        "is_narrowed": form.wanted().is_narrowed,
        "knows_names": sees_names(request.actor),
        "reset_url": address,
        "older_url": _at(address, kept, older=page.older),
        "newer_url": _at(address, kept, newer=page.newer),
        "accounts_url": reverse("accounts:list", args=[slug]),
        "feed": feed_of(request.actor),
        "may_export": policy.can(request.actor, Capability.AUDIT_EXPORT)
        and not request.actor.seen_by,
    }


def _at(address: str, kept: dict[str, str], **place: Position | None) -> str:
    """Return the address of the page at a place; nothing where there is none."""
    (position,) = place.values()
    return f"{address}?{urlencode({**kept, **place})}" if position else ""
