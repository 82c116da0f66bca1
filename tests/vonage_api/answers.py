"""Answers to one transfer: those that settle it, and all the others."""

import gzip
import json
from typing import Any

from vonage_api.outcomes import Ok

MADE = {
    "masterAccountId": "0a1b2c3d",
    "from": "0a1b2c3d",
    "to": "11aa22bb",
    "amount": 12.50,
    "reference": "VD7K-2",
    "id": "f6a1a38e-0000-4000-8000-000000000001",
    "created_at": "2024-08-29T13:29:51.000Z",
}
PROBLEM = {
    "type": "https://errors.example/catalogue#a-rule",
    "title": "No",
    "detail": "Never",
    "instance": "trace-1",
}
OK = b"HTTP/1.1 200 OK\r\n"


def with_body(raw: bytes, *, status: bytes = b"200 OK", headers: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(raw)
    return b"HTTP/1.1 " + status + b"\r\n" + headers + length + b"\r\n" + raw


def text(**changes: Any) -> bytes:
    return json.dumps({**MADE, **changes}).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in MADE.items() if key != name}).encode()


GOOD = text()

ANSWERS_THAT_ARE_CLEAR = {
    "200": (with_body(GOOD), Ok),
    "201": (with_body(GOOD, status=b"201 Created"), Ok),
    "specified id": (with_body(GOOD.replace(b'"id"', b'"balance_transfer_id"')), Ok),
    "other decimals": (with_body(GOOD.replace(b"12.5", b"12.50000000")), Ok),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\n" + GOOD, Ok),
    "chunked": (OK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD),
                Ok),
    "100 first": (b"HTTP/1.1 100 Continue\r\n\r\n" + with_body(GOOD), Ok),
}  # fmt: skip

ANSWERS_THAT_ARE_NOT = {
    "empty": (with_body(b""), "not_understood"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", "not_understood"),
    "html": (with_body(b"<!doctype html><p>Sign in"), "not_understood"),
    "list": (with_body(b"[" + GOOD + b"]"), "not_understood"),
    "null": (with_body(b"null"), "not_understood"),
    "not UTF-8": (with_body(GOOD.replace(b"VD7K", b"\xff\xfe")), "not_understood"),
    "other amount": (with_body(text(amount=12.51)), "mismatch"),
    "amount in cents": (with_body(text(amount=1250)), "mismatch"),
    "negative amount": (with_body(text(amount=-12.5)), "mismatch"),
    "other source": (with_body(text(**{"from": "99ff99ff"})), "mismatch"),
    "other target": (with_body(text(to="99ff99ff")), "mismatch"),
    "sides swapped": (with_body(text(to="0a1b2c3d", **{"from": "11aa22bb"})), "mismatch"),
    "other reference": (with_body(text(reference="VD7K-3")), "mismatch"),
    "empty reference": (with_body(text(reference="")), "mismatch"),
    "reference null": (with_body(text(reference=None)), "mismatch"),
    "without reference": (with_body(without("reference")), "mismatch"),
    "without id": (with_body(without("id")), "not_understood"),
    "id null": (with_body(text(id=None)), "not_understood"),
    "id empty": (with_body(text(id="")), "not_understood"),
    "id a number": (with_body(text(id=7)), "not_understood"),
    "two ids": (with_body(text(credit_transfer_id="other")), "not_understood"),
    "without amount": (with_body(without("amount")), "not_understood"),
    "without time": (with_body(without("created_at")), "not_understood"),
    "time of nowhere": (with_body(text(created_at="soon")), "not_understood"),
    "key twice": (with_body(GOOD[:-1] + b', "amount": 12.5}'), "not_understood"),
    "NaN": (with_body(GOOD.replace(b"12.5", b"NaN")), "not_understood"),
    "Infinity": (with_body(GOOD.replace(b"12.5", b"Infinity")), "not_understood"),
    "1e400": (with_body(GOOD.replace(b"12.5", b"1e400")), "not_understood"),
    "many digits": (with_body(GOOD.replace(b"12.5", b"9" * 5000)), "not_understood"),
    "two documents": (with_body(GOOD + GOOD), "not_understood"),
    "trailing garbage": (with_body(GOOD + b"\n<!-- cached -->"), "not_understood"),
    "deep": (with_body(b"[" * 60_000), "not_understood"),
    "a refusal as 200": (with_body(json.dumps(PROBLEM).encode()), "not_understood"),
    "shorter than it says": (with_body(GOOD)[:-1], "broken_off"),
    "length too small": (OK + b"Content-Length: 99\r\n\r\n" + GOOD, "not_understood"),
    "two lengths": (with_body(GOOD, headers=b"Content-Length: 5\r\n"), "malformed"),
    "cut chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + GOOD, "broken_off"),
    "gzip": (with_body(gzip.compress(GOOD), headers=b"Content-Encoding: gzip\r\n"), "malformed"),
    "10 MB": (with_body(GOOD + b" " * 10_000_000), "too_large"),
    "endless headers": (OK + b"X-A: b\r\n" * 10_000 + b"\r\n", "malformed"),
    "garbage": (b"\x00\x01\x02\r\n\r\n", "malformed"),
    "SSH": (b"SSH-2.0-x\r\n", "malformed"),
    "no status": (b"HTTP/1.1 abc\r\n\r\n", "malformed"),
    "no answer": (b"", "broken_off"),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-Ty", "not_understood"),
    "100 only": (b"HTTP/1.1 100 Continue\r\n\r\n", "broken_off"),
    "101": (b"HTTP/1.1 101 Switching\r\n\r\n", "status"),
    "103": (b"HTTP/1.1 103 Early\r\n\r\n", "status"),
    "408": (with_body(json.dumps(PROBLEM).encode(), status=b"408 x"), "status"),
    "999": (with_body(json.dumps(PROBLEM).encode(), status=b"999 x"), "server_failed"),
}  # fmt: skip


NOT_WRITTEN = [
    b"", b"<html>Forbidden", b"{}", b"[]", b'"no"', b'{"Error": "Bad Request"}',
    b'{"error": "Unauthorized", "status": 401}', b'{"title": "No"}', b'{"type": "a#b"}',
    b'{"title": 7, "type": "a"}', b'{"title": "", "type": "a"}',
    json.dumps(PROBLEM).encode()[:-1], json.dumps(PROBLEM).encode() * 2,
    b'{"title": "a", "title": "b", "type": "c"}',
    b'{"error-code": "420", "error-code-label": "method failed"}',
]  # fmt: skip
