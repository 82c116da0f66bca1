"""Reports: ordered once whatever happens, followed, downloaded, forgotten."""

import threading
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connections
from django.utils import timezone

from audit.models import Entry
from simulator.endpoints import reports as endpoints
from simulator.faults import Rule
from teams.policy import MissingCapabilityError, actor_of
from tests.usage.conftest import all_of, day
from usage.models import Report
from usage.services import advancing, claims, files, following, ordering
from usage.services.ordering import HeldError
from usage.tables import joined

pytestmark = pytest.mark.django_db(transaction=True)

State = Report.State
URL = "/v2/reports"


def rows_of(report):
    return list(joined(files.path_of(report), all_of(report)))


def test_report_is_ordered_made_and_downloaded(order, follow, at_vonage, sub, rings):
    report = order()
    assert report.state == State.ORDERED
    assert rings == [report.pk]
    assert at_vonage() == []  # a page never waits for Vonage
    report = follow(report)
    assert report.state == State.READY, report.fault
    [remote] = at_vonage()
    assert report.remote_id == remote.id
    assert remote.parameters["date_end"][:10] == f"{day(1):%Y-%m-%d}"
    head, *rows = rows_of(report)
    assert len(rows) == report.items_count > 10
    assert {row[head.index("account_id")] for row in rows} == {sub.api_key}
    assert report.kept_until > timezone.now() + timedelta(days=29)
    assert files.path_of(report).stat().st_mode & 0o077 == 0
    entry = Entry.objects.get(event="workspace:report:order")
    assert (entry.account_id, entry.new["product"]) == (sub.pk, "SMS")


def test_bodies_of_messages_are_never_asked_for(order, follow, at_vonage):
    report = follow(order())
    head, *rows = rows_of(report)
    assert {row[head.index("message_body")] for row in rows} == {""}
    assert at_vonage()[0].parameters["include_message"] is False


def test_all_accounts_at_once(order, follow, primary, sub):
    report = follow(order(account=primary, with_subaccounts=True))
    head, *rows = rows_of(report)
    keys = {row[head.index("account_id")] for row in rows}
    assert keys == {primary.api_key, sub.api_key}


def test_filters_go_along(order, follow, at_vonage):
    report = follow(order(filters={"status": "delivered", "country": "DE"}))
    head, *rows = rows_of(report)
    assert {row[head.index("status")] for row in rows} <= {"delivered"}
    assert at_vonage()[0].parameters["country"] == "DE"


def test_same_form_twice_is_one_order(order, follow, at_vonage):
    assert order().pk == order().pk
    follow(order())
    assert len(at_vonage()) == 1


def test_same_order_by_another_form_is_not_paid_for_twice(order, follow, at_vonage):
    first = follow(order())
    with pytest.raises(HeldError) as held:
        order("another form")
    assert held.value.report == first
    order("a third form", direction="inbound")
    Report.objects.filter(pk=first.pk).update(state=State.EXPIRED)
    order("a fourth form")
    assert Report.objects.count() == 3


def test_two_workers_send_it_once(order, at_vonage, vonage):
    vonage.faults.latency_ms = 100
    report, both = order(), threading.Barrier(4)

    def work():
        both.wait()
        advancing.advance(report.pk)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert len(at_vonage()) == 1


def test_claim_that_ran_out_sends_nothing(order, at_vonage, later):
    report = order()
    slow = claims.take(report.pk, timezone.now())
    later(claims.SHORT.total_seconds() + 1)
    from usage.services.sending import send

    send(slow)
    assert at_vonage() == []
    assert advancing.advance(report.pk)
    assert len(at_vonage()) == 1


@pytest.mark.parametrize("fault", ["drop-after", "500-after", "garbage", "html-after", "cut"])
def test_lost_answer_is_recognised_in_the_list(fault, order, follow, at_vonage, vonage):
    vonage.faults.add(Rule(fault, "POST", URL))
    report = follow(order(), steps=1)
    assert report.state == State.UNKNOWN
    report = follow(report)
    assert report.state == State.READY, report.fault
    assert [each.id for each in at_vonage()] == [report.remote_id]


@pytest.mark.parametrize("fault", ["drop-before", "502-before"])
def test_order_that_never_arrived_waits_for_a_person(
    fault, actor, order, follow, at_vonage, vonage, later
):
    vonage.faults.add(Rule(fault, "POST", URL))
    report = follow(order(), steps=3)
    assert (report.state, report.is_lost) == (State.UNKNOWN, False)
    later(700)
    report = follow(report)
    assert report.is_lost
    assert "never arrived" in report.fault
    assert at_vonage() == []
    assert ordering.order_anew(actor, report)
    assert follow(report).state == State.READY
    assert not ordering.order_anew(actor, report)
    assert len(at_vonage()) == 1


