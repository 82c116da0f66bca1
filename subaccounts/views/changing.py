"""Asking for a new subaccount, or for a change of one: what was typed becomes a draft."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.views.detail import found_account
from operations.errors import AlreadyAskedError, RefusedError, TokenUsedError
from operations.services import asking
from operations.tokens import BadTokenError, new_token, read_token
from subaccounts.forms.changes import CreateForm, NoteForm, RenameForm
from subaccounts.views.transfers import operation_url
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import leave_for, render_page

_CONFLICT, _UNPROCESSABLE = 409, 422
Wanted = Callable[[Any], dict[str, Any]]


@requires(Capability.SUBACCOUNT_CREATE)
@require_http_methods(["GET", "POST"])
def create(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a new subaccount."""
    form = CreateForm(request.POST or None, actor=request.actor)
    return _asked(request, form, kind="create", wanted=lambda given: given.wanted())


@requires(Capability.ACCOUNT_RENAME)
@require_http_methods(["GET", "POST"])
def rename(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for another name."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.ACCOUNT_RENAME, account)
    form = RenameForm(request.POST or None, initial={"name": account.name})
    return _asked(
        request,
        form,
        kind="rename",
        account=account,
        wanted=lambda given: {"name": given.cleaned_data["name"].strip()},
    )


@requires(Capability.ACCOUNT_SUSPEND)
@require_http_methods(["GET", "POST"])
def suspend(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for an account to be suspended."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.ACCOUNT_SUSPEND, account)
    return _suspension(request, account, suspended=True)


@requires(Capability.ACCOUNT_RESUME)
@require_http_methods(["GET", "POST"])
def resume(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for a suspended account to be resumed."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.ACCOUNT_RESUME, account)
    return _suspension(request, account, suspended=False)


@requires(Capability.SUBACCOUNT_OWN_BALANCE)
@require_http_methods(["GET", "POST"])
def own_balance(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for a balance of its own."""
    return _asked(
        request,
        NoteForm(request.POST or None),
        kind="own_balance",
        account=found_account(request, api_key),
        wanted=lambda _: {"use_primary_account_balance": False},
    )


def _suspension(request: WorkspaceRequest, account: Account, *, suspended: bool) -> HttpResponse:
    return _asked(
        request,
        NoteForm(request.POST or None),
        kind="suspension",
        account=account,
        wanted=lambda _: {"suspended": suspended},
    )


def _asked(
    request: WorkspaceRequest,
    form: Form,
    *,
    kind: str,
    wanted: Wanted,
    account: Account | None = None,
) -> HttpResponse:
    """Show the form, or make a draft of it and lead there."""
    status = 200
    if request.method == "POST":
        status = _UNPROCESSABLE
        if form.is_valid():
            try:
                return _drafted(request, form, kind=kind, wanted=wanted(form), account=account)
            except BadTokenError:
                form.add_error(None, "This form was open for too long. Send it again.")
            except TokenUsedError as error:
                form.add_error(None, f"{error} If you mean this as well, send it again.")
                status = _CONFLICT
            except RefusedError as refusal:
                form.add_error(refusal.field or None, str(refusal))
    context = {
        "form": form,
        "kind": kind,
        "account": account,
        "token": new_token(request.actor, kind),
    }
    return render_page(request, "subaccounts/change.html", context, status=status)


def _drafted(
    request: WorkspaceRequest,
    form: Form,
    *,
    kind: str,
    wanted: dict[str, Any],
    account: Account | None,
) -> HttpResponse:
    token = read_token(request.actor, kind, form.cleaned_data["token"])
    asked = {"account": account, "wanted": wanted, "memo": form.cleaned_data["memo"]}
    try:
        made = asking.draft(request.actor, kind=kind, form_token=token, **asked)
    except AlreadyAskedError as error:
        return leave_for(request, operation_url(request, error.operation.reference))
    url = reverse("subaccounts:draft", args=[request.actor.workspace.slug, made.pk])
    return leave_for(request, url)
