import copy
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from vonage_api import errors
from vonage_api.secret import Secret


@pytest.fixture
def shown(caplog: pytest.LogCaptureFixture) -> Callable[[errors.VonageError], str]:
    """All that an error and the logs of its call could show, local variables included."""
    caplog.set_level(logging.DEBUG)

    def show(error: errors.VonageError) -> str:
        frames = traceback.TracebackException.from_exception(error, capture_locals=True)
        records = [str(vars(record)) for record in caplog.records]
        return "\n".join([str(error), repr(error), str(vars(error)), *frames.format(), *records])

    return show


def gossip(server: Any, canary: Any) -> dict[str, Callable[[], Any]]:
    """Answers that repeat what they were asked, as careless gateways do."""
    text = f"You sent Authorization: Basic {canary.token} that is {canary.secret}"
    return {
        "html": lambda: server.answers(f"<p>{text}".encode(), status=502),
        "problem": lambda: server.answers(
            {"type": f"a#{canary.secret}", "title": text, "detail": text, "instance": text},
            status=403,
            headers={"X-Request-Id": canary.secret, "Location": canary.token},
        ),
        "redirect": lambda: server.answers(text.encode(), status=302),
        "page": lambda: server.answers(f"<p>{text}".encode()),
        "too large": lambda: server.answers(text.encode() * 99_999),
        "reset": server.resets,
        "not http": lambda: server.sends(text.encode() + b"\r\n\r\n"),
        "silence": lambda: server.plays(lambda _: server.over.wait(9)),
        "wrong packing": lambda: server.answers(
            text.encode(), headers={"Content-Encoding": "gzip"}
        ),
    }


@pytest.mark.parametrize(
    "kind",
    ["html", "problem", "redirect", "too large", "reset", "not http", "silence", "wrong packing"],
)
def test_no_error_shows_the_secret(
    server: Any, ask: Any, canary: Any, shown: Any, kind: str
) -> None:
    gossip(server, canary)[kind]()
    with pytest.raises(errors.VonageError) as caught:
        ask(server, read=0.3)
    text = shown(caught.value)
    assert "vonage call" in text
    assert not [form for form in canary.forms if form in text]
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


NEW = 'Fresh4Secret-"of" the+tests'


@pytest.fixture
def leaks(canary: Any) -> Callable[[str], list[str]]:
    """The secrets, old and new, that a text shows in any form."""
    forms = [*canary.forms, *Secret(NEW).forms()]
    return lambda text: [form for form in forms if form in text]


@pytest.mark.parametrize("kind", ["create", "add"])
@pytest.mark.parametrize("status", [200, 201, 307, 400, 401, 403, 429, 500])
def test_no_outcome_shows_a_secret(
    *, server: Any, make_client: Any, leaks: Any, shown: Any, canary: Any, kind: str, status: int
) -> None:
    said = {"type": f"a#{NEW}", "title": NEW, "detail": quote(NEW), "instance": canary.secret}
    server.answers({**said, "secret": NEW, "note": canary.token}, status=status)
    client = make_client(server)
    if kind == "create":
        outcome = client.subaccounts.create(name="Harbour", secret=Secret(NEW))
    else:
        outcome = client.secrets.create(Secret(NEW))
    assert leaks(repr(outcome) + str(outcome) + shown(outcome.error)) == []
    assert (outcome.error.__cause__, outcome.error.__context__) == (None, None)


def test_secret_of_a_new_subaccount_is_wrapped(
    server: Any, make_client: Any, body: Any, leaks: Any
) -> None:
    server.answers(body("created_subaccount"))
    outcome = make_client(server).subaccounts.create(
        name="Harbour office", secret=Secret("Sail4way-Then"), use_primary_account_balance=False
    )
    assert outcome.value.secret.reveal() == "Sail4way-Then"
    assert "Sail4way" not in repr(outcome) + str(outcome.value)
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="secret"):
            leave(outcome)


def test_secret_in_a_broken_answer_is_not_kept(server: Any, make_client: Any) -> None:
    server.answers(b'{"api_key": "11aa22bb", "secret": "Unknown4Secret", "name"')
    outcome = make_client(server).subaccounts.create(name="Harbour office")
    assert (outcome.reason, outcome.body_head) == ("not_understood", "")
    assert "Unknown4Secret" not in repr(outcome)


@pytest.mark.parametrize("text", ["", None])
def test_empty_secrets_are_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="empty"):
        Secret(text)


def test_malformed_answers_are_not_quoted(server: Any, make_client: Any, canary: Any) -> None:
    gossip(server, canary)["page"]()
    with pytest.raises(errors.Malformed) as caught:
        make_client(server).account.get_balance()
    assert not [form for form in canary.forms if form in repr(caught.value)]


def test_refusal_that_comes_as_a_success_is_not_quoted_with_the_secret(
    server: Any, make_client: Any, canary: Any
) -> None:
    text = f"You sent Authorization: Basic {canary.token} that is {canary.secret}"
    server.answers({"error-code": "420", "error-code-label": text})
    with pytest.raises(errors.Refused) as caught:
        make_client(server).account.get_balance()
    assert "You sent" in str(caught.value)
    assert not [form for form in canary.forms if form in str(caught.value)]


def test_secret_is_in_no_address(server: Any, make_client: Any, canary: Any, body: Any) -> None:
    server.answers(body("balance")).answers(body("subaccounts"))
    client = make_client(server)
    client.account.get_balance()
    client.subaccounts.list()
    assert not [r for r in server.requests if canary.secret in r.target or canary.token in r.target]


def test_each_request_is_one_line(
    server: Any, make_client: Any, body: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="vonage_api")
    server.answers(status=500).answers(body("balance"), headers={"X-Request-Id": "r\x07-1"})
    make_client(server, attempts=3).account.get_balance()
    failed, done = [record for record in caplog.records if record.name == "vonage_api"]
    assert (failed.status, failed.request_id) == (500, "")
    assert (done.method, done.path, done.status) == ("GET", "/account/get-balance", 200)
    assert (done.host, done.request_id) == (server.url.removeprefix("http://"), "r-1")
    assert 0 <= done.ms < 5000


def test_request_without_an_answer_is_a_line_too(
    server: Any, ask: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="vonage_api")
    server.resets()
    with pytest.raises(errors.ConnectionFailed):
        ask(server)
    [record] = [record for record in caplog.records if record.name == "vonage_api"]
    assert record.status is None
