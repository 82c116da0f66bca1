"""Taking away what a search found. What is taken is written down first."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.events import Event
from audit.writing import record
from log_search import rows, seeing
from log_search.models import Search
from log_search.services.asking import described
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import require
from ui.exports import csv_response
from ui.htmx import leave_for
from usage.personal import Eyes


@requires(Capability.REPORT_EXPORT)
@require_POST
def download(request: WorkspaceRequest, pk: UUID) -> HttpResponseBase:
    """Send what was found by now, as the person may read it; nothing in it is a formula."""
    found = seeing.visible_search(request.actor, pk)
    require(request.actor, Capability.REPORT_EXPORT, found.account)
    if not found.found or found.state == Search.State.EXPIRED:
        messages.error(request, "There are no records of this search to download.")
        page = reverse("log_search:search", args=[request.actor.workspace.slug, found.pk])
        return leave_for(request, page)
    eyes = Eyes.of(request.actor, found.product, found.account)
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            target=found,
            account=found.account,
            new={"what": "log search", "personal data": eyes.personal, **described(found)},
        )
    return csv_response(f"logs-{found.product}-{found.pk}", rows.table(found, eyes))
