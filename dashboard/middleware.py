"""What holds for every answer."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

Handler = Callable[[HttpRequest], HttpResponse]

_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def pages_are_private(get_response: Handler) -> Handler:
    """Keep pages out of every cache: what one person sees is nobody else's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        return response

    return middleware


def htmx_leaves_for_the_sign_in_page(get_response: Handler) -> Handler:
    """Turn a redirect to the sign-in page into one of the whole page.

    Otherwise a session that has ended puts the sign-in page into the middle of a table.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        to = response.headers.get("Location", "")
        if request.headers.get("HX-Request") and to.partition("?")[0] == sign_in:
            here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined] # django-htmx
            return HttpResponseClientRedirect(f"{sign_in}?{urlencode({'next': here})}")
        return response

    return middleware
