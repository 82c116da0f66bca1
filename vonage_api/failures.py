"""Turn the exceptions of the HTTP library into ours, without keeping hold of them."""

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3

from vonage_api.errors import ConnectionFailed, ConnectionReason, Malformed, TimedOut, VonageError

# The first kind found wins, so what is more telling stands first.
_REASONS: tuple[tuple[type[BaseException], ConnectionReason], ...] = (
    (socket.gaierror, "dns"),
    (urllib3.exceptions.NameResolutionError, "dns"),
    (ssl.SSLEOFError, "reset"),  # may come in the middle of an answer, too
    (ssl.SSLError, "tls"),
    (urllib3.exceptions.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (ConnectionResetError, "reset"),
    (BrokenPipeError, "reset"),
    (http.client.IncompleteRead, "reset"),
)
_NOT_HTTP = (
    http.client.HTTPException,
    urllib3.exceptions.DecodeError,
    urllib3.exceptions.HeaderParsingError,
    urllib3.exceptions.InvalidHeader,
    requests.exceptions.InvalidHeader,
)
_CONNECTING = (urllib3.exceptions.ConnectTimeoutError, requests.exceptions.ConnectTimeout)


def failure(exc: BaseException, *, host: str) -> VonageError:
    """Return the error of ours for what the HTTP library raised while talking to `host`."""
    chain = list(_chain(exc))
    for kind, reason in _REASONS:
        if _any(chain, kind):
            return ConnectionFailed(host=host, reason=reason)
    if _any(chain, TimeoutError, urllib3.exceptions.ReadTimeoutError):
        return TimedOut(host=host, reason="connect" if _any(chain, *_CONNECTING) else "answer")
    if _any(chain, *_NOT_HTTP):
        return Malformed("it does not follow the rules of HTTP")
    return ConnectionFailed(host=host, reason="unreachable")


def _any(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(link, kinds) for link in chain)


def _chain(exc: BaseException) -> Iterator[BaseException]:
    """Yield the exception and whatever it wraps: the libraries use all these places."""
    waiting: list[object] = [exc]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__, getattr(link, "reason", None), *link.args]
