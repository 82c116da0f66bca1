import json
import pickle
from typing import Any

import pytest

from vonage_api import errors
from vonage_api.refusals import refusal, refusal_within


def refused(status: int, body: Any = b"", retry_after: str | None = None) -> errors.Refused:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return refusal(status=status, retry_after=retry_after, body=content)


def of_type(fragment: str) -> dict[str, str]:
    return {
        "type": f"https://errors.example/some/path#{fragment}",
        "title": "No",
        "detail": "Never",
    }


def test_problem(body: Any) -> None:
    error = refused(422, body("problem"))
    assert type(error) is errors.Unprocessable
    assert (error.status, error.fragment, error.title) == (422, "validation", "Not accepted")
    assert error.detail == "Two fields need attention"
    assert error.instance == "5b1f0a52-2f0e-4f0b-9d0c-0d9a6f3f7e11"
    assert error.invalid_parameters == (("name", "Is too long"), ("secret", "Is too short"))
    assert str(error) == (
        "Vonage refused the request: Not accepted: Two fields need attention (status 422)."
    )


@pytest.mark.parametrize("name", ["legacy_pair", "legacy_pricing"])
def test_legacy_pair(body: Any, name: str) -> None:
    error = refused(401, body(name))
    assert type(error) is errors.Unauthorized
    assert (error.title, error.fragment) == ("who are you", None)


def test_legacy_code_outranks_the_status(body: Any) -> None:
    assert type(refused(420, body("legacy_pair"))) is errors.Unauthorized
    pair = {"error-code": "420", "error-code-label": "did not work"}
    assert type(refused(401, pair)) is errors.Refused


def test_auto_reload_off_says_nothing_about_the_credentials() -> None:
    pair = {"error-code": "401", "error-code-label": "not auto-reload enabled"}
    assert type(refused(401, pair)) is errors.Refused


def test_legacy_validation(body: Any) -> None:
    error = refused(400, body("legacy_validation"))
    assert type(error) is errors.Unprocessable
    assert error.title == "Form not complete"
    assert error.invalid_parameters == (("trx", "Please fill in."),)


def test_audit(body: Any) -> None:
    error = refused(404, body("audit"))
    assert type(error) is errors.NotFound
    assert (error.title, error.detail) == ("Missing", "There is no such event")


@pytest.mark.parametrize(
    ("status", "fragment", "expected"),
    [
        (401, "unauthorized", errors.Unauthorized),
        (403, "unprovisioned", errors.Unprovisioned),
        (403, "invalid-ip", errors.InvalidIp),
        (401, "invalid-ip", errors.InvalidIp),
        (403, "account-suspended", errors.AccountSuspended),
        (403, "throttled", errors.RateLimited),
        (403, "anything-else", errors.Forbidden),
        (429, "rate-limit", errors.RateLimited),
        (404, "invalid-api-key", errors.NotFound),
        (409, "transfer-conflict", errors.Refused),
        (503, "unprovisioned", errors.ServerFailed),
    ],
)
def test_fragment_and_status_choose_the_class(status: int, fragment: str, expected: Any) -> None:
    error = refused(status, of_type(fragment))
    assert (type(error), error.fragment) == (expected, fragment)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, errors.Unprocessable),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (418, errors.Refused),
        (422, errors.Unprocessable),
        (429, errors.RateLimited),
        (500, errors.ServerFailed),
        (599, errors.ServerFailed),
        (999, errors.ServerFailed),
    ],
)
@pytest.mark.parametrize(
    "body_", [b"", b"<html>\x07<b>Sorry\r\n", b"\xff\xfe", b"[1]", b"[" * 9999]
)
def test_unknown_forms_keep_status_and_beginning(status: int, expected: Any, body_: bytes) -> None:
    error = refused(status, body_)
    assert (type(error), error.status) == (expected, status)
    assert error.detail.isprintable()
    assert len(error.detail) <= 300


def test_html_is_shown_cleaned() -> None:
    assert refused(502, b"<html>\x07<b>Sorry\r\n </b>").detail == "<html><b>Sorry </b>"


@pytest.mark.parametrize(
    "document",
    [
        {"type": 1, "title": [], "detail": {}, "instance": 0, "invalid_parameters": 7},
        {"title": "x", "invalid_parameters": [1, {}, {"name": 3}]},
        {"error_title": None, "invalid_parameters": {"a": 1}},
        {"error": ["x"]},
        {"error-code": {}, "error-code-label": None},
    ],
)
def test_fields_of_other_types_do_no_harm(document: Any) -> None:
    assert refused(403, document).status == 403


def test_foreign_text_is_bounded() -> None:
    error = refused(
        400, {"title": "t" * 10**5, "invalid_parameters": {str(n): "" for n in range(99)}}
    )
    assert (len(error.title), len(error.invalid_parameters)) == (300, 50)


@pytest.mark.parametrize(
    "body_", [b'{"error-code":"200"}', b"{}", b"", b"<p>", b'{"error-code":"x"}']
)
def test_success_is_no_refusal(body_: bytes) -> None:
    assert refusal_within(body_) is None


ALL = [
    errors.ConnectionFailed(host="a", reason="dns"),
    errors.TimedOut(host="a", reason="connect"),
    errors.TooLarge(limit=1),
    errors.Malformed("it is late"),
    errors.Redirected(status=302),
    refused(429, of_type("throttled"), retry_after="3"),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_errors_travel_between_processes(error: errors.VonageError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy), vars(copy)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize(
    ("error", "temporary"), list(zip(ALL, [True, True, False, False, False, True], strict=True))
)
def test_only_passing_trouble_is_temporary(*, error: errors.VonageError, temporary: bool) -> None:
    assert error.temporary is temporary
