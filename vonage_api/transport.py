"""One HTTP exchange, guarded: what goes out, how much comes back, and for how long."""

import contextlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from urllib.parse import quote, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from vonage_api.configuration import Retries, Timeouts
from vonage_api.credentials import Credentials
from vonage_api.deadline import DeadlineAdapter, until
from vonage_api.errors import Malformed, Redirected, TimedOut, TooLarge, VonageError
from vonage_api.failures import failure
from vonage_api.refusals import clean, refusal
from vonage_api.retries import repeat
from vonage_api.version import VERSION

logger = logging.getLogger("vonage_api")

LARGEST_BODY = 32 * 1024 * 1024  # bytes, uncompressed: 100,000 subaccounts take 23 million
_LARGEST_REFUSAL = 64 * 1024  # bytes; the reason for a no is short
_PIECE = 64 * 1024


@dataclass(frozen=True, repr=False)
class Call:
    """A request without its credentials. `url` holds no query.

    Without a repr, as the body of a write may hold a secret.
    """

    method: str
    url: str
    params: Mapping[str, str] | None = None
    body: bytes | None = None
    media_type: str | None = None

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.url).netloc

    def headers(self) -> dict[str, str]:
        """Return the headers, without Authorization."""
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": f"switchboard/{VERSION}",
        }
        return headers | ({"Content-Type": self.media_type} if self.media_type else {})


@dataclass(frozen=True, repr=False, kw_only=True)
class Answer:
    """What came back; without a repr, as a body may hold a secret.

    Of a refusal the body may be only the beginning. retry_after, request_id: as sent, or None.
    """

    status: int
    body: bytes
    retry_after: str | None
    request_id: str | None


class Transport:
    """Sends calls with Basic authentication and returns the bodies of successful answers.

    Proxies, netrc files and certificates named by the environment are ignored, cookies are not
    kept, redirects are not followed. Safe to share between threads.
    """

    def __init__(
        self, *, credentials: Credentials, timeouts: Timeouts, retries: Retries, max_bytes: int
    ) -> None:
        self._credentials = credentials
        self._timeouts = timeouts
        self._retries = retries
        self._max_bytes = max_bytes
        self._session = _session()

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> bytes:
        """Return the body at `url`; asks again after temporary errors while time allows.

        Raises a `VonageError`.
        """
        call = Call("GET", url, params)
        deadline = self._deadline()
        return repeat(lambda: self._ask(call, deadline), retries=self._retries, deadline=deadline)

    def post(self, url: str, *, body: bytes, media_type: str) -> bytes:
        """Send `body` once and return the answer's. Never repeated: it may have had its effect.

        Raises a `VonageError`.
        """
        call = Call("POST", url, body=body, media_type=media_type)
        return self._ask(call, self._deadline())

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._session.close()

    def _deadline(self) -> float:
        return monotonic() + self._timeouts.total

    def _ask(self, call: Call, deadline: float) -> bytes:
        started = monotonic()
        outcome = self._exchange(call, deadline)
        self._log(call, outcome, started)
        # Raised here and not where the library failed: no exception of its stands behind ours.
        if isinstance(outcome, VonageError):
            raise outcome
        return self._accept(outcome)

    def _accept(self, answer: Answer) -> bytes:
        match answer.status // 100:
            case 2:
                return answer.body
            case 3:
                raise Redirected(status=answer.status)
            case 1:
                raise Malformed(f"status {answer.status} is no answer to a question")
        raise refusal(status=answer.status, retry_after=answer.retry_after, body=answer.body)

    def _exchange(self, call: Call, deadline: float) -> Answer | VonageError:
        left = deadline - monotonic()
        if left <= 0:
            return TimedOut(host=call.host, reason="answer")
        try:
            with until(deadline), self._open(call, left) as response:
                return self._answer(response)
        except VonageError as error:
            return error.with_traceback(None)  # its frames hold a piece of the body
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as exc:
            return failure(exc, host=call.host)

    def _answer(self, response: requests.Response) -> Answer:
        refused = response.status_code >= requests.codes.multiple_choices
        return Answer(
            status=response.status_code,
            body=self._beginning(response) if refused else self._body(response),
            retry_after=response.headers.get("Retry-After"),
            request_id=response.headers.get("X-Request-Id"),
        )

    def _open(self, call: Call, left: float) -> requests.Response:
        return self._session.request(
            call.method,
            call.url,
            params=call.params,
            data=call.body,
            headers=call.headers(),
            auth=_BasicAuth(self._credentials),
            timeout=(min(self._timeouts.connect, left), min(self._timeouts.read, left)),
            allow_redirects=False,
            stream=True,
        )

    def _body(self, response: requests.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity").lower() not in {"identity", "gzip"}:
            raise Malformed("it is compressed in a way that was not asked for")
        held = io.BytesIO()
        for piece in response.raw.stream(_PIECE, decode_content=True):
            held.write(piece)
            if held.tell() > self._max_bytes:
                raise TooLarge(limit=self._max_bytes)
        return held.getvalue()

    def _beginning(self, response: requests.Response) -> bytes:
        """Return the first bytes of a refusal; one that is cut or spoilt is still a refusal."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            body: bytes = response.raw.read(_LARGEST_REFUSAL, decode_content=True)
            return self._credentials.redact(body)
        return b""

    def _log(self, call: Call, outcome: Answer | VonageError, started: float) -> None:
        answer = outcome if isinstance(outcome, Answer) else None
        request_id = (answer and answer.request_id) or ""
        fields = {
            "method": call.method,
            "host": call.host,
            "path": urlsplit(call.url).path,
            "status": answer and answer.status,
            "ms": round((monotonic() - started) * 1000),
            "request_id": clean(self._credentials.redact(request_id.encode()).decode(), limit=64),
        }
        logger.debug("vonage call", extra=fields)


def segment(text: str) -> str:
    """Return `text` as one segment of a path; raises `ValueError` where it cannot be one."""
    if text in {"", ".", ".."}:
        raise ValueError(f"{text!r} cannot be part of an address.")
    return quote(text, safe="")


class _BasicAuth(AuthBase):
    """Writes the header where only the library sees it, so it is in no variable of ours."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._credentials.authorization()
        return request


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find no redirect: even unfollowed, the library would read its whole body."""


def _session() -> requests.Session:
    session = _Session()
    session.trust_env = False
    session.headers.clear()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", DeadlineAdapter())
    session.mount("http://", DeadlineAdapter())
    return session
