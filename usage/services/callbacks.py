"""Vonage saying that a report is finished. Anybody could say so: it only makes us look earlier."""

import hashlib
import secrets
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from usage.models import Report


class Callback(NamedTuple):
    """Where Vonage is to call, and what we keep of it: not enough to call there."""

    url: str
    digest: str


def new_callback() -> Callback | None:
    """Return an address that nobody guesses; None where people do not come by https."""
    if not settings.BASE_URL.startswith("https://"):
        return None
    token = secrets.token_urlsafe(32)
    url = settings.BASE_URL + reverse("report_callback", args=[token])
    return Callback(url, digest_of(token))


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def called(token: str) -> bool:
    """Let the report be looked at now, once; whoever calls again finds nothing.

    Nothing that the caller says is believed: the worker asks Vonage.
    """
    waiting = Report.objects.filter(callback_digest=digest_of(token), state=Report.State.RUNNING)
    return bool(waiting.update(due_at=timezone.now(), callback_digest=""))
