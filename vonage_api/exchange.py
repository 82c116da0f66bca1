"""One question to Vonage and its answer, and the line in the log about them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from urllib.parse import quote, urlsplit

from vonage_api.budget import Family
from vonage_api.credentials import Credentials
from vonage_api.refusals import clean
from vonage_api.version import VERSION

logger = logging.getLogger("vonage_api")

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

Params = Sequence[tuple[str, str]]


@dataclass(frozen=True, repr=False, kw_only=True)
class Call:
    """A request without its credentials. `url` holds no query; `params` may repeat a name.

    Without a repr, as the body of a write may hold a secret.
    """

    method: str
    url: str
    family: Family
    params: Params = ()
    body: bytes | None = None
    media_type: str | None = None
    accepts: str = JSON

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """What follows the host, for logs."""
        return urlsplit(self.url).path

    def headers(self, *, packed: bool) -> dict[str, str]:
        """Return the headers, without Authorization. packed: a compressed answer is welcome."""
        headers = {
            "Accept": self.accepts,
            "Accept-Encoding": "gzip" if packed else "identity",
            "User-Agent": f"switchboard/{VERSION}",
        }
        return headers | ({"Content-Type": self.media_type} if self.media_type else {})


@dataclass(frozen=True, repr=False, kw_only=True)
class Answer:
    """What came back; without a repr, as a body may hold a secret.

    Of a refusal the body may be only the beginning. date: by Vonage's clock, in UTC.
    retry_after, request_id, date: None where Vonage sent none.
    """

    status: int
    body: bytes
    retry_after: str | None = None
    request_id: str | None = None
    date: datetime | None = None


def read_date(text: str | None) -> datetime | None:
    """Return the time of a Date header in UTC, None where there is none to be understood."""
    try:
        moment = parsedate_to_datetime(text or "")
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def log_call(
    call: Call, answer: Answer | None, *, credentials: Credentials, started: float
) -> None:
    """Write one debug line about a call. started: on the clock of `time.monotonic`."""
    request_id = (answer and answer.request_id) or ""
    fields = {
        "method": call.method,
        "host": call.host,
        "path": call.path,
        "status": answer and answer.status,
        "ms": round((monotonic() - started) * 1000),
        "request_id": clean(credentials.redact(request_id.encode()).decode(), limit=64),
    }
    logger.debug("vonage call", extra=fields)


def segment(text: str) -> str:
    """Return `text` as one segment of a path; raises `ValueError` where it cannot be one."""
    if text in {"", ".", ".."}:
        raise ValueError(f"{text!r} cannot be part of an address.")
    return quote(text, safe="")
