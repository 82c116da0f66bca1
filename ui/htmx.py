"""The only place that reads and writes htmx's headers."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

Context = Mapping[str, Any]

UNPROCESSABLE = 422
SEE_OTHER = 303


def wants_part(request: HttpRequest) -> bool:
    """Return whether htmx asks for a part of the page.

    Not when it follows a boosted link or restores history: those replace the whole body.
    """
    htmx = _htmx(request)
    return htmx is not None and not (htmx.boosted or htmx.history_restore_request)


def render_page(
    request: HttpRequest,
    template: str,
    context: Context | None = None,
    *,
    partial: str = "",
    status: int = 200,
) -> HttpResponse:
    """Return the page, or its inline partial of that name where htmx asks for a part.

    The view names the partial, never the client.
    """
    part = f"#{partial}" if partial and wants_part(request) else ""
    response = render(request, template + part, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def invalid(
    request: HttpRequest, template: str, context: Context, *, partial: str = ""
) -> HttpResponse:
    """Return the form again with what was typed and what is wrong with it, as 422."""
    return render_page(request, template, context, partial=partial, status=UNPROCESSABLE)


def done(request: HttpRequest, to: Any, message: str = "") -> HttpResponse:
    """Go to the page `to` (address, view name or model) and show `message` there."""
    if message:
        messages.success(request, message)
    return leave_for(request, resolve_url(to))


def leave_for(request: HttpRequest, url: str) -> HttpResponse:
    """Go to `url` with the whole page, also where htmx asked for a part."""
    if _htmx(request):
        return HttpResponseClientRedirect(url)
    return HttpResponse(status=SEE_OTHER, headers={"Location": url})


def with_event(response: HttpResponse, name: str) -> HttpResponse:
    """Return the response; the browser fires the event `name` when it arrives."""
    return trigger_client_event(response, name)


def unchanged() -> HttpResponse:
    """Return 204: the page that asks is up to date and stays as it is."""
    return HttpResponse(status=204)


def _htmx(request: HttpRequest) -> HtmxDetails | None:
    """Return what htmx says about its request; None where something else asks."""
    details: HtmxDetails | None = getattr(request, "htmx", None)  # set by the middleware, if passed
    return details or None
