from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import matrix as matrices
from accounts.forms import MatrixForm
from accounts.matrix import Matrix, Wanted
from accounts.tagged import visible_tags
from audit.events import Event
from audit.writing import record
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.exports import csv_response
from ui.htmx import render_page

_EDGES = ("after", "before", "right_of", "left_of")


@requires(Capability.TEAM_VIEW)
@require_GET
def matrix(request: WorkspaceRequest) -> HttpResponse:
    """Show the levels of people on accounts, as far as the person sees both."""
    form = MatrixForm(request.GET, tags=visible_tags(request.actor))
    wanted = form.wanted()
    found = matrices.page(request.actor, wanted)
    address = reverse("accounts:matrix", args=[request.actor.workspace.slug])
    context = {
        "form": form,
        "matrix": found,
        "page": _down(address, wanted, found),
        "across": _across(address, wanted, found),
        "is_filtered": bool(wanted.q or wanted.person or wanted.tag),
        "reset_url": address,
        "export_url": reverse("accounts:export_matrix", args=[request.actor.workspace.slug]),
        "narrowing": _narrowing(wanted),
        "tab": "matrix",
    }
    return render_page(request, "team/matrix.html", context, partial="table")


@requires(Capability.TEAM_VIEW)
@require_POST
def export(request: WorkspaceRequest) -> StreamingHttpResponse:
    """Send the matrix as a file: what the page shows, on all its pages."""
    actor = request.actor
    wanted = MatrixForm(request.POST, tags=visible_tags(actor)).wanted()
    whole = replace(wanted, after="", before="", right_of="", left_of="")
    with transaction.atomic():
        told = {"what": "access matrix", **_narrowing(whole)}
        record(Event.EXPORT_MADE, actor=actor.user, workspace=actor.workspace, new=told)
    name = f"access-{actor.workspace.slug}-{timezone.localdate()}"
    return csv_response(name, matrices.table(actor, whole))


def _narrowing(wanted: Wanted) -> dict[str, Any]:
    """Return what was asked for, by field, without the place on the pages."""
    given = {name: value for name, value in asdict(wanted).items() if name not in _EDGES}
    return {name: value for name, value in given.items() if value}


def _down(address: str, wanted: Wanted, found: Matrix) -> dict[str, Any]:
    across = {"right_of": wanted.right_of, "left_of": wanted.left_of}
    return {
        "next_url": _url(address, wanted, found.accounts.after, "after", across),
        "previous_url": _url(address, wanted, found.accounts.before, "before", across),
        "is_beyond": found.accounts.is_beyond or found.people.is_beyond,
    }


def _across(address: str, wanted: Wanted, found: Matrix) -> dict[str, str]:
    down = {"after": wanted.after, "before": wanted.before}
    return {
        "next_url": _url(address, wanted, found.people.after, "right_of", down),
        "previous_url": _url(address, wanted, found.people.before, "left_of", down),
    }


def _url(address: str, wanted: Wanted, edge: str, name: str, kept: dict[str, str]) -> str:
    if not edge:
        return ""
    edges = {key: value for key, value in kept.items() if value}
    return f"{address}?{urlencode({**_narrowing(wanted), **edges, name: edge})}"
