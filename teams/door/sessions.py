"""Sessions end: after half an hour without a person, after a working day, and when somebody says.

When a session began and was last used stands in the session itself, so that a request that
changes nothing writes nothing. The list of a person's sessions is allauth's; it is kept in step
once a minute.
"""

import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from allauth.core import context
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from audit.events import Event
from audit.origin import address_of
from audit.writing import SWITCHBOARD, record
from teams.models import User

IDLE = 30 * 60
"""Seconds without a person after which a session ends."""
LONGEST = 12 * 60 * 60
"""Seconds after which a session ends whatever is done in it."""
COARSE = 60
"""Seconds between two notes of when a session was last used."""

_MARK = "door"
"""The entry of the session that holds when it began and when it was last used."""

V = TypeVar("V", bound=Callable[..., Any])


def polled(view: V) -> V:
    """State that pages ask this view by themselves, so that it keeps no session alive."""
    view.polled = True  # type: ignore[attr-defined] # read by the middleware
    return view


def is_by_itself(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Return whether the page asked, and no person: by the view's word, or by the page's."""
    return getattr(view, "polled", False) or "X-By-Itself" in request.headers


def begin(session: SessionBase) -> None:
    """Note in a session when it began."""
    now = int(time.time())
    session[_MARK] = [now, now]


def fault_of(session: SessionBase) -> str:
    """Return why the session is over, or "" while it is not."""
    began, used = session.get(_MARK, (0, 0))
    now = time.time()
    if now - began >= LONGEST:
        return "12 hours were over"
    return "nobody did anything for 30 minutes" if now - used >= IDLE else ""


def touch(request: HttpRequest) -> None:
    """Note that a person is there, once a minute."""
    began, used = request.session[_MARK]
    now = int(time.time())
    if now - used < COARSE:
        return
    request.session[_MARK] = [began, now]
    keep_listed(request)


def keep_listed(request: HttpRequest) -> None:
    """Write into the list of sessions where this one is used from, and when."""
    key = request.session.session_key
    now_known = {
        "ip": address_of(request) or "0.0.0.0",  # noqa: S104 - "unknown", binds nothing
        "user_agent": request.headers.get("User-Agent", "")[:200],
        "last_seen_at": timezone.now(),
    }
    if not UserSession.objects.filter(session_key=key).update(**now_known):
        user = request.session[SESSION_KEY]
        UserSession.objects.create(session_key=key, user_id=user, **now_known)


def expire(request: HttpRequest, why: str) -> None:
    """End the session of the request, and go on as a stranger."""
    key, pk = request.session.session_key, request.session[SESSION_KEY]
    with transaction.atomic():
        UserSession.objects.filter(session_key=key).delete()
        person = User.objects.filter(pk=pk).first()
        record(Event.SESSION_ENDED, actor=SWITCHBOARD, workspace=None, target=person, reason=why)
    request.session.flush()
    request.user = AnonymousUser()


def renew(request: HttpRequest) -> None:
    """Give the session a new id; the old one is worth nothing from now on."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


def end_all(user: User, except_key: str = "") -> int:
    """End every session of the person but the one with this id; return how many were listed.

    It holds from the commit of the surrounding transaction on, also for sessions that only a
    cache still knows: they belong to an earlier round.
    """
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)
        user.refresh_from_db(fields=["session_round", "password"])
        ending = UserSession.objects.filter(user=user).exclude(session_key=except_key)
        keys = list(ending.values_list("session_key", flat=True))
        ending.delete()
        for key in keys:
            _delete(key)
        if except_key:
            _take_along(user, except_key)
    return len(keys)


def end_others(request: HttpRequest, user: User) -> int:
    """End the person's other sessions and give this one a new id; return how many were listed."""
    number = end_all(user, request.session.session_key or "")
    old = request.session.session_key
    update_session_auth_hash(request, user)
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)
    return number


def end_one(session: UserSession) -> None:
    """End one session."""
    session.delete()
    _delete(session.session_key)


def forget(key: str | None) -> None:
    """Take a session that ends by itself off the list."""
    UserSession.objects.filter(session_key=key or "").delete()


def _delete(key: str) -> None:
    """Delete a stored session now, and its copy in the cache once more after the commit.

    In between somebody may have read the row and put the copy back.
    """
    _store(key).delete(key)
    transaction.on_commit(lambda: _store(key).delete(key))


def _take_along(user: User, key: str) -> None:
    """Take the session that stays into the new round."""
    request = context.request
    current = getattr(request, "session", None)
    if current is not None and current.session_key == key:
        current[HASH_SESSION_KEY] = user.get_session_auth_hash()
        return
    stored = _store(key)
    if stored.get(SESSION_KEY) == str(user.pk):
        stored[HASH_SESSION_KEY] = user.get_session_auth_hash()
        stored.save()


def _store(key: str) -> SessionBase:
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store(key)
