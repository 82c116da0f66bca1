"""The API secrets of one account: which there are, another one, and revoking."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from accounts.views.detail import found_account
from api_secrets import listing
from api_secrets.services import keeping
from operations.wire import CannotConnectError
from subaccounts.forms.changes import NoteForm
from subaccounts.views.asking import ask_for
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, leave_for, render_page
from vonage_api.errors import VonageError

_FORM = "api_secrets/ask.html"


@requires(Capability.SECRET_VIEW)
@require_GET
def index(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Show which API secrets there are; never a value."""
    account = _account(request, api_key, Capability.SECRET_VIEW)
    held = policy.held_on(request.actor, account)
    context = {
        "account": account,
        "shown": listing.shown(request.actor, account, timezone.now()),
        "may_add": bool(held & Capability.SECRET_CREATE.bit),
        "may_revoke": bool(held & Capability.SECRET_REVOKE.bit) and not account.is_primary,
    }
    return render_page(request, "api_secrets/index.html", context)


@requires(Capability.SECRET_VIEW)
@require_POST
def read(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Read the list from Vonage now."""
    account = _account(request, api_key, Capability.SECRET_VIEW)
    try:
        keeping.read(account)
    except (VonageError, CannotConnectError) as error:
        messages.error(request, f"The API secrets could not be read: {error}")
        return leave_for(request, _index(request, account))
    return done(request, _index(request, account), "Read from Vonage.")


@requires(Capability.SECRET_CREATE, confirmed=True)
@require_http_methods(["GET", "POST"])
def add(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for another one."""
    account = _account(request, api_key, Capability.SECRET_CREATE)
    return ask_for(
        request,
        NoteForm(request.POST or None),
        kind="add_secret",
        account=account,
        wanted=lambda _: {},
        template=_FORM,
    )


@requires(Capability.SECRET_REVOKE, confirmed=True)
@require_http_methods(["GET", "POST"])
def revoke(request: WorkspaceRequest, api_key: str, pk: int) -> HttpResponse:
    """Ask for one to be revoked."""
    account = _account(request, api_key, Capability.SECRET_REVOKE)
    secret = get_object_or_404(account.api_secrets, pk=pk, gone_at=None)
    return ask_for(
        request,
        NoteForm(request.POST or None),
        kind="revoke_secret",
        account=account,
        wanted=lambda _: {"secret_id": secret.remote_id},
        template=_FORM,
    )


def _account(request: WorkspaceRequest, api_key: str, needed: Capability) -> Account:
    account = found_account(request, api_key)
    policy.require(request.actor, needed, account)
    return account


def _index(request: WorkspaceRequest, account: Account) -> str:
    return reverse("api_secrets:index", args=[request.actor.workspace.slug, account.api_key])
