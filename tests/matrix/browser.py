"""Requests as browsers send them, straight into the product's own chain of middleware."""

import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.http import HttpResponseBase
from django.test import Client, RequestFactory

from teams.models import User

_TOKEN = "t" * 32
_FACTORY = RequestFactory()
PROOFS = AUTHENTICATION_METHODS_SESSION_KEY
HEADERS: dict[str, dict[str, str]] = {
    "plain": {},
    # What a visitor may claim beside it is never believed.
    "htmx": {
        "HX-Request": "true",
        "HX-Target": "main",
        "HX-Trigger": "save",
        "HX-Current-URL": "http://testserver/w/seen-slug-elsewhere/",
    },
    "boosted": {"HX-Request": "true", "HX-Boosted": "true"},
}


class Browser:
    """A visitor's: keeps who is signed in, and sends the token against forged forms."""

    def __init__(self, user: User | None, session: Mapping[str, Any] | None = None) -> None:
        self._handler = BaseHandler()
        self._handler.load_middleware()
        self._cookies = {settings.CSRF_COOKIE_NAME: _TOKEN}
        if user:
            self._cookies[settings.SESSION_COOKIE_NAME] = _signed_in(user, session or {})

    def ask(
        self, method: str, path: str, *, form: str = "", headers: str = "plain", token: bool = True
    ) -> HttpResponseBase:
        """Return the answer; without `token` the form seems to come from elsewhere."""
        sent = dict(HEADERS[headers])
        if token:
            sent["X-CSRFToken"] = _TOKEN
        request = _FACTORY.generic(
            method,
            path,
            form if method not in {"GET", "HEAD", "OPTIONS"} else "",
            content_type="application/x-www-form-urlencoded",
            headers=sent,
        )
        request.COOKIES.update(self._cookies)
        return self._handler.get_response(request)


def _signed_in(user: User, session: Mapping[str, Any]) -> str:
    """Return the key of a new session of the person, with these values in it."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    store = import_module(settings.SESSION_ENGINE).SessionStore(key)
    store.update({PROOFS: [{"method": "password", "at": time.time()}], **session})
    store.save()
    return key
