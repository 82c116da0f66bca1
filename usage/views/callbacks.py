"""Where Vonage calls when a report is finished."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from teams.access import public
from teams.door import limits
from usage.services import callbacks

CALLS = limits.Limit("report callback", 60, 60)
"""From one network; Vonage calls once for each report, and what is lost is asked for anyway."""
NOTHING = 204


@csrf_exempt
@public("it tells nothing, reads nothing, and lets a report be looked at early, by its token")
@require_POST
def report(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - the body is not read
    """Answer the same whoever calls and whatever is said; the body is not even read."""
    try:
        limits.count(CALLS, limits.network())
    except limits.LimitReachedError:
        return HttpResponse(status=NOTHING)
    callbacks.called(token)
    return HttpResponse(status=NOTHING)
