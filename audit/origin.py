"""Where a request came from, for as long as it is answered."""

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Origin:
    """The address a request came from and the id it was given; both empty outside requests."""

    ip: str = ""
    request_id: str = ""


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar("audit_origin", default=_NOWHERE)


def current_origin() -> Origin:
    """Return where what happens now came from."""
    return _current.get()


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Say that everything inside the block comes from `origin`."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)


def address_of(request: HttpRequest) -> str:
    """Return the address of the person's machine, or "" where none is known.

    `X-Forwarded-For` is believed as far as `ALLAUTH_TRUSTED_PROXY_COUNT` proxies wrote it: the
    entry that the outermost of them added. Fewer entries mean that the request did not come
    through the proxies; then whoever connected is named.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    if proxies and len(hops) >= proxies and hops[-proxies].strip():
        return _address(hops[-proxies].strip())
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str:
    """Return a valid IP address without port, brackets or zone, or ""."""
    with suppress(ValueError):
        return _spelled(text)
    with suppress(ValueError):
        return _spelled(urlsplit(f"//{text}").hostname or "")
    return ""


def _spelled(text: str) -> str:
    return str(ipaddress.ip_address(text.partition("%")[0]))
