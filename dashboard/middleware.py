"""What holds for every answer."""

from collections.abc import Callable
from functools import cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

Handler = Callable[[HttpRequest], HttpResponse]

_DOORS = (
    "account_login",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_activate_totp",
    "security",
)
_PERMISSIONS = (
    "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self), publickey-credentials-create=(self)"
)


def pages_are_private(get_response: Handler) -> Handler:
    """Keep pages out of every cache: what one person sees is nobody else's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response

    return middleware


def htmx_leaves_for_the_door(get_response: Handler) -> Handler:
    """Turn a redirect to a page of the door into one of the whole page.

    Otherwise a session that has ended puts the sign-in page into the middle of a table. The way
    back is the page that the person looks at, never the fragment or the form that was asked for.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        door = response.headers.get("Location", "").partition("?")[0]
        if request.headers.get("HX-Request") and door in _doors():
            here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined] # django-htmx
            return HttpResponseClientRedirect(f"{door}?{urlencode({'next': here})}")
        return response

    return middleware


@cache
def _doors() -> frozenset[str]:
    return frozenset(map(reverse, _DOORS))
