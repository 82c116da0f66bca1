"""Choosing a new password by a link from a mail."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.internal.decorators import login_not_required
from allauth.account.views import INTERNAL_RESET_SESSION_KEY, PasswordResetFromKeyView
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase

from teams.door import in_session
from vault.secret import Secret

_KEPT = "door_reset"


class NewPassword(PasswordResetFromKeyView):  # type: ignore[misc] # allauth carries no types
    """allauth's view, which takes the token out of the address and into the session.

    There it would let everybody in who reads a session. It is sealed before the session is saved.
    """

    def dispatch(
        self, request: HttpRequest, uidb36: str, key: str, **kwargs: Any
    ) -> HttpResponseBase:
        """Answer with the token in the session for as long as that takes."""
        with _unsealed(request.session):
            answer: HttpResponseBase = super().dispatch(request, uidb36, key, **kwargs)
            return answer


new_password = login_not_required(NewPassword.as_view())


@contextmanager
def _unsealed(session: SessionBase) -> Iterator[None]:
    kept = in_session.get(session, _KEPT)
    if kept:
        session[INTERNAL_RESET_SESSION_KEY] = kept.reveal()
    try:
        yield
    finally:
        token = session.pop(INTERNAL_RESET_SESSION_KEY, None)
        if token:
            in_session.put(session, _KEPT, Secret(token))
        else:
            session.pop(_KEPT, None)
