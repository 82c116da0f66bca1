"""Gives each request an id and remembers where it came from."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from audit.origin import Origin, address_of, coming_from


def requests_have_an_origin(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let audit entries and log lines of one request be found together.

    The id is made here: one from outside could be chosen to look like somebody else's.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        origin = Origin(ip=address_of(request), request_id=uuid4().hex)
        with coming_from(origin), bound_contextvars(request_id=origin.request_id):
            return get_response(request)

    return middleware
