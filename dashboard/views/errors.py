"""Error pages are pages: what happened, whether anything changed, and the way on."""

import sys
from datetime import timedelta
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from audit.events import Event
from audit.models import Entry
from audit.seldom import record_seldom
from teams.door import middleware
from teams.policy import Actor, MissingCapabilityError
from teams.services import requests

BETWEEN_REFUSALS = timedelta(minutes=1)
"""So often at most stands in the book that somebody tries what they may not do."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 400."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, name the capability that is missing, and write the attempt down.

    A member can ask for it there.
    """
    context: dict[str, Any] = {"reason": str(exception)}
    actor: Actor | None = getattr(request, "actor", None)
    if isinstance(exception, MissingCapabilityError):
        context = {"capability": exception.capability, "account": exception.account}
        if actor:
            _note_refusal(actor, exception, request.path)
            context["asking"] = requests.asking_for(actor, **context)
    return render(request, "403.html", context, status=403)


def _note_refusal(actor: Actor, missing: MissingCapabilityError, path: str) -> None:
    """Write down who was refused what; only the first of many tries in a row."""
    capability = missing.capability.value
    record_seldom(
        Event.ACCESS_DENIED,
        within=BETWEEN_REFUSALS,
        alike={"capability": capability},
        actor=actor.seen_by or actor.user,
        workspace=actor.workspace,
        account=missing.account.pk if missing.account else None,
        new={"capability": capability, "address": path},
        outcome=Entry.Outcome.REFUSED,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - as above
    """Answer 403 to a form that did not come from one of our pages, or came too late."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - as above
    """Answer 404: not there, or not visible to this person, which looks the same."""
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    """Answer 429."""
    return middleware.too_many(request)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - as above
    """Answer 500, or 503 while the database is away; ask neither it nor the session."""
    status = 503 if isinstance(sys.exc_info()[1], OperationalError) else 500
    return HttpResponse(render_to_string(f"{status}.html"), status=status)