def test_worker_that_died_while_sending_leaves_it_to_the_list(order, follow, at_vonage, later):
    report = order()
    claim = claims.take(report.pk, timezone.now())
    Report.objects.filter(pk=report.pk).update(state=State.SENDING, sent_at=timezone.now())
    assert claim is not None
    assert not advancing.advance(report.pk)  # somebody has it
    later(claims.SHORT.total_seconds() + 1)
    report = follow(report, steps=2)
    assert report.state == State.UNKNOWN
    assert at_vonage() == []


def test_several_like_it_are_for_a_person_to_tell_apart(order, follow, vonage):
    vonage.faults.add(Rule("twice", "POST", URL))
    vonage.faults.add(Rule("drop-after", "POST", URL, nth=2))
    first = follow(order(), steps=1)
    Report.objects.filter(pk=first.pk).update(remote_id="", state=State.UNKNOWN)
    report = follow(first)
    assert report.is_lost
    assert "2 like this one" in report.fault


def two_lost(order, follow, vonage):
    """Order one of which the answer is lost, and one that never arrives: alike but for filters."""
    vonage.faults.add(Rule("drop-after", "POST", URL))
    narrow = follow(order("narrow", filters={"country": "DE"}), steps=1)
    vonage.faults.add(Rule("drop-before", "POST", URL))
    whole = follow(order("whole"), steps=1)
    assert {narrow.state, whole.state} == {State.UNKNOWN}
    return narrow, whole


def test_lost_orders_are_told_apart_by_their_filters(order, follow, vonage, at_vonage):
    narrow, whole = two_lost(order, follow, vonage)
    whole = follow(whole, steps=3)  # its own never arrived
    assert (whole.state, whole.remote_id) == (State.UNKNOWN, "")
    assert "lists no such report" in whole.fault
    narrow = follow(narrow)
    assert (narrow.state, narrow.remote_id) == (State.READY, at_vonage()[0].id)


def test_lost_order_does_not_take_another_s_where_vonage_names_no_filters(
    order, follow, vonage, monkeypatch
):
    monkeypatch.setattr("vonage_api.report_bodies.FILTERS", ())
    _, whole = two_lost(order, follow, vonage)
    whole = follow(whole)
    assert whole.is_lost
    assert whole.remote_id == ""


def test_lost_order_with_filters_is_found_where_vonage_names_none(
    order, follow, vonage, monkeypatch
):
    monkeypatch.setattr("vonage_api.report_bodies.FILTERS", ())
    vonage.faults.add(Rule("drop-after", "POST", URL))
    assert follow(order(filters={"country": "DE"})).state == State.READY


def test_lost_order_whose_look_breaks_here_stays_lost(order, monkeypatch):
    report = order()
    Report.objects.filter(pk=report.pk).update(state=State.UNKNOWN, failures=11)
    monkeypatch.setitem(advancing._STEPS, State.UNKNOWN, lambda _: 1 / 0)
    assert advancing.advance(report.pk)
    report.refresh_from_db()
    assert report.is_lost


def test_list_that_is_gone_leaves_it_unknown(order, follow, vonage, at_vonage):
    vonage.faults.add(Rule("drop-after", "POST", URL))
    vonage.faults.add(Rule("list-500", "GET", URL, times=99))
    report = follow(order(), steps=5)
    assert (report.state, report.is_lost) == (State.UNKNOWN, False)
    vonage.faults.mend()
    assert follow(report).state == State.READY
    assert len(at_vonage()) == 1


def test_throttled_order_is_sent_later(order, follow, vonage, at_vonage):
    vonage.faults.add(Rule("429", "POST", URL))
    report = follow(order(), steps=1)
    assert (report.state, report.sent_at) == (State.ORDERED, None)
    assert report.due_at > timezone.now() + timedelta(seconds=9)
    assert follow(report).state == State.READY
    assert len(at_vonage()) == 1


def test_refused_order_says_why(order, follow, vonage):
    vonage.state.switch(report_seconds=5)
    report = follow(order(starts_at=day(500), ends_at=day(10)))
    assert report.state == State.FAILED
    assert "422" in report.fault


