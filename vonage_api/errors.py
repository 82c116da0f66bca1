"""What can go wrong when Vonage is asked something.

    VonageError
    ├── NothingSent           we did not ask
    │   ├── OverBudget        our own limit on requests leaves no room in time; see `retry_after`
    │   └── Withdrawn         the caller gave up before the first byte
    ├── NoAnswer              nothing usable came back; a write may have happened all the same
    │   ├── ConnectionFailed  reason: dns, refused, tls, reset, unreachable
    │   └── TimedOut          reason: connect, answer
    ├── BadAnswer             something came back that we do not accept
    │   ├── TooLarge
    │   ├── Malformed         not HTTP, not JSON, a field missing, an amount that is no money
    │   ├── Mismatch          a write was answered with something else than what was asked
    │   ├── ForeignLink       the answer points to another host than the one configured
    │   └── Redirected        3xx: never followed, the credentials would go along
    └── Refused               Vonage said no; also itself for statuses without a class of their own
        ├── Unauthorized      401
        ├── Forbidden         403
        │   ├── Unprovisioned     this API is not enabled for the account
        │   ├── InvalidIp         our address is not in the account's allow list
        │   └── AccountSuspended
        ├── NotFound          404: unknown, or not visible with these credentials
        ├── Unprocessable     400, 422: see `invalid_parameters`
        ├── RateLimited       429: see `retry_after`
        └── ServerFailed      5xx

Messages are plain sentences. None of them holds a secret, and none is chained to an exception of
the HTTP library, because those carry the request with its headers.
"""

from typing import Any, Literal, NamedTuple

ConnectionReason = Literal["dns", "refused", "tls", "reset", "unreachable"]
TimeoutReason = Literal["connect", "answer"]


class VonageError(Exception):
    """The root of the tree. `temporary`: the same read may well succeed a moment later."""

    temporary = False

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors take keywords, which the standard way of unpickling does not know.
        return _rebuild, (type(self), self.args, vars(self))


def _rebuild(
    kind: type[VonageError], args: tuple[object, ...], state: dict[str, object]
) -> VonageError:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(state)
    return error


class NothingSent(VonageError):  # noqa: N818 - names what happened
    """Vonage was not asked, so nothing can have happened there."""


class OverBudget(NothingSent):
    """Our own limit on requests leaves no room in time; `retry_after` in seconds."""

    temporary = True

    def __init__(self, *, retry_after: float) -> None:
        super().__init__(
            "Too many requests to Vonage are waiting already. "
            f"Try again in {max(round(retry_after), 1)} s."
        )
        self.retry_after = retry_after


class Withdrawn(NothingSent):
    """The caller gave up before the first byte, or there was nothing to change."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was sent to Vonage: {why}.")


class NoAnswer(VonageError):  # noqa: N818 - names what happened
    """Nothing usable came back. For a write the outcome is unknown: look before trying again."""

    temporary = True


class ConnectionFailed(NoAnswer):
    """There was no connection, or it broke; `reason` says where."""

    def __init__(self, *, host: str, reason: ConnectionReason) -> None:
        super().__init__(_CONNECTION_MESSAGES[reason].format(host=host))
        self.reason = reason
        self.temporary = reason != "tls"  # a certificate does not get better by asking again


_CONNECTION_MESSAGES: dict[ConnectionReason, str] = {
    "dns": "The name {host} could not be resolved. Check the address and the name servers.",
    "refused": "{host} refused the connection. Check the address and port.",
    "tls": "No trusted connection to {host}. Check the clock, and whether a proxy intercepts.",
    "reset": "{host} closed the connection before its answer was complete.",
    "unreachable": "{host} could not be reached. Check the network and the firewall.",
}


class TimedOut(NoAnswer):
    """The connection or the answer took too long; `reason` says which."""

    def __init__(self, *, host: str, reason: TimeoutReason) -> None:
        what = "could not be connected to" if reason == "connect" else "did not answer completely"
        super().__init__(f"{host} {what} in time. Try again later.")
        self.reason = reason


class BadAnswer(VonageError):  # noqa: N818 - as above
    """Something came back that we do not accept."""


class TooLarge(BadAnswer):
    """The body, uncompressed, is larger than `limit` bytes; reading stopped there."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"Vonage's answer is larger than {limit:,} bytes and was not read.")
        self.limit = limit


class Malformed(BadAnswer):
    """The answer has another form than the one agreed."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Vonage's answer could not be understood: {problem}.")


class Mismatch(BadAnswer):
    """The answer to a write does not show what was asked, so its outcome is unknown."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Vonage answered with something else than what was asked: {what}.")


class ForeignLink(BadAnswer):
    """A link leads to another host than the one configured, and is not followed."""

    def __init__(self) -> None:
        super().__init__(
            "Vonage's answer links to another host than the one configured. "
            "It was not followed, as the credentials would go along. Check the API address."
        )


class Redirected(BadAnswer):
    """The answer pointed elsewhere (`status` 3xx)."""

    def __init__(self, *, status: int) -> None:
        super().__init__(
            f"Vonage's address answered with a redirect ({status}), which is never followed. "
            "Check the address and whether a proxy stands in between."
        )
        self.status = status


class InvalidParameter(NamedTuple):
    """A parameter that Vonage did not accept, and its reason. Either may be empty."""

    name: str
    reason: str


class Refused(VonageError):  # noqa: N818 - as above
    """Vonage said no.

    status: of HTTP. fragment: the error's short name, what follows `#` in the problem's type.
    title, detail, instance (Vonage's trace id): as sent, cleaned and shortened; for an answer of
    unknown form `detail` is its beginning. retry_after: seconds Vonage asks us to wait.
    Source: the error catalogue of Vonage's descriptions and the older forms of its rest host.
    """

    def __init__(
        self,
        *,
        status: int,
        fragment: str | None = None,
        title: str = "",
        detail: str = "",
        instance: str | None = None,
        invalid_parameters: tuple[InvalidParameter, ...] = (),
        retry_after: float | None = None,
    ) -> None:
        said = ": ".join(text for text in (title, detail) if text) or "no reason was given"
        super().__init__(f"Vonage refused the request: {said} (status {status}).")
        self.status = status
        self.fragment = fragment
        self.title = title
        self.detail = detail
        self.instance = instance
        self.invalid_parameters = invalid_parameters
        self.retry_after = retry_after


class Unauthorized(Refused):
    """The key or the secret is wrong."""


class Forbidden(Refused):
    """Not allowed, or a business rule refused it."""


class Unprovisioned(Forbidden):
    """The account manager at Vonage has not enabled this API for the account."""


class InvalidIp(Forbidden):
    """Our address is missing from the account's allow list."""


class AccountSuspended(Forbidden):
    """The account that asked is suspended."""


class NotFound(Refused):
    """Unknown, or not visible with these credentials."""


class Unprocessable(Refused):
    """A parameter was refused; `invalid_parameters` says which, if Vonage did."""


class RateLimited(Refused):
    """Too many requests; `retry_after` in seconds, if Vonage said so."""

    temporary = True


class ServerFailed(Refused):
    """Vonage failed inside. For a write the outcome is unknown: look before trying again."""

    temporary = True
