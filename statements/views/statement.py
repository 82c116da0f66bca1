"""One statement: the page, and as CSV and PDF."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Account
from accounts.views.detail import found_account
from audit.events import Event
from audit.writing import record
from statements import tables
from statements.pdf import render
from statements.seeing import View, statements_of, view_of
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.exports import csv_response
from ui.htmx import render_page

_DIGITS = 6


@requires(Capability.USAGE_VIEW)
@require_GET
def page(request: WorkspaceRequest, api_key: str, month: date) -> HttpResponse:
    """Show the statement of an account, the current one or an older revision."""
    account = _account(request, api_key)
    rows = statements_of(request.actor).filter(account=account, month=month)
    revisions = list(rows.order_by("-revision"))
    view = view_of(request.actor, _chosen(request, revisions)) if revisions else None
    slug = request.actor.workspace.slug
    context = {
        "account": account,
        "month": month,
        "view": view,
        "revisions": revisions,
        "index_url": f"{reverse('statements:index', args=[slug])}?month={month:%Y-%m}",
        "account_url": reverse("accounts:detail", args=[slug, api_key]),
        "transfers_url": _transfers(request, account, view) if view else "",
        "records_url": reverse("statements:records", args=[slug, api_key, month]),
    }
    return render_page(request, "statements/statement.html", context)


@requires(Capability.USAGE_VIEW)
@require_POST
def export(request: WorkspaceRequest, api_key: str, month: date) -> HttpResponseBase:
    """Send the lines of a statement as a file."""
    view = _view(request, api_key, month)
    _write_down(request, view, "csv")
    rows = tables.rows([view], **tables.columns_of(view.sight))
    return csv_response(_name(view), rows)


@requires(Capability.USAGE_VIEW)
@require_POST
def pdf(request: WorkspaceRequest, api_key: str, month: date) -> HttpResponseBase:
    """Send a statement as PDF."""
    view = _view(request, api_key, month)
    _write_down(request, view, "pdf")
    headers = {"Content-Disposition": f'attachment; filename="{_name(view)}.pdf"'}
    return HttpResponse(render(view), content_type="application/pdf", headers=headers)


def found_view(request: WorkspaceRequest, api_key: str, month: date) -> View:
    """Return the current statement; 404 where there is none, or none that the person sees."""
    return _view(request, api_key, month)


def _account(request: WorkspaceRequest, api_key: str) -> Account:
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.USAGE_VIEW, account)
    return account


def _view(request: WorkspaceRequest, api_key: str, month: date) -> View:
    account = _account(request, api_key)
    rows = statements_of(request.actor).filter(account=account, month=month)
    return view_of(request.actor, _chosen(request, list(rows.order_by("-revision"))))


def _chosen(request: WorkspaceRequest, revisions: list[Any]) -> Any:
    """Return the revision that the address names; else the current one."""
    text = request.GET.get("revision", "")
    if not text:
        wanted = [each for each in revisions if each.is_current]
    else:
        is_one = text.isascii() and text.isdigit() and len(text) < _DIGITS
        wanted = [each for each in revisions if is_one and each.revision == int(text)]
    if not wanted:
        raise Http404
    return wanted[0]


def _name(view: View) -> str:
    return f"statement-{view.account.api_key}-{view.statement.month_code}"


def _transfers(request: WorkspaceRequest, account: Account, view: View) -> str:
    listed = reverse("subaccounts:transfers", args=[request.actor.workspace.slug])
    days = {"start": view.month.first, "end": view.month.last}
    key = {} if account.is_primary else {"account": account.api_key}
    return f"{listed}?{urlencode({**key, **days})}"


def _write_down(request: WorkspaceRequest, view: View, what: str) -> None:
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            target=view.statement,
            account=view.account,
            new={
                "what": f"statement, {what}",
                "month": view.statement.month_code,
                "revision": view.statement.revision,
            },
        )
