"""What somebody asks of Vonage by a form becomes a draft, and nothing more yet."""

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import Account
from operations.errors import AlreadyAskedError, RefusedError, TokenUsedError
from operations.services import asking
from operations.tokens import BadTokenError, new_token, read_token
from subaccounts.views.transfers import operation_url
from teams.access import WorkspaceRequest
from ui.htmx import leave_for, render_page

_CONFLICT, _UNPROCESSABLE = 409, 422
Wanted = Callable[[Any], dict[str, Any]]


def ask_for(
    request: WorkspaceRequest,
    form: Form,
    *,
    kind: str,
    wanted: Wanted,
    account: Account | None = None,
    template: str = "subaccounts/change.html",
) -> HttpResponse:
    """Show the form of something to be asked of Vonage, or make a draft of it and lead there.

    wanted: returns what is asked for, of the form when it is valid.
    """
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
    return render_page(request, template, context, status=status)


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
