"""Pages of the door that allauth has no like of: one's own security and sessions."""

import logging
from collections.abc import Callable
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from audit.events import Event
from audit.writing import record
from teams import policy
from teams.door import factors, sessions, sso
from teams.door.browsers import in_words
from teams.door.confirming import confirmed_if_possible
from teams.models import FactorReset, User, Workspace
from teams.services import factor_reset

logger = logging.getLogger(__name__)


@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Show how one gets in, and say where a second factor is missing."""
    user = _me(request)
    own = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((each for each in own if each.type == factors.Type.RECOVERY_CODES), None)
    return render(
        request,
        "door/security.html",
        {
            "app": next((each for each in own if each.type == factors.Type.TOTP), None),
            "passkeys": [each for each in own if each.type == factors.Type.WEBAUTHN],
            "codes_left": factors.codes_left(codes) if codes else None,
            "waiting_for_factor": _workspaces_that_wait(user),
            "reset": factor_reset.waiting_for(user),
            "sso": sso.is_configured(),
            "identities": sso.identities_of(user),
        },
    )


@require_GET
def session_list(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in."""
    sessions.keep_listed(request)
    rows = UserSession.objects.filter(user=_me(request)).order_by("-last_seen_at")
    return render(
        request,
        "door/sessions.html",
        {"sessions": [_described(each, request) for each in rows if not each.purge()]},
    )


@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's other sessions."""
    user = _me(request)
    session = get_object_or_404(UserSession, user=user, pk=pk)
    if session.session_key == request.session.session_key:
        messages.warning(request, "That is this session. Sign out to end it.")
        return redirect("sessions")
    with transaction.atomic():
        sessions.end_one(session)
        record(
            Event.SESSION_ENDED,
            actor=user,
            workspace=None,
            target=user,
            old={"ip": session.ip, "browser": in_words(session.user_agent)},
        )
    messages.success(request, "The session has ended.")
    return redirect("sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    user = _me(request)
    with transaction.atomic():
        number = sessions.end_others(request, user)
        record(Event.SESSION_ENDED, actor=user, workspace=None, target=user, old={"number": number})
    messages.success(request, "All other sessions have ended.")
    return redirect("sessions")


@require_POST
def cancel_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Call off a reset of factors: one's own, or one that one has asked for."""
    reset = get_object_or_404(FactorReset, pk=pk)
    user = _me(request)
    if user.pk not in {reset.user_id, reset.asked_by_id}:
        raise Http404
    try:
        factor_reset.cancel(user=user, reset=reset)
    except factor_reset.ResetRefusedError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Called off. The factors stay as they are.")
    return redirect("security")


def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Lead to the identity provider; connecting an identity asks first whether it is still them."""
    is_connecting = request.GET.get("process") == "connect" and request.user.is_authenticated
    view = confirmed_if_possible(oidc.login) if is_connecting else oidc.login
    return _through_provider(view, request, provider_id)


def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what the identity provider says of whoever comes back from there."""
    return _through_provider(oidc.callback, request, provider_id)


def _through_provider(
    view: Callable[..., HttpResponseBase], request: HttpRequest, provider_id: str
) -> HttpResponseBase:
    """Answer with the view, or with a page where the provider is away or answers nonsense."""
    try:
        return view(request, provider_id)
    except (RequestException, KeyError, ValueError) as error:
        logger.warning("identity provider failed", extra={"error": type(error).__name__})
        return render(request, "socialaccount/authentication_error.html", status=502)


def _me(request: HttpRequest) -> User:
    return cast("User", request.user)


def _workspaces_that_wait(user: User) -> list[Workspace]:
    """Return the workspaces that let the person in only with a second factor."""
    actors = (policy.actor_in(user, each.slug) for each in policy.workspaces_of(user))
    return [each.workspace for each in actors if each and each.lacks_second_factor]


def _described(session: UserSession, request: HttpRequest) -> dict[str, Any]:
    return {
        "pk": session.pk,
        "is_this": session.session_key == request.session.session_key,
        "ip": session.ip,
        "browser": in_words(session.user_agent),
        "began": session.created_at,
        "used": session.last_seen_at,
    }
