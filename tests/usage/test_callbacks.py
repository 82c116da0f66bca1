"""Vonage, or whoever claims to be it, calls: nothing but an earlier look comes of it."""

import json
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.forms.models import model_to_dict
from django.test import Client
from django.utils import timezone

from teams.models import Tally
from usage.models import Report
from usage.services import advancing, callbacks
from usage.views import callbacks as views

pytestmark = pytest.mark.django_db(transaction=True)

CLAIM = json.dumps({"request_status": "SUCCESS", "_links": {"download_report": {"href": "//x"}}})


@pytest.fixture
def caller():
    """Somebody on the internet, who has no cookie and no token of a form."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def running(order, vonage, settings):
    """A report that Vonage makes, and the path of its callback."""
    settings.BASE_URL = "https://switchboard.example.com"
    vonage.state.switch(report_seconds=600)
    report = order()
    for _ in range(2):
        advancing.advance(report.pk)
    url = at(vonage)
    assert url.startswith("https://switchboard.example.com/callbacks/reports/")
    Report.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    report.refresh_from_db()
    return report, url.removeprefix("https://switchboard.example.com")


def at(vonage):
    [found] = vonage.state.store.all(vonage.state.store.reports)
    return found.parameters.get("callback_url")


def is_due(report) -> bool:
    report.refresh_from_db()
    return report.due_at <= timezone.now()


def test_call_makes_us_look_earlier_and_once(running, caller):
    report, path = running
    before = model_to_dict(report)
    assert caller.post(path, CLAIM, content_type="application/json").status_code == 204
    assert is_due(report)
    after = model_to_dict(report)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"due_at", "callback_digest"}
    advancing.advance(report.pk)  # asks Vonage, who is not through
    assert not is_due(report)
    assert report.state == "running"
    assert caller.post(path).status_code == 204  # replayed
    assert not is_due(report)


def test_token_is_not_in_the_database(running):
    report, path = running
    token = path.rstrip("/").rpartition("/")[2]
    assert len(token) >= 40
    assert token not in repr(Report.objects.values().get())
    assert report.callback_digest == callbacks.digest_of(token)


def test_forged_token_answers_the_same_and_does_nothing(running, caller):
    report, path = running
    digest = Report.objects.get().callback_digest
    for token in ("x" * 43, digest, "%00", "a" * 3000):
        assert caller.post(f"/callbacks/reports/{token}/").status_code == 204
    assert not is_due(report)
    assert caller.get(path).status_code == 405


def test_body_is_not_read_however_large(running, caller, monkeypatch):
    report, path = running
    monkeypatch.setattr(WSGIRequest, "read", lambda *_: pytest.fail("the body was read"))
    monkeypatch.setattr(WSGIRequest, "body", property(lambda _: pytest.fail("the body was read")))
    large = "x" * 10_000_000
    answer = caller.post(path, large, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.content) == (204, b"")
    assert is_due(report)


@pytest.mark.parametrize("state", ["ordered", "unknown", "ready", "failed", "cancelled"])
def test_only_a_running_report_is_looked_at(running, caller, state):
    report, path = running
    Report.objects.update(state=state, due_at=None)
    caller.post(path)
    report.refresh_from_db()
    assert (report.state, report.due_at) == (state, None)


def test_who_calls_too_often_is_not_listened_to(running, caller, monkeypatch):
    report, path = running
    monkeypatch.setattr(views, "CALLS", views.CALLS.__class__("report callback", 2, 3600))
    for _ in range(3):
        caller.post("/callbacks/reports/wrong/")
    assert caller.post(path).status_code == 204
    assert not is_due(report)
    Tally.objects.all().delete()
    caller.post(path)
    assert is_due(report)


def test_no_callback_without_https(order, vonage, settings, follow):
    settings.BASE_URL = "http://127.0.0.1:8000"
    report = follow(order())
    assert at(vonage) is None
    assert (report.state, report.callback_digest) == ("ready", "")


def test_lost_call_costs_nothing_but_time(running, vonage, follow):
    report, _ = running
    vonage.state.switch(report_seconds=0)
    assert follow(report).state == "ready"


def test_simulator_calls_when_the_report_is_finished(order, vonage, monkeypatch, caller, follow):
    heard = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    ear = HTTPServer(("127.0.0.1", 0), Ear)
    ear.timeout = 10
    thread = Thread(target=ear.handle_request)
    thread.start()
    base = f"http://127.0.0.1:{ear.server_port}"
    token = "t" * 43
    made = callbacks.Callback(f"{base}/callbacks/reports/{token}/", callbacks.digest_of(token))
    monkeypatch.setattr("usage.services.sending.new_callback", lambda: made)
    vonage.state.switch(report_seconds=1, callbacks=True)
    report = order()
    for _ in range(2):
        advancing.advance(report.pk)
    Report.objects.update(due_at=timezone.now() + timedelta(hours=1))
    thread.join(15)
    ear.server_close()
    [(path, body)] = heard
    assert json.loads(body)["request_status"] == "SUCCESS"
    caller.post(path, body, content_type="application/json")
    assert advancing.advance(report.pk)
    assert follow(report).state == "ready"
