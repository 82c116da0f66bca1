"""Transfers: the form of a new one, and the list of all."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.mirrors import mirror_of
from accounts.standstill import standstill_of
from accounts.views.mirror import context_of
from audit.events import Event
from audit.writing import record
from operations.errors import AlreadyAskedError, RefusedError, TokenUsedError
from operations.services import asking
from operations.tokens import BadTokenError, new_token, read_token
from subaccounts import choosing, listing
from subaccounts.earlier import asked_before
from subaccounts.forms.transfers import FilterForm, TransferForm
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import Actor
from ui.exports import Cell, csv_response
from ui.htmx import leave_for, render_page

_FORM = "subaccounts/new_transfer.html"
_TOKEN = "transfer"  # noqa: S105 - what the token is for
_CONFLICT, _UNPROCESSABLE = 409, 422


@requires(Capability.TRANSFER_BALANCE_GIVE)
@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a transfer: what was typed becomes a draft, to be looked at before it is sent."""
    if request.method == "GET":
        initial = {name: request.GET[name] for name in _GIVEN if name in request.GET}
        begun = TransferForm(initial=initial, actor=request.actor)
        begun.show_refusal(asked_before(request.actor, request.GET))
        return _shown(request, begun)
    form = TransferForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _shown(request, form, status=_UNPROCESSABLE)
    try:
        token = read_token(request.actor, _TOKEN, form.cleaned_data["token"])
        made = asking.draft(request.actor, form_token=token, **form.asked())
    except BadTokenError:
        form.add_error(None, "This form was open for too long. Look at it and send it again.")
    except AlreadyAskedError as error:
        return leave_for(request, operation_url(request, error.operation.reference))
    except TokenUsedError as error:
        form.add_error(None, f"{error} If you mean this one as well, send it again.")
        return _shown(request, form, status=_CONFLICT)
    except RefusedError as refusal:
        form.add_error(refusal.field or None, str(refusal))
    else:
        url = reverse("subaccounts:draft", args=[request.actor.workspace.slug, made.pk])
        return leave_for(request, url)
    return _shown(request, form, status=_UNPROCESSABLE)


_GIVEN = ("account", "way", "kind", "amount", "memo")


def operation_url(request: WorkspaceRequest, reference: str) -> str:
    """Return the address of an operation's page."""
    return reverse("subaccounts:operation", args=[request.actor.workspace.slug, reference])


def _shown(request: WorkspaceRequest, form: TransferForm, *, status: int = 200) -> HttpResponse:
    """Show the form with a new token: each time it is looked at is a wish of its own."""
    actor = request.actor
    typed = str(form["account"].value() or "") if form.is_bound else ""
    context = {
        **context_of(request, mirror_of(actor)),
        "form": form,
        "token": new_token(actor, _TOKEN),
        "known": _offered(actor, typed) or _offered(actor, ""),
        "lane": standstill_of(actor),
    }
    return render_page(request, _FORM, context, status=status)


@requires(Capability.TRANSFER_BALANCE_GIVE)
@require_GET
def suggest(request: WorkspaceRequest) -> HttpResponse:
    """Return the accounts that fit what is typed, for the form that is open."""
    known = _offered(request.actor, request.GET.get("account", ""))
    return render(request, f"{_FORM}#known", {"known": known})


def _offered(actor: Actor, typed: str) -> list[tuple[str, str]]:
    rows = choosing.offered(actor, typed[: choosing.LONGEST])
    return list(rows.values_list("api_key", "name")[: choosing.SUGGESTED])


@requires(Capability.TRANSFER_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List all transfers that the person sees, ours and those made elsewhere."""
    form = FilterForm(request.GET)
    wanted = form.wanted()
    found = listing.page(request.actor, wanted, request.GET.get("after", ""))
    kept = request.GET.copy()
    kept.pop("after", None)
    context = {
        **context_of(request, mirror_of(request.actor)),
        "form": form,
        "lines": found.lines,
        "is_filtered": bool(wanted),
        "query": kept.urlencode(),
        "next_query": _query(kept, found.after) if found.after else "",
        "is_first": "after" not in request.GET,
        "totals": listing.totals(request.actor, wanted),
        "lane": standstill_of(request.actor),
    }
    return render_page(request, "subaccounts/transfers.html", context, partial="table")


def _query(kept: Any, after: str) -> str:
    kept["after"] = after
    return str(kept.urlencode())


@requires(Capability.TRANSFER_VIEW)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send the list as a file. What is taken away is written down."""
    wanted = FilterForm(request.GET).wanted()
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            new={"what": "transfers", "filters": {k: str(v) for k, v in wanted.items()}},
        )
    return csv_response("transfers", _cells(listing.everything(request.actor, wanted)))


_HEAD = (
    *("time", "account", "API key", "moved", "way", "amount in EUR", "state"),
    *("asked for by", "approved by", "note", "reference", "Vonage's id", "answer"),
)


def _cells(lines: Iterator[listing.Line]) -> Iterator[tuple[Cell, ...]]:
    yield _HEAD
    for line in lines:
        account = line.account
        yield (
            line.at.isoformat(timespec="seconds"),
            str(account or ""),
            account.api_key if account else "",
            line.moved,
            "to the subaccount" if line.gives else "from the subaccount",
            f"{line.amount:f}",
            line.label,
            line.who,
            line.approved_by,
            line.note,
            line.reference,
            line.remote_id,
            line.detail,
        )
