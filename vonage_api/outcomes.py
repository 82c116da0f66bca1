"""How a write ended. Five ways, and no sixth: what is not understood is `Unknown`.

`Ok` and `Rejected` are final. After `TurnedAway` and `NotSent` nothing has happened at Vonage and
the same may be asked again. After `Unknown` it may have happened: look before asking again.
"""

from datetime import datetime
from typing import Generic, Literal, NoReturn, TypeVar

import msgspec

from vonage_api.errors import Refused, VonageError

T_co = TypeVar("T_co", covariant=True)

NotSentReason = Literal[
    "dns", "refused", "tls", "reset", "unreachable", "timed_out",  # no connection
    "fence",  # the caller said no between connection and first byte
    "over_budget",  # our own limit on requests
    "not_readable", "not_owned",  # what was to be changed could not be read, or is not there
]  # fmt: skip
UnknownReason = Literal[
    "timed_out", "broken_off", "malformed", "too_large",  # no whole answer
    "redirected", "server_failed", "status",  # a status that settles nothing
    "not_from_vonage",  # a refusal in none of Vonage's forms: a proxy, a portal, a firewall
    "not_understood",  # a success whose body is not what this call answers with
    "mismatch",  # a success that shows something else than what was asked
]  # fmt: skip


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says beside its body. All None where nothing came back.

    status: of HTTP. date: Vonage's clock, in UTC. instance: Vonage's trace id of an error.
    """

    status: int | None = None
    date: datetime | None = None
    request_id: str | None = None
    instance: str | None = None


class Ok(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True):
    """Done, and the answer shows exactly what was asked."""

    value: T_co
    heard: Heard

    def get(self) -> T_co:
        """Return the value."""
        return self.value


class _NotOk(msgspec.Struct, frozen=True, kw_only=True):
    error: VonageError

    def get(self) -> NoReturn:
        """Raise the error."""
        raise self.error


class Rejected(_NotOk, frozen=True, kw_only=True):
    """Vonage read it and said no. Asking again is in vain."""

    error: Refused
    heard: Heard


class TurnedAway(_NotOk, frozen=True, kw_only=True):
    """Vonage did not let it in: credentials, access or throttling.

    retry_after: seconds that Vonage asks us to wait, between 0 and 3,600, or None.
    """

    error: Refused
    retry_after: float | None
    heard: Heard


class NotSent(_NotOk, frozen=True, kw_only=True):
    """No byte of the request left this machine."""

    reason: NotSentReason


class Unknown(_NotOk, frozen=True, kw_only=True):
    """The request left, and whether it had its effect cannot be told.

    body_head: the beginning of the answer, cleaned and without secrets, at most 500 characters;
    empty for calls whose answer may hold a secret.
    """

    reason: UnknownReason
    heard: Heard
    body_head: str = ""

    @property
    def status(self) -> int | None:
        """The status of HTTP, None where no whole answer came back."""
        return self.heard.status


Outcome = Ok[T_co] | Rejected | TurnedAway | NotSent | Unknown
