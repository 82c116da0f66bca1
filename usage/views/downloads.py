"""Taking a report away. What is taken is written down first."""

import logging
from collections.abc import Iterator
from pathlib import Path

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit.events import Event
from audit.writing import record
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.exports import csv_response
from ui.htmx import leave_for
from usage import seeing, tables
from usage.models import Report
from usage.personal import Eyes
from usage.services.files import path_of
from vonage_api.errors import Malformed

logger = logging.getLogger(__name__)


@requires(Capability.REPORT_EXPORT)
@require_POST
def download(request: WorkspaceRequest, pk: int) -> HttpResponseBase:
    """Send the table of a report, row by row out of the zip; nothing in it is a formula.

    What may be personal, and what Vonage charges, is for those who may read it.
    """
    found = seeing.visible_report(request.actor, pk)
    seeing.require_on(request.actor, Capability.REPORT_EXPORT, found)
    path = path_of(found)
    if not (found.has_file and _is_sound(path)):
        messages.error(request, "There is no file of this report any more.")
        page = reverse("usage:report", args=[request.actor.workspace.slug, found.pk])
        return leave_for(request, page)
    _write_down(request, found)
    eyes = Eyes.of_report(request.actor, found)
    return csv_response(f"report-{found.product}-{found.pk}", _rows(found, path, eyes))


def _is_sound(path: Path) -> bool:
    """Return whether the file is there and is still what was downloaded."""
    try:
        tables.check(path)
    except (OSError, Malformed):
        return False
    return True


def _rows(report: Report, path: Path, eyes: Eyes) -> Iterator[list[str]]:
    try:
        yield from tables.joined(path, eyes)
    except tables.SPOILT:
        # The headers are gone. The connection breaks, so that nobody takes it for the whole.
        logger.exception("the file of a report is spoilt", extra={"report": report.pk})
        raise


def _write_down(request: WorkspaceRequest, report: Report) -> None:
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            target=report,
            account=None if report.with_subaccounts else report.account,
            new={
                "what": "report",
                "product": report.product,
                "from": report.starts_at,
                "until": report.ends_at,
            },
        )
