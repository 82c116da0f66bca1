"""What a search found: a page that fills while it goes on, and each record."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from log_search import keeping, rows, seeing, terms
from log_search.models import Search
from log_search.services import asking
from log_search.services.advancing import MOST_RECORDS
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.sessions import polled
from teams.policy import can
from teams.roster import names_everybody
from ui.htmx import render_page, unchanged, wants_part
from usage.personal import HIDDEN, Eyes

PAGE = 50


@polled
@requires(Capability.LOG_VIEW)
@require_GET
def search(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Show how far a search is and what it found; 204 while that is what the page shows."""
    found = seeing.visible_search(request.actor, pk)
    if wants_part(request) and request.GET.get("version") == found.version:
        return unchanged()
    return render_page(request, "log_search/search.html", _context(request, found), partial="found")


@requires(Capability.LOG_VIEW)
@require_GET
def record(request: WorkspaceRequest, pk: UUID, place: int) -> HttpResponse:
    """Show everything of one record that the person may read."""
    found = seeing.visible_search(request.actor, pk)
    near = keeping.records_from(found, place, 1) if place < MOST_RECORDS * 2 else []
    if not near:
        raise Http404
    eyes = Eyes.of(request.actor, found.product, found.account)
    cells = list(eyes.cells(near[0].record))
    context = {
        "search": found,
        "placed": near[0],
        "cells": cells,
        "is_masked": any(each.is_hidden for each in cells),
        "page_url": _url(request, found, place // PAGE + 1),
    }
    return render_page(request, "log_search/record.html", context)


def _context(request: WorkspaceRequest, found: Search) -> dict[str, object]:
    eyes = Eyes.of(request.actor, found.product, found.account)
    number = _number(request)
    placed = keeping.records_from(found, (number - 1) * PAGE, PAGE + 1)
    return {
        "search": found,
        "lines": [rows.line(eyes, each) for each in placed[:PAGE]],
        "count": keeping.count_of(found),
        "lost": keeping.lost_of(found) if "record id" in found.kinds else [],
        "sought": _sought(found, eyes),
        "is_masked": not eyes.personal,
        "most": MOST_RECORDS,
        "page": number,
        "newer_url": _url(request, found, number - 1) if number > 1 else "",
        "older_url": _url(request, found, number + 1) if len(placed) > PAGE else "",
        "knows_names": names_everybody(request.actor),
        "may_stop": asking.may_stop(request.actor, found),
        "may_download": can(request.actor, Capability.REPORT_EXPORT, found.account),
    }


def _sought(found: Search, eyes: Eyes) -> list[tuple[str, str]]:
    """Return by what it was narrowed. Numbers and references are read like those of records."""
    said = [(terms.OPEN_TERMS[name], text) for name, text in found.terms.items()]
    for name, text in terms.sought_of(found).items():
        is_read = eyes.personal or name == "id"
        said.append((terms.SEALED_TERMS[name], text.replace(",", ", ") if is_read else HIDDEN))
    return said


def _url(request: WorkspaceRequest, found: Search, number: int) -> str:
    address = reverse("log_search:search", args=[request.actor.workspace.slug, found.pk])
    return f"{address}?page={number}" if number > 1 else address


def _number(request: WorkspaceRequest) -> int:
    text = request.GET.get("page", "")
    is_number = text.isascii() and text.isdigit() and len(text) < 4  # noqa: PLR2004 - digits
    return max(int(text), 1) if is_number else 1
