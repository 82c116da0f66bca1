"""The settings of one account: as last read, read again, and changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from account_settings import drift, looking
from account_settings.services import reading, templates
from accounts.models import Account
from accounts.views.detail import found_account
from api_secrets.services import holding
from operations.wire import CannotConnectError
from subaccounts.views.asking import ask_for
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, leave_for, render_page
from vonage_api.errors import VonageError


@requires(Capability.SETTINGS_VIEW)
@require_GET
def index(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Show the settings as they were last read, and how they stand to the template."""
    account = _account(request, api_key, Capability.SETTINGS_VIEW)
    held = policy.held_on(request.actor, account)
    context = {
        "account": account,
        "settings": looking.settings_of(account),
        "can_sign_in": holding.can_sign_in(account),
        "drift": drift.of_account(account),
        "latest": looking.latest_of(account),
        "may_change": bool(held & Capability.SETTINGS_CHANGE.bit),
        "sees_secrets": bool(held & Capability.SECRET_VIEW.bit),
    }
    return render_page(request, "account_settings/index.html", context)


@requires(Capability.SETTINGS_VIEW)
@require_POST
def read(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Read the settings from Vonage now."""
    account = _account(request, api_key, Capability.SETTINGS_VIEW)
    try:
        reading.read(account)
    except (VonageError, CannotConnectError) as error:
        messages.error(request, f"The settings could not be read: {error}")
        return leave_for(request, _index(request, account))
    return done(request, _index(request, account), "Read from Vonage.")


@requires(Capability.SETTINGS_CHANGE)
@sensitive_post_parameters("mo_callback_url", "dr_callback_url")
@require_http_methods(["GET", "POST"])
def change(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Ask for other settings. What Vonage said to the last wish stands beside its fields."""
    account = _account(request, api_key, Capability.SETTINGS_CHANGE)
    policy.require(request.actor, Capability.SETTINGS_VIEW, account)
    settings = looking.settings_of(account)
    if not holding.can_sign_in(account) or settings is None or settings.read_at is None:
        text = "Settings are changed once they have been read."
        return done(request, _index(request, account), text)
    form = looking.form_for(
        request.actor, account, settings, request.POST or None, request.GET.get("draft", "")
    )
    return ask_for(
        request,
        form,
        kind="change_settings",
        account=account,
        wanted=_wanted,
        template="account_settings/change.html",
    )


@requires(Capability.SETTINGS_CHANGE)
@require_POST
def leave(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Let the account follow no template any more."""
    account = _account(request, api_key, Capability.SETTINGS_CHANGE)
    templates.leave(request.actor, account)
    return done(request, _index(request, account), "It follows no template now.")


def _wanted(form: Any) -> dict[str, Any]:
    return dict(form.wanted())


def _account(request: WorkspaceRequest, api_key: str, needed: Capability) -> Account:
    account = found_account(request, api_key)
    policy.require(request.actor, needed, account)
    return account


def _index(request: WorkspaceRequest, account: Account) -> str:
    return reverse("account_settings:index", args=[request.actor.workspace.slug, account.api_key])