def test_report_is_cancelled_before_it_is_sent(actor, order, follow, at_vonage):
    report = order()
    assert ordering.cancel(actor, report)
    assert follow(report).state == State.CANCELLED
    assert not ordering.cancel(actor, report)
    assert at_vonage() == []


def test_report_is_cancelled_at_vonage(actor, order, follow, at_vonage, vonage):
    vonage.state.switch(report_seconds=600)
    report = follow(order(), steps=2)
    assert report.state == State.RUNNING
    assert ordering.cancel(actor, report)
    assert follow(report).state == State.CANCELLED
    assert at_vonage()[0].ended == "ABORTED"
    assert Entry.objects.filter(event="workspace:report:cancel").count() == 1


def test_cancelling_a_finished_one_comes_too_late(actor, order, follow, vonage):
    vonage.state.switch(report_seconds=600)
    report = follow(order(), steps=2)
    ordering.cancel(actor, report)
    vonage.state.switch(report_seconds=0)
    assert follow(report).state == State.READY


def test_report_that_vonage_lost_fails(order, follow, vonage, at_vonage):
    report = follow(order(), steps=1)
    with vonage.state.change("lose it") as draft:
        draft.put(vonage.state.store.reports, at_vonage()[0].id, None)
    report = follow(report)
    assert report.state == State.FAILED
    assert "no longer has" in report.fault


@pytest.mark.parametrize("fault", ["drop-before", "cut", "garbage"])
def test_download_that_broke_is_tried_again(fault, order, follow, vonage):
    report = follow(order(), steps=2)
    assert report.state == State.FETCHING
    [remote] = vonage.state.store.all(vonage.state.store.reports)
    vonage.faults.add(Rule(fault, "GET", f"/v3/media/{remote.file_id}"))
    report = follow(report, steps=1)
    assert (report.state, report.failures) == (State.FETCHING, 1)
    assert report.fault
    assert list(files.folder().iterdir()) == []
    assert follow(report).state == State.READY


def bomb(*_):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.csv", b"0" * 50_000_000)
    return packed.getvalue()


def foreign_path(*_):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../keys.env", "x")
    return packed.getvalue()


@pytest.mark.parametrize("attack", [bomb, foreign_path, lambda *_: b"<html>"])
def test_file_that_is_an_attack_is_not_kept(attack, actor, order, follow, monkeypatch):
    with monkeypatch.context() as hostile:
        hostile.setattr(endpoints.ReportEndpoints, "_file", attack)
        report = follow(order())
    assert report.state == State.BROKEN
    assert report.failures == 0
    assert list(files.folder().iterdir()) == []
    assert ordering.try_again(actor, report)
    assert follow(report).state == State.READY


def test_file_that_is_too_large_is_not_kept(order, follow, monkeypatch):
    monkeypatch.setattr(following, "MOST_BYTES", 100)
    report = follow(order())
    assert report.state == State.BROKEN
    assert "larger than 100 bytes" in report.fault


def test_one_download_at_a_time(order):
    first, second = order(), order("other", direction="inbound")
    Report.objects.update(state=State.FETCHING, remote_id="")
    assert claims.take(first.pk, timezone.now())
    assert claims.due(timezone.now()) == []
    Report.objects.filter(pk=second.pk).update(state=State.RUNNING)
    assert claims.due(timezone.now()) == [second.pk]


def test_file_is_removed_when_its_time_is_over(order, follow, later):
    report = follow(order())
    advancing.forget_files()
    assert files.path_of(report).exists()
    later(31 * 86_400)
    assert advancing.forget_files() == 1
    report.refresh_from_db()
    assert (report.state, report.file_size) == (State.EXPIRED, None)
    assert list(files.folder().iterdir()) == []


def test_estimate_follows_from_earlier_reports(order, follow):
    first = follow(order())
    assert first.estimate is None
    longer = order("longer", starts_at=day(11), ends_at=day(1))
    assert longer.estimate == round(first.items_count * 5)


def test_right_is_looked_at_when_it_is_ordered(order, primary, sub, workspace):
    from teams.models import Member, User
    from tests.cast import grant

    user = User.objects.create_user(username="ann", email="ann@a.example", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "finance", "subaccounts")
    by = actor_of(member)
    assert order(by=by).account == sub
    for token, more in {"a": {"account": primary}, "b": {"with_subaccounts": True}}.items():
        with pytest.raises(MissingCapabilityError):
            order(token, by=by, **{"account": primary, **more})
    assert Report.objects.count() == 1
