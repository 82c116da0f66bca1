"""How a faulty exchange ends: each function is given the line, the true answer, and the times.

The true answer is None where nothing was done.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from time import time
from typing import Any, Protocol

from simulator import problems, wire
from simulator.exchange import Response
from simulator.fault_lies import RETRY_AFTER
from simulator.line import Answer, Line

ELSEWHERE = "http://elsewhere.invalid"
SERVER_ERROR = 500
PHRASES = {
    301: "Moved Permanently",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class Times(Protocol):
    """How long the slow faults take, in seconds."""

    hang_s: float
    drip_s: float
    slow_s: float


Ending = Callable[[Line, Answer | None, Times], None]
Content = Any


def normal(line: Line, answer: Answer | None, _times: Times) -> None:
    """Answer truthfully."""
    line.send(_true(answer))


def drop(line: Line, _answer: Answer | None, _times: Times) -> None:
    """Close the connection without an answer."""
    line.hang_up()


def reset(line: Line, _answer: Answer | None, _times: Times) -> None:
    """Tear the connection down without an answer."""
    line.reset()


def hang(line: Line, _answer: Answer | None, times: Times) -> None:
    """Say nothing until the client leaves, or the time is up."""
    line.wait(times.hang_s)
    line.hang_up()


def slow(line: Line, answer: Answer | None, times: Times) -> None:
    """Answer truthfully, but late."""
    if line.wait(times.slow_s):
        line.send(_true(answer))


def drip(line: Line, answer: Answer | None, times: Times) -> None:
    """Send the body byte by byte."""
    true = _true(answer)
    line.send(Answer(true.status, true.phrase, true.headers, b""))
    for number in range(len(true.body)):
        line.write(true.body[number : number + 1])
        if not line.wait(times.drip_s):
            break
    line.hang_up()


def http_1_0(line: Line, answer: Answer | None, _times: Times) -> None:
    """Answer truthfully, in HTTP/1.0."""
    line.send_as_1_0(_true(answer))


def continued(line: Line, answer: Answer | None, _times: Times) -> None:
    """Ask twice to continue, then answer truthfully."""
    line.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 2)
    line.send(_true(answer))


def continue_only(line: Line, _answer: Answer | None, _times: Times) -> None:
    """Ask to continue, then close the connection."""
    line.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    line.hang_up()


def status(code: int) -> Ending:
    """Return the ending that answers 500 as Vonage does, or 502 to 504 as a gateway does."""

    def end(line: Line, _answer: Answer | None, _times: Times) -> None:
        if code == SERVER_ERROR:
            line.send(_server_error(line.path))
        else:
            line.send(_page(code, f"<center><h1>{code} {PHRASES[code]}</h1></center>"))

    return end


def throttled(retry_after: Callable[[], str] | None) -> Ending:
    """Return the ending that answers 429, with such a Retry-After or with none at all."""

    def end(line: Line, _answer: Answer | None, _times: Times) -> None:
        detail = "Please wait, then retry your request"
        refusal = problems.problem(
            429, "rate-limit", "Rate Limit Hit", detail, host=problems.VONAGE
        )
        answer = _answer_of(refusal.response)
        if retry_after is not None:
            answer = answer.having(
                X_RateLimit_Limit="30",
                X_RateLimit_Remaining="0",
                X_RateLimit_Reset=str(int((time() + RETRY_AFTER) * 1000)),
                Retry_After=retry_after(),
            )
        line.send(answer)

    return end


def redirect(code: int, *, elsewhere: bool) -> Ending:
    """Return the ending that sends the client to the same address again, or to another host."""

    def end(line: Line, _answer: Answer | None, _times: Times) -> None:
        host = ELSEWHERE if elsewhere else line.url
        line.send(_page(code, "<p>Moved.</p>").having(Location=host + line.target))

    return end


def body(make: Callable[[bytes], bytes], **headers: str) -> Ending:
    """Return the ending that says 200 with another body, of the right length."""

    def end(line: Line, answer: Answer | None, _times: Times) -> None:
        true = answer or _page(200, "")
        line.send(_two_hundred(true.saying(make(true.body)).having(**headers)))

    return end


def length(change: Callable[[int], int]) -> Ending:
    """Return the ending that claims another length than the body has, and then closes."""

    def end(line: Line, answer: Answer | None, _times: Times) -> None:
        true = _true(answer)
        line.send(true.having(Content_Length=str(change(len(true.body)))))
        line.hang_up()

    return end


def cut(line: Line, answer: Answer | None, _times: Times) -> None:
    """Send the first half of the body, then close the connection."""
    true = _true(answer)
    line.send(Answer(true.status, true.phrase, true.headers, true.body[: len(true.body) // 2]))
    line.hang_up()


def text(change: Callable[[str], str]) -> Ending:
    """Return the ending that changes the text of a good answer; others are sent as they are."""

    def end(line: Line, answer: Answer | None, _times: Times) -> None:
        true = _true(answer)
        good = true.status // 100 == 2 and true.body.startswith(b"{")  # noqa: PLR2004 - 2xx
        line.send(true.saying(change(true.body.decode()).encode()) if good else true)

    return end


def content(change: Callable[[Content], None]) -> Ending:
    """Return the ending that changes the JSON content of a good answer, in place."""

    def changed(old: str) -> str:
        found = json.loads(old, parse_float=Decimal)
        change(found)
        return wire.dumps(found)

    return text(changed)


def rows(change: Callable[[dict[str, Any], str], None]) -> Ending:
    """Return the ending that changes the list of a list; it gets its place and its key."""

    def changed(found: Content) -> None:
        place = found.get("_embedded", found)
        key = next((name for name, value in place.items() if isinstance(value, list)), None)
        if key is not None:
            change(place, key)

    return content(changed)


def _true(answer: Answer | None) -> Answer:
    if answer is None:
        raise ValueError("This ending needs an answer; the table of faults is wrong.")
    return answer


def _two_hundred(answer: Answer) -> Answer:
    return Answer(200, "OK", answer.headers, answer.body)


def _page(code: int, inner: str) -> Answer:
    page = f"<html><body>{inner}</body></html>".encode()
    headers = (("Content-Type", "text/html"), ("Content-Length", str(len(page))))
    return Answer(code, PHRASES.get(code, "OK"), headers, page)


def _answer_of(response: Response) -> Answer:
    plain = response.body.plain
    headers = (("Content-Type", response.content_type), ("Content-Length", str(len(plain))))
    return Answer(response.status, PHRASES.get(response.status, ""), headers, plain)


def _server_error(path: str) -> Answer:
    if path.startswith(("/account/", "/number/")):
        return _answer_of(problems.legacy(SERVER_ERROR, "unknown error").response)
    if path.startswith("/accounts/"):
        return _answer_of(problems.internal().response)
    return _answer_of(problems.internal_2024().response)
