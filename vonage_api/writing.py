"""The one door through which everything leaves that changes something at Vonage.

Vonage knows no idempotency: what is sent twice happens twice. So a write is one attempt on a
connection of its own, which is opened first. Then the caller says whether it still wants it, and
only then the first byte leaves. Nothing here repeats, redirects, pools or asks the environment
for a proxy; `requests` has no such seam, so this stands on the connection below it.
"""

from collections.abc import Callable
from contextlib import closing
from time import monotonic
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.response import HTTPResponse

from vonage_api.budget import Pace
from vonage_api.classification import Change, classify, no_answer
from vonage_api.configuration import Timeouts
from vonage_api.credentials import Credentials
from vonage_api.deadline import TimedHTTPConnection, TimedHTTPSConnection, until
from vonage_api.errors import (
    ConnectionFailed,
    Malformed,
    OverBudget,
    TimedOut,
    TooLarge,
    VonageError,
    Withdrawn,
)
from vonage_api.exchange import Answer, log_call, read_date
from vonage_api.failures import failure
from vonage_api.outcomes import NotSent, Outcome, Rejected, TurnedAway

T = TypeVar("T")

Fence = Callable[[], bool]
Connection = TimedHTTPConnection | TimedHTTPSConnection

LARGEST_ANSWER = 64 * 1024  # bytes; what answers a write is short


def always() -> bool:
    """Let every write go. The fence of callers that keep no record of their own."""
    return True


class Writer:
    """Sends changes with Basic authentication, each once. Safe to share between threads.

    max_bytes: the largest answer that is read; compressed ones are not.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        timeouts: Timeouts,
        pace: Pace,
        max_bytes: int = LARGEST_ANSWER,
    ) -> None:
        self._credentials = credentials
        self._timeouts = timeouts
        self._pace = pace
        self._max_bytes = max_bytes

    def send(self, change: Change[T], *, before_first_byte: Fence = always) -> Outcome[T]:
        """Send `change` once and return how it ended.

        before_first_byte: called once, when the connection stands and nothing has been sent;
        False gives up. Should it raise, nothing has been sent either, and the error goes on.
        """
        with closing(_connection(change, self._timeouts.connect)) as connection:
            if obstacle := self._prepare(change, connection):
                return obstacle
            if not before_first_byte():
                return NotSent(reason="fence", error=Withdrawn("the caller gave it up"))
            started = monotonic()
            heard = self._exchange(change, connection)
        answer = heard if isinstance(heard, Answer) else None
        log_call(change, answer, credentials=self._credentials, started=started)
        if isinstance(heard, VonageError):
            return no_answer(heard)
        outcome = classify(change, heard, self._credentials)
        if isinstance(outcome, Rejected | TurnedAway):
            self._pace.heed(change.family, outcome.error)
        return outcome

    def _prepare(self, change: Change[T], connection: Connection) -> NotSent | None:
        """Wait for a permit, then connect; return what stood in the way."""
        try:
            self._pace.wait(change.family)
            connection.connect()
        except OverBudget as error:
            return NotSent(reason="over_budget", error=error.with_traceback(None))
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError) as exc:
            problem = failure(exc, host=change.host)
        else:
            connection.auto_open = 0  # should it break, it must not open itself anew
            return None
        if isinstance(problem, ConnectionFailed):
            return NotSent(reason=problem.reason, error=problem)
        return NotSent(reason="timed_out", error=TimedOut(host=change.host, reason="connect"))

    def _exchange(self, change: Change[T], connection: Connection) -> Answer | VonageError:
        connection.timeout = min(self._timeouts.read, self._timeouts.total)
        try:
            with until(monotonic() + self._timeouts.total):
                connection.request(
                    change.method,
                    urlsplit(change.url).path,
                    body=change.body,
                    headers=change.headers(packed=False)
                    | {"Connection": "close", "Authorization": self._credentials.authorization()},
                    preload_content=False,
                    decode_content=False,
                )
                return self._answer(connection.getresponse())
        except VonageError as error:
            return error.with_traceback(None)  # its frames hold the answer
        except Exception as exc:  # noqa: BLE001 - whatever it is, the write may have happened
            return failure(exc, host=change.host)

    def _answer(self, response: HTTPResponse) -> Answer:
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Malformed("it is compressed, which was not asked for")
        return Answer(
            status=response.status,
            body=self._body(response),
            retry_after=response.headers.get("Retry-After"),
            request_id=response.headers.get("X-Request-Id"),
            date=read_date(response.headers.get("Date")),
        )

    def _body(self, response: HTTPResponse) -> bytes:
        held = b""
        for piece in response.stream(self._max_bytes + 1, decode_content=False):
            held += piece
            if len(held) > self._max_bytes:
                raise TooLarge(limit=self._max_bytes)
        return held


def _connection(change: Change[Any], connect: float) -> Connection:
    parts = urlsplit(change.url)
    host = cast("str", parts.hostname)  # the address was checked when it was configured
    if parts.scheme == "http":
        return TimedHTTPConnection(host, parts.port, timeout=connect)
    return TimedHTTPSConnection(
        host,
        parts.port,
        timeout=connect,
        cert_reqs="CERT_REQUIRED",
        ca_certs=DEFAULT_CA_BUNDLE_PATH,
    )


_encoder = msgspec.json.Encoder(decimal_format="number")


def as_json(**fields: object) -> bytes:
    """Return a JSON object of the fields that are not None; amounts become plain numbers."""
    return _encoder.encode({name: value for name, value in fields.items() if value is not None})


def as_form(**fields: str | None) -> bytes:
    """Return the fields that are not None as a form."""
    return urlencode({name: value for name, value in fields.items() if value is not None}).encode()
