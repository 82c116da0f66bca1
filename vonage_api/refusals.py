"""Turn an answer that says no into an error. Vonage has four written forms of no, and silence."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from vonage_api.documents import check_keys
from vonage_api.errors import (
    AccountSuspended,
    Forbidden,
    InvalidIp,
    InvalidParameter,
    NotFound,
    RateLimited,
    Refused,
    ServerFailed,
    Unauthorized,
    Unprocessable,
    Unprovisioned,
)
from vonage_api.retries import read_retry_after

_LONGEST_TEXT = 300
_MOST_PARAMETERS = 50
_SUCCESS, _REFUSALS, _SERVER_FAILURES = 200, 400, 500

# What the content says outranks the status: throttling, for one, may come as 403.
_BY_NAME: dict[str, type[Refused]] = {
    "unauthorized": Unauthorized,
    "unathorized": Unauthorized,  # spelled so in one published description
    "unprovisioned": Unprovisioned,
    "invalid-ip": InvalidIp,
    "account-suspended": AccountSuspended,
    "rate-limit": RateLimited,
    "throttled": RateLimited,
    "not auto-reload enabled": Refused,  # comes as 401, yet the credentials are right
}
_BY_STATUS: dict[int, type[Refused]] = {
    400: Unprocessable,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    422: Unprocessable,
    429: RateLimited,
}

_PAIR = {"error-code", "error-code-label"}
_PROBLEM_MARKS = {"type", "instance", "invalid_parameters"}  # one of them beside the title

Document = Mapping[str, Any]


class _Said(NamedTuple):
    title: str = ""
    detail: str = ""
    fragment: str | None = None
    instance: str | None = None
    code: int | None = None  # a status inside the body, which may differ from the one of HTTP
    parameters: tuple[InvalidParameter, ...] = ()


def refusal(*, status: int, retry_after: str | None, body: bytes) -> Refused:
    """Return the error for an answer with a status of 400 or more.

    retry_after: the header as sent. body: may be cut short, must not hold our secret.
    """
    return _error(status, _read(body), read_retry_after(retry_after))


def refusal_within(body: bytes) -> Refused | None:
    """Return the refusal that a body of status 200 holds, as the rest host sometimes sends it."""
    said = _read(body)
    return _error(_SUCCESS, said, retry_after=None) if said.code else None


def written_refusal(
    *, status: int, retry_after: str | None, body: bytes, legacy: bool
) -> tuple[int, Refused] | None:
    """Return a refusal that Vonage itself wrote, with the code that decides; None for any other.

    The answer of a proxy, a portal or a firewall is none: a write may have passed it before.
    legacy: accept the forms of the rest host, too, where the code in the body outranks the status.
    """
    document = _whole_object(body)
    said = _written(document, legacy=legacy) if document else None
    code = (said and said.code) or status
    if said is None or code < _REFUSALS:
        return None
    return code, _error(code, said, read_retry_after(retry_after))


def _written(document: Document, *, legacy: bool) -> _Said | None:
    title = document.get("title")
    if isinstance(title, str) and title and not _PROBLEM_MARKS.isdisjoint(document):
        return _problem(document)
    if legacy and document.keys() >= _PAIR:
        said = _legacy_pair(document)
        return said if said.code else None
    if legacy and isinstance(document.get("error_title"), str):
        return _legacy_validation(document)
    return None


def _whole_object(body: bytes) -> Document | None:
    try:
        check_keys(body)
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def clean(text: object, limit: int = _LONGEST_TEXT) -> str:
    """Return foreign text fit for a log or a page: one line, printable, at most `limit` long."""
    if not isinstance(text, str):
        return ""
    line = " ".join(text[: 2 * limit].split())
    return "".join(filter(str.isprintable, line))[:limit]


def _error(status: int, said: _Said, retry_after: float | None) -> Refused:
    return _kind(status, said)(
        status=status,
        fragment=said.fragment,
        title=said.title,
        detail=said.detail,
        instance=said.instance,
        invalid_parameters=said.parameters,
        retry_after=retry_after,
    )


def _kind(status: int, said: _Said) -> type[Refused]:
    code = said.code or status
    if max(code, status) >= _SERVER_FAILURES:
        return ServerFailed
    by_name = _BY_NAME.get(said.fragment or said.title.lower())
    return by_name or _BY_STATUS.get(code, Refused)


def _read(body: bytes) -> _Said:
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict):
        for marks, reader in _FORMS:
            if marks & document.keys():
                return reader(document)
    return _Said(detail=clean(body.decode(errors="replace")))


def _legacy_pair(document: Document) -> _Said:
    text = clean(document.get("error-code", document.get("code")), limit=3)
    code = int(text) if text.isdecimal() else 0
    return _Said(
        title=clean(document.get("error-code-label")),
        code=code if code >= _REFUSALS else None,  # the same form also says success
    )


def _legacy_validation(document: Document) -> _Said:
    return _Said(
        title=clean(document["error_title"]),
        parameters=_parameters(document.get("invalid_parameters")),
    )


def _audit(document: Document) -> _Said:
    return _Said(title=clean(document["error"]), detail=clean(document.get("message")))


def _problem(document: Document) -> _Said:
    # The host and path of `type` have changed over the years, the part behind # has not.
    _, _, fragment = clean(document.get("type")).partition("#")
    return _Said(
        title=clean(document.get("title")),
        detail=clean(document.get("detail")),
        fragment=fragment or None,
        instance=clean(document.get("instance")) or None,
        parameters=_parameters(document.get("invalid_parameters")),
    )


_FORMS: tuple[tuple[set[str], Callable[[Document], _Said]], ...] = (
    (_PAIR, _legacy_pair),
    ({"error_title"}, _legacy_validation),
    ({"type", "title"}, _problem),
    ({"error"}, _audit),
)


def _parameters(given: object) -> tuple[InvalidParameter, ...]:
    if isinstance(given, dict):
        found = [InvalidParameter(clean(name), clean(why)) for name, why in given.items()]
    elif isinstance(given, list):
        found = [_parameter(item) for item in given if isinstance(item, dict)]
    else:
        found = []
    return tuple(found[:_MOST_PARAMETERS])


def _parameter(item: Document) -> InvalidParameter:
    name = item.get("name", item.get("parameter"))
    return InvalidParameter(clean(name), clean(item.get("reason", item.get("message"))))
