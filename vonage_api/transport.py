"""Reading: one question, guarded: what goes out, how much comes back, and for how long."""

import contextlib
import io
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from time import monotonic

import requests
import urllib3
from requests.auth import AuthBase

from vonage_api.budget import Family, Pace
from vonage_api.configuration import Retries, Timeouts
from vonage_api.credentials import Credentials
from vonage_api.deadline import DeadlineAdapter, until
from vonage_api.errors import Malformed, Redirected, TimedOut, TooLarge, VonageError
from vonage_api.exchange import Answer, Call, Params, log_call, read_date
from vonage_api.failures import failure
from vonage_api.refusals import refusal
from vonage_api.retries import repeat

LARGEST_BODY = 32 * 1024 * 1024  # bytes, uncompressed: 100,000 subaccounts take 23 million
_LARGEST_REFUSAL = 64 * 1024  # bytes; the reason for a no is short
_PIECE = 64 * 1024
_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)


class Transport:
    """Sends calls that change nothing, with Basic authentication; returns the answers' bodies.

    Proxies, netrc files and certificates named by the environment are ignored, cookies are not
    kept, redirects are not followed. Safe to share between threads. Writes go through `writing`.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        timeouts: Timeouts,
        retries: Retries,
        pace: Pace,
        max_bytes: int,
    ) -> None:
        self._credentials = credentials
        self._timeouts = timeouts
        self._retries = retries
        self._pace = pace
        self._max_bytes = max_bytes
        self._session = _session()

    def get(self, url: str, *, family: Family, params: Params = ()) -> bytes:
        """Return the body at `url`; asks again after temporary errors while time allows.

        Raises a `VonageError`.
        """
        return self._repeat(Call(method="GET", url=url, family=family, params=params))

    def options(self, url: str, *, family: Family) -> bytes:
        """Return the answer to OPTIONS, which is as harmless as GET. Raises a `VonageError`."""
        return self._repeat(Call(method="OPTIONS", url=url, family=family))

    def stream(self, url: str, *, family: Family, seconds: float) -> Iterator[bytes]:
        """Yield the body at `url` piece by piece, within so many seconds. Asks once.

        Raises a `VonageError`, also after the first pieces.
        """
        call = Call(method="GET", url=url, family=family, accepts="*/*")
        deadline = monotonic() + seconds
        self._pace.wait(family, deadline=deadline)
        response = self._opened(call, deadline)
        with response:
            yield from self._pieces(response, call)

    def close(self) -> None:
        """Close the connections that are kept open for the next call."""
        self._session.close()

    def _repeat(self, call: Call) -> bytes:
        deadline = monotonic() + self._timeouts.total
        return repeat(lambda: self._ask(call, deadline), retries=self._retries, deadline=deadline)

    def _ask(self, call: Call, deadline: float) -> bytes:
        self._pace.wait(call.family, deadline=deadline)
        started = monotonic()
        outcome = self._exchange(call, deadline)
        answer = outcome if isinstance(outcome, Answer) else None
        log_call(call, answer, credentials=self._credentials, started=started)
        # Raised here and not where the library failed: no exception of its stands behind ours.
        if isinstance(outcome, VonageError):
            raise outcome
        return self._accept(call, outcome)

    def _accept(self, call: Call, answer: Answer) -> bytes:
        match answer.status // 100:
            case 2:
                return answer.body
            case 3:
                raise Redirected(status=answer.status)
            case 1:
                raise Malformed(f"status {answer.status} is no answer to a question")
        error = refusal(status=answer.status, retry_after=answer.retry_after, body=answer.body)
        self._pace.heed(call.family, error)
        raise error

    def _exchange(self, call: Call, deadline: float) -> Answer | VonageError:
        left = deadline - monotonic()
        if left <= 0:
            return TimedOut(host=call.host, reason="answer")
        try:
            with until(deadline), self._open(call, left) as response:
                return self._answer(response)
        except VonageError as error:
            return error.with_traceback(None)  # its frames hold a piece of the body
        except _FAILURES as exc:
            return failure(exc, host=call.host)

    def _answer(self, response: requests.Response) -> Answer:
        refused = response.status_code >= requests.codes.multiple_choices
        return Answer(
            status=response.status_code,
            body=self._beginning(response) if refused else self._body(response),
            retry_after=response.headers.get("Retry-After"),
            request_id=response.headers.get("X-Request-Id"),
            date=read_date(response.headers.get("Date")),
        )

    def _open(self, call: Call, left: float, *, packed: bool = True) -> requests.Response:
        return self._session.request(
            call.method,
            call.url,
            params=list(call.params),
            headers=call.headers(packed=packed),
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
        # A refusal may come with status 200, and then its words are shown to people.
        return self._credentials.redact(held.getvalue())

    def _beginning(self, response: requests.Response) -> bytes:
        """Return the first bytes of a refusal; one that is cut or spoilt is still a refusal."""
        with contextlib.suppress(urllib3.exceptions.HTTPError, OSError):
            body: bytes = response.raw.read(_LARGEST_REFUSAL, decode_content=True)
            return self._credentials.redact(body)
        return b""

    def _opened(self, call: Call, deadline: float) -> requests.Response:
        """Return a response with status 200 whose body is still to be read."""
        started, answer = monotonic(), None
        outcome: requests.Response | VonageError
        try:
            with until(deadline):
                outcome = self._open(call, max(deadline - started, 0.001), packed=False)
                answer = self._head(outcome)
        except _FAILURES as exc:
            outcome = failure(exc, host=call.host)
        log_call(call, answer, credentials=self._credentials, started=started)
        if isinstance(outcome, VonageError):
            raise outcome
        if answer and answer.status != requests.codes.ok:
            self._accept(call, answer)
            raise Malformed(f"status {answer.status} was not expected with a file")
        if "Content-Encoding" in outcome.headers:
            raise Malformed("it is compressed in a way that was not asked for")
        return outcome

    def _head(self, response: requests.Response) -> Answer:
        with contextlib.ExitStack() as closing:
            if response.status_code != requests.codes.ok:
                closing.enter_context(response)
                return self._answer(response)
        return Answer(
            status=response.status_code,
            body=b"",
            request_id=response.headers.get("X-Request-Id"),
        )

    def _pieces(self, response: requests.Response, call: Call) -> Iterator[bytes]:
        pieces = response.raw.stream(_PIECE, decode_content=False)
        while True:
            try:
                piece: bytes | VonageError = next(pieces, b"")
            except _FAILURES as exc:
                piece = failure(exc, host=call.host)
            if isinstance(piece, VonageError):
                raise piece
            if not piece:
                return
            yield piece


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
