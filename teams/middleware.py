"""Nobody gets in where a view does not say so."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from teams.access import access_of


class EveryViewStatesItsAccess:
    """Sends strangers to the sign-in page, except where the view is public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on; the decision falls in `process_view`."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_: object
    ) -> HttpResponseBase | None:
        """Return the way to the sign-in page, or None to go on."""
        access = access_of(view)
        if access is None:
            raise ImproperlyConfigured(f"{view.__module__}.{view.__qualname__} states no access")
        if access.public or request.user.is_authenticated:
            return None
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


def time_zone_of_the_person(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Show times in the zone that the person has chosen."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "time_zone", "") or settings.PEOPLE_TIME_ZONE
        with timezone.override(zoneinfo.ZoneInfo(chosen)):
            return get_response(request)

    return middleware
