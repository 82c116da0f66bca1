"""Is it still them? What is dangerous asks for the password or a factor of the last minutes."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_OWN_PROOFS = frozenset({"password", "mfa"})
"""What a person shows to us; a company's identity provider may have asked nothing at all."""


def is_confirmed(request: HttpRequest) -> bool:
    """Return whether the person gave the password or a factor in this session just now.

    Signing in with them counts; a link in a mail and single sign-on do not. The proof stands in
    the session, so it is worth nothing in another one.
    """
    return _is_fresh(request, _OWN_PROOFS)


def confirmed(view: View) -> View:
    """Let the view be reached only by somebody who is confirmed; others confirm themselves first.

    Stands below `@requires` or `@signed_in`. Whoever has neither a password nor a factor is sent
    to set one up. A form that was sent is not sent again afterwards: the person comes back to
    the page of the form and looks at it once more.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs) if is_confirmed(request) else ask(request)

    return cast("View", guarded)


def confirmed_if_possible(view: View) -> View:
    """Let the view be reached by somebody confirmed, or freshly signed in with nothing to show.

    For setting up a first password or factor after single sign-on.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_confirmed(request) or (not _ways(request) and _is_fresh(request)):
            return view(request, *args, **kwargs)
        return ask(request)

    return cast("View", guarded)


def _is_fresh(request: HttpRequest, methods: frozenset[str] | None = None) -> bool:
    """Return whether the session holds a proof, of these methods or any, that is young enough."""
    if not request.user.is_authenticated:
        return False
    proofs = get_authentication_records(request, request.user)
    given = [each["at"] for each in proofs if methods is None or each["method"] in methods]
    age = time.time() - max(given, default=0)
    return bool(0 <= age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _ways(request: HttpRequest) -> list[dict[str, Any]]:
    ways: list[dict[str, Any]] = get_adapter(request).get_reauthentication_methods(request.user)
    return ways


def ask(request: HttpRequest) -> HttpResponse:
    """Lead to where the person confirms who they are, and from there back."""
    ways = _ways(request)
    if ways:
        return redirect(f"{ways[0]['url']}?{urlencode({'next': _way_back(request)})}")
    messages.warning(
        request,
        "That needs a password or a second factor, and you have neither. Sign out and in again, "
        "then set one up here within five minutes.",
    )
    return redirect("security")


def _way_back(request: HttpRequest) -> str:
    """Return the page to come back to: this one, or the one that held the form."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    path = f"{page.path}?{page.query}" if page.query else page.path
    is_ours = page.netloc == request.get_host() and url_has_allowed_host_and_scheme(path, None)
    return path if is_ours else "/"
