import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from vonage_api import errors
from vonage_api.outcomes import NotSent, Ok, Rejected, TurnedAway, Unknown
from vonage_api.phone_numbers import CONTAINS, NumberSettings

FAILED = {"error-code": "420", "error-code-label": "method failed"}


def number(digits: int) -> dict[str, Any]:
    return {"country": "GB", "msisdn": f"44{digits:08}", "type": "landline", "features": ["SMS"]}


def query(request: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(request.target).query))


def form(request: Any) -> dict[str, str]:
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def test_owned_numbers_are_asked_for_by_page(server: Any, make_client: Any) -> None:
    server.answers({})
    make_client(server).numbers.owned(
        page=3, size=50, country="GB", pattern="77", search_pattern=CONTAINS, has_application=False
    )
    assert query(server.requests[0]) == {
        "index": "3", "size": "50", "country": "GB", "pattern": "77", "search_pattern": "1",
        "has_application": "false",
    }  # fmt: skip


def test_search_is_asked_with_features(server: Any, make_client: Any) -> None:
    server.answers({})
    make_client(server).numbers.search(country="GB", type_="landline", features=("SMS", "VOICE"))
    assert query(server.requests[0]) == {
        "country": "GB", "type": "landline", "features": "SMS,VOICE", "size": "100", "index": "1",
    }  # fmt: skip


@pytest.mark.parametrize("last", [{}, None])
def test_all_owned_numbers_come_once(server: Any, make_client: Any, last: Any) -> None:
    server.answers({"count": 5, "numbers": [number(1), number(2)]})
    server.answers({"count": 5, "numbers": [number(2), number(3)]})  # one was cancelled meanwhile
    server.answers(last if last is not None else {"count": 4, "numbers": [number(4)]})
    found = [each.msisdn[-1] for each in make_client(server).numbers.all_owned(size=2)]
    assert found == (["1", "2", "3"] if last == {} else ["1", "2", "3", "4"])
    assert [query(request)["index"] for request in server.requests] == ["1", "2", "3"]


def test_no_owned_numbers(server: Any, make_client: Any) -> None:
    server.answers({})
    assert list(make_client(server).numbers.all_owned()) == []
    assert len(server.requests) == 1


def test_pages_that_repeat_come_to_an_end(server: Any, make_client: Any) -> None:
    server.answers({"count": 10**12, "numbers": [number(1)]})
    with pytest.raises(errors.Malformed, match="repeats"):
        list(make_client(server).numbers.all_owned(size=1))
    assert len(server.requests) == 2


@pytest.mark.parametrize("answer", [{"count": 3}, {"numbers": []}, [], None])
def test_half_a_page_is_malformed(server: Any, make_client: Any, answer: Any) -> None:
    server.answers(answer if answer is not None else b"null")
    with pytest.raises(errors.Malformed):
        make_client(server).numbers.owned()


@pytest.mark.parametrize("call", ["buy", "cancel"])
def test_buy_and_cancel(server: Any, make_client: Any, body: Any, call: str) -> None:
    server.answers(body("legacy_success"))
    numbers = make_client(server).numbers
    outcome = getattr(numbers, call)(country="GB", msisdn="447700900123", target_api_key="11aa22bb")
    assert isinstance(outcome, Ok)
    [request] = server.requests
    assert (request.method, request.target) == ("POST", f"/number/{call}")
    assert form(request) == {
        "country": "GB", "msisdn": "447700900123", "target_api_key": "11aa22bb",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (200, "200", Ok),
        (200, "420", Rejected),
        (400, "420", Rejected),
        (420, "420", Rejected),
        (500, "420", Rejected),
        (200, "401", TurnedAway),
        (401, "401", TurnedAway),
        (420, "401", TurnedAway),
        (200, "429", TurnedAway),
        (420, "200", Unknown),
        (500, "200", Unknown),
        (200, "500", Unknown),
        (500, "500", Unknown),
        (200, "408", Unknown),
        (200, "201", Unknown),
        (200, "", Unknown),
        (200, 420, Unknown),
        (302, "200", Unknown),
        (302, "420", Unknown),
    ],
)
def test_code_in_the_body_decides(
    server: Any, make_client: Any, status: int, code: Any, kind: Any
) -> None:
    server.answers({"error-code": code, "error-code-label": "x"}, status=status)
    outcome = make_client(server).numbers.buy(country="GB", msisdn="447700900123")
    assert type(outcome) is kind
    assert outcome.heard.status == status
    assert (server.connections, len(server.requests)) == (1, 1)


def test_update_sends_what_is_there_and_what_changes(
    server: Any, make_client: Any, body: Any
) -> None:
    server.answers(body("owned_numbers")).answers(body("legacy_success"))
    changes = NumberSettings(
        app_id="app-2", mo_http_url="", voice_callback_type="app", mo_smpp_sys_type="inbound"
    )
    outcome = make_client(server).numbers.update(
        country="GB", msisdn="447700900123", changes=changes
    )
    assert isinstance(outcome, Ok)
    looked, sent = server.requests
    assert query(looked) == {
        "country": "GB", "pattern": "447700900123", "search_pattern": "0", "size": "100",
        "index": "1",
    }  # fmt: skip
    assert sent.target == "/number/update"
    assert form(sent) == {
        "country": "GB", "msisdn": "447700900123", "app_id": "app-2", "moHttpUrl": "",
        "moSmppSysType": "inbound", "voiceCallbackType": "app",
        "voiceCallbackValue": "sip:desk@harbour.example",
        "voiceStatusCallback": "https://harbour.example/status",
        "messagesCallbackType": "app", "messagesCallbackValue": "app-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        ({}, 200, "not_owned"),
        ({"count": 1, "numbers": [number(1)]}, 200, "not_owned"),
        ({}, 500, "not_readable"),
        (FAILED, 200, "not_readable"),
        ([], 200, "not_readable"),
    ],
)
def test_update_of_what_cannot_be_read_sends_nothing(
    server: Any, make_client: Any, answer: Any, status: int, reason: str
) -> None:
    server.answers(answer, status=status)
    outcome = make_client(server).numbers.update(
        country="GB", msisdn="447700900123", changes=NumberSettings(app_id="a")
    )
    assert (type(outcome), outcome.reason) == (NotSent, reason)
    assert {request.method for request in server.requests} == {"GET"}


def test_settings_have_vonage_s_names() -> None:
    from msgspec import to_builtins

    wire = to_builtins(NumberSettings(app_id="a", mo_http_url="b", voice_callback_type="c"))
    assert json.dumps(wire) == '{"app_id": "a", "moHttpUrl": "b", "voiceCallbackType": "c"}'
