"""What the door does at every request."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from teams.door import sessions
from teams.door.limits import LimitReachedError


class Doorkeeper:
    """Ends sessions that are over, and answers those who try too often.

    Stands before whatever asks who somebody is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; what there is to do is done in the hooks."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: object) -> None:
        """End the session where it is over, else note that somebody is there."""
        if SESSION_KEY not in request.session:
            return
        why = sessions.fault_of(request.session)
        if why:
            sessions.expire(request, why)
        elif not sessions.is_by_itself(request, view):
            sessions.touch(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """Answer 429 and say when the next attempt is worth making."""
        if not isinstance(fault, LimitReachedError):
            return None
        return too_many(request, seconds=fault.seconds)


def too_many(request: HttpRequest, *, seconds: int = 60) -> HttpResponse:
    """Answer 429."""
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(seconds)
    return answer
