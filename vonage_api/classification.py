"""What an answer to a write means: the closed table. What is not in it is unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from vonage_api.credentials import Credentials
from vonage_api.errors import (
    AccountSuspended,
    BadAnswer,
    ConnectionFailed,
    Forbidden,
    InvalidIp,
    Malformed,
    Mismatch,
    RateLimited,
    Redirected,
    Refused,
    TimedOut,
    TooLarge,
    Unauthorized,
    Unprovisioned,
    VonageError,
)
from vonage_api.exchange import Answer, Call
from vonage_api.outcomes import Heard, Ok, Outcome, Rejected, TurnedAway, Unknown, UnknownReason
from vonage_api.refusals import clean, refusal, written_refusal
from vonage_api.secret import Secret

T = TypeVar("T")

_HEAD = 500  # characters of an unclear answer that are kept

_SUCCESS = 2  # hundred
_CLASSES_THAT_SPEAK = {2, 4, 5}  # a redirect is not Vonage's answer, whatever its body says

# Refusals that Vonage itself wrote, by their code: the status of HTTP, or the code in the body of
# the rest host, which outranks it. "by kind": 401 and 403 are said both at the door, to anyone
# with these credentials, and by a rule that weighed this very request.
_BY_CODE: dict[int, Literal["rejected", "turned away", "by kind"]] = {
    400: "rejected",
    401: "by kind",
    403: "by kind",
    404: "rejected",
    409: "rejected",
    420: "rejected",
    422: "rejected",
    429: "turned away",
}
_AT_THE_DOOR = (Unauthorized, Unprovisioned, InvalidIp, AccountSuspended, RateLimited)
_DOOR_NAMES = {None, "forbidden"}  # 403 with a name of its own comes from a rule

_NO_WHOLE_ANSWER: tuple[tuple[type[VonageError], UnknownReason], ...] = (
    (TimedOut, "timed_out"),
    (ConnectionFailed, "broken_off"),
    (TooLarge, "too_large"),
    (BadAnswer, "malformed"),
)


@dataclass(frozen=True, repr=False, kw_only=True)
class Change(Call, Generic[T]):
    """A write.

    accept: turns the answer of a success into the value, or raises a `VonageError` unless it
    shows what was asked. legacy: it goes to the rest host with its older forms of no.
    hidden: secrets in the body. confidential: the answer may hold a secret that we do not know.
    """

    accept: Callable[[Answer], T]
    legacy: bool = False
    hidden: tuple[Secret, ...] = ()
    confidential: bool = False


def classify(change: Change[T], answer: Answer, credentials: Credentials) -> Outcome[T]:
    """Return what a whole answer means for the write that it answers."""
    shown = credentials.redact(answer.body, *change.hidden)
    clear = answer.status // 100 in _CLASSES_THAT_SPEAK
    written = clear and written_refusal(
        status=answer.status, retry_after=answer.retry_after, body=shown, legacy=change.legacy
    )
    head = "" if change.confidential else clean(shown.decode(errors="replace"), limit=_HEAD)
    if written:
        return _refused(answer, *written, head=head)
    if answer.status // 100 == _SUCCESS:
        return _success(change, answer, head)
    error = _unclear(answer, shown)
    return Unknown(
        reason=_reason(answer.status, "not_from_vonage"),
        error=error,
        heard=_heard(answer, error),
        body_head=head,
    )


def no_answer(error: VonageError) -> Unknown:
    """Return the outcome of a write whose first byte may have left without a whole answer."""
    reason = next((reason for kind, reason in _NO_WHOLE_ANSWER if isinstance(error, kind)))
    return Unknown(reason=reason, error=error, heard=Heard())


def _refused(
    answer: Answer, code: int, error: Refused, *, head: str
) -> Rejected | TurnedAway | Unknown:
    heard = _heard(answer, error)
    verdict = _BY_CODE.get(code)
    if verdict == "by kind":
        verdict = "turned away" if _at_the_door(error) else "rejected"
    if verdict == "rejected":
        return Rejected(error=error, heard=heard)
    if verdict == "turned away":
        return TurnedAway(error=error, retry_after=error.retry_after, heard=heard)
    return Unknown(reason=_reason(code, "status"), error=error, heard=heard, body_head=head)


def _at_the_door(error: Refused) -> bool:
    by_name = isinstance(error, Forbidden) and error.fragment in _DOOR_NAMES
    return by_name or isinstance(error, _AT_THE_DOOR)


def _success(change: Change[T], answer: Answer, head: str) -> Ok[T] | Unknown:
    try:
        return Ok(value=change.accept(answer), heard=_heard(answer))
    except VonageError as exc:
        error = exc.with_traceback(None)  # its frames hold the body
    return Unknown(
        reason="mismatch" if isinstance(error, Mismatch) else "not_understood",
        error=error,
        heard=_heard(answer),
        body_head=head,
    )


def _unclear(answer: Answer, shown: bytes) -> VonageError:
    match answer.status // 100:
        case 1 | 2:
            return Malformed(f"status {answer.status} is no answer to a question")
        case 3:
            return Redirected(status=answer.status)
    return refusal(status=answer.status, retry_after=answer.retry_after, body=shown)


def _reason(status: int, otherwise: UnknownReason) -> UnknownReason:
    by_class: dict[int, UnknownReason] = {1: "status", 3: "redirected", 4: otherwise}
    return by_class.get(status // 100, "server_failed")


def _heard(answer: Answer, error: VonageError | None = None) -> Heard:
    return Heard(
        status=answer.status,
        date=answer.date,
        request_id=answer.request_id and clean(answer.request_id, limit=64),
        instance=error.instance if isinstance(error, Refused) else None,
    )
