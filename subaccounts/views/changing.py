"""Asking for a new subaccount, or for a change of one: what was typed becomes a draft."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Account
from accounts.views.detail import found_account
from subaccounts.earlier import asked_before
from subaccounts.forms.changes import CreateForm, NoteForm, RenameForm, typed_before
from subaccounts.views.asking import ask_for
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability


@requires(Capability.SUBACCOUNT_CREATE)
@require_http_methods(["GET", "POST"])
def create(request: WorkspaceRequest) -> HttpResponse:
    """Ask for a new subaccount."""
    before = asked_before(request.actor, request.GET)
    form = CreateForm(request.POST or None, actor=request.actor, initial=typed_before(before))
    form.show_refusal(before)
    return ask_for(request, form, kind="create", wanted=lambda given: given.wanted())


@requires(Capability.ACCOUNT_RENAME)
@require_http_methods(["GET", "POST"])
def rename(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for another name. A link may carry one."""
    account = found_account(request, api_key)
    policy.require(request.actor, Capability.ACCOUNT_RENAME, account)
    before = asked_before(request.actor, request.GET)
    name = request.GET.get("name", account.name)
    form = RenameForm(request.POST or None, initial={"name": name, **typed_before(before)})
    form.show_refusal(before)
    return ask_for(
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
    return ask_for(
        request,
        NoteForm(request.POST or None),
        kind="own_balance",
        account=found_account(request, api_key),
        wanted=lambda _: {"use_primary_account_balance": False},
    )


def _suspension(request: WorkspaceRequest, account: Account, *, suspended: bool) -> HttpResponse:
    return ask_for(
        request,
        NoteForm(request.POST or None),
        kind="suspension",
        account=account,
        wanted=lambda _: {"suspended": suspended},
    )
