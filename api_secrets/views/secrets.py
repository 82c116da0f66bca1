"""The API secrets of one account: which there are, another one, and revoking."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from accounts.views.detail import found_account
from api_secrets import listing, progress
from api_secrets.forms import AddForm
from api_secrets.services import keeping, typing
from operations.tokens import read_token
from operations.wire import CannotConnectError
from subaccounts.forms.changes import NoteForm
from subaccounts.views.asking import ask_for
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.sessions import polled
from ui.htmx import done, leave_for, render_page
from vonage_api.errors import VonageError

_FORM, _ADD = "api_secrets/ask.html", "add_secret"


@polled
@requires(Capability.SECRET_VIEW)
@require_GET
def index(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Show which API secrets there are, and what is being done about them; never a value."""
    account = of_account(request, api_key, Capability.SECRET_VIEW)
    context = {"account": account, **_context(request, account)}
    return render_page(request, "api_secrets/index.html", context, partial="secrets")


def _context(request: WorkspaceRequest, account: Account) -> dict[str, object]:
    held = policy.held_on(request.actor, account)
    shown = listing.shown(request.actor, account, timezone.now())
    found = progress.of_account(account)
    is_busy = found is not None and found.is_open
    may_add = bool(held & Capability.SECRET_CREATE.bit)
    may_revoke = bool(held & Capability.SECRET_REVOKE.bit)
    may_replace = may_add and may_revoke
    if account.is_primary:
        may_replace = may_replace and policy.can(request.actor, Capability.CONNECTION_MANAGE)
    return {
        "shown": shown,
        "progress": found,
        "is_busy": is_busy,
        "held_secret": progress.held_of(account),
        "own_id": listing.own_id_of(account),
        "may_add": may_add,
        "may_revoke": may_revoke,
        "may_replace": may_replace and not is_busy and shown.is_last and not account.suspended,
    }


@requires(Capability.SECRET_VIEW)
@require_POST
def read(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Read the list from Vonage now."""
    account = of_account(request, api_key, Capability.SECRET_VIEW)
    try:
        keeping.read(account)
    except (VonageError, CannotConnectError) as error:
        messages.error(request, f"The API secrets could not be read: {error}")
        return leave_for(request, index_url(request, account))
    return done(request, index_url(request, account), "Read from Vonage.")


@requires(Capability.SECRET_CREATE, confirmed=True)
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def add(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for another one."""
    account = of_account(request, api_key, Capability.SECRET_CREATE)
    return ask_for(
        request,
        AddForm(request.POST or None),
        kind=_ADD,
        account=account,
        wanted=lambda form: _typed(request, form),
        template=_FORM,
    )


def _typed(request: WorkspaceRequest, form: AddForm) -> dict[str, str]:
    """Return what is wanted; what was typed is sealed first, and named by its id only."""
    text = form.cleaned_data["secret"]
    if not text:
        return {}
    token = read_token(request.actor, _ADD, form.cleaned_data["token"])
    return {"typed": typing.keep(request.actor, text, form_token=token)}


@requires(Capability.SECRET_REVOKE, confirmed=True)
@require_http_methods(["GET", "POST"])
def revoke(request: WorkspaceRequest, api_key: str, pk: int) -> HttpResponse:
    """Ask for one to be revoked."""
    account = of_account(request, api_key, Capability.SECRET_REVOKE)
    secret = get_object_or_404(account.api_secrets, pk=pk, gone_at=None)
    return ask_for(
        request,
        NoteForm(request.POST or None),
        kind="revoke_secret",
        account=account,
        wanted=lambda _: {"secret_id": secret.remote_id},
        template=_FORM,
    )


def of_account(request: WorkspaceRequest, api_key: str, needed: Capability) -> Account:
    """Return an account that the person sees and holds the right on."""
    account = found_account(request, api_key)
    policy.require(request.actor, needed, account)
    return account


def index_url(request: WorkspaceRequest, account: Account) -> str:
    """Return the address of the account's API secrets."""
    return reverse("api_secrets:index", args=[request.actor.workspace.slug, account.api_key])
