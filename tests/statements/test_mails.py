"""Mails that did not go: what is tried again by itself, what by a person only, and what never."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from audit.models import Entry
from statements.models import Mailed, Run, Statement
from statements.services import mailing, posting, remailing, running
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant
from tests.statements.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
State = Mailed.State
URL = "/w/harbour/statements/mails/"
NOW = datetime(2026, 11, 4, 9, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    with MailServer() as found:
        settings.EMAIL_HOST, settings.EMAIL_PORT = found.server_address
        yield found


@pytest.fixture
def join(berlin):
    def make(name, preset, scope, **more):
        user = User.objects.create_user(
            username=name, email=f"{name}@a.example", password="", has_second_factor=True
        )
        made = Member.objects.create(workspace=berlin, user=user)
        grant(made, preset, scope, **more)
        return made

    return make


@pytest.fixture
def ann(join, made, hotel):
    """Somebody whom the hotel's statement is mailed to."""
    return join("ann", "support", "selected", accounts=[hotel])


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as at:
        yield at


@pytest.fixture
def rings(monkeypatch):
    rung = []
    monkeypatch.setattr("statements.services.remailing.ring", lambda: rung.append(1))
    return rung


def row() -> Mailed:
    return Mailed.objects.get()


@pytest.mark.parametrize(("deed", "code"), [("refuse", 550), ("refuse text", 451)])
def test_refused_mail_is_tried_again_with_growing_gaps_and_an_end(
    deed, code, server, ann, berlin, clock, caplog
):
    server.does = [deed] * 9
    assert mailing.mail_month(berlin, OCTOBER) == 0
    waits = []
    while (due := row().next_at) is not None:
        assert (row().state, row().code, row().sent_at) == (State.REFUSED, code, None)
        waits.append(due - row().begun_at)
        clock.move_to(due - timedelta(seconds=1))
        before = len(server.does)
        remailing.try_again(due - timedelta(seconds=1))
        assert len(server.does) == before, "tried too early"
        clock.move_to(due)
        assert remailing.try_again(due) == 0
    assert waits == list(posting.GAPS)
    assert waits == sorted(set(waits))
    assert (row().tries, len(server.does)) == (5, 4)
    clock.shift(timedelta(days=400))
    assert remailing.try_again(NOW + timedelta(days=400)) == 0
    assert mailing.mail_month(berlin, OCTOBER) == 0
    assert (len(server.does), server.taken) == (4, [])
    assert "ann@" not in caplog.text


def test_mail_that_is_taken_in_the_end_goes_once(server, ann, berlin, clock):
    server.does = ["refuse", "take"]
    mailing.mail_month(berlin, OCTOBER)
    clock.move_to(row().next_at)
    assert remailing.try_again(row().next_at) == 1
    assert (row().state, row().next_at, row().code) == (State.SENT, None, None)
    clock.shift(timedelta(days=9))
    assert remailing.try_again(NOW + timedelta(days=9)) == mailing.mail_month(berlin, OCTOBER) == 0
    assert len(server.taken) == 1


def test_mail_that_broke_off_is_unclear_and_left_alone(server, ann, berlin, clock):
    server.does = ["hang up"]
    assert mailing.mail_month(berlin, OCTOBER) == 0
    assert (row().state, row().next_at, row().is_unclear) == (State.UNKNOWN, None, True)
    clock.shift(timedelta(days=9))
    assert remailing.try_again(NOW + timedelta(days=9)) == mailing.mail_month(berlin, OCTOBER) == 0
    assert len(server.taken) == 1


def test_farewell_that_fails_changes_nothing(server, ann, berlin):
    server.does = ["no farewell"]
    assert mailing.mail_month(berlin, OCTOBER) == 1
    assert row().state == State.SENT


def test_server_that_lets_nobody_in_leaves_nothing_behind(server, ann, berlin):
    Run.objects.create(workspace=berlin, month=OCTOBER, mails=True)
    server.does = ["no login"]
    running.work(NOW)
    assert (Run.objects.get().failures, Mailed.objects.count()) == (1, 0)
    Run.objects.update(taken_until=None)
    running.work(NOW)
    assert len(server.taken) == 1


def test_unreachable_server_costs_a_try_and_holds_nobody_up(
    server, ann, join, hotel, berlin, clock
):
    join("sam", "support", "selected", accounts=[hotel])
    server.does = ["refuse", "refuse", "no login", "take"]
    mailing.mail_month(berlin, OCTOBER)
    due = Mailed.objects.order_by("pk").first().next_at
    clock.move_to(due)
    assert remailing.try_again(due) == 0
    assert sorted(Mailed.objects.values_list("tries", flat=True)) == [1, 2]
    assert remailing.try_again(due) == 1


@pytest.mark.parametrize("how", ["unknown", "died"])
def test_person_has_an_unclear_mail_sent_again(
    how, server, ann, berlin, client, owner, clock, rings
):
    if how == "died":
        Mailed.objects.create(
            statement=Statement.objects.get(account__api_key="hotel001"), member=ann
        )
        assert mailing.mail_month(berlin, OCTOBER) == 0
        clock.shift(Mailed.HELD + timedelta(seconds=1))
    else:
        server.does = ["hang up"]
        mailing.mail_month(berlin, OCTOBER)
    client.force_login(owner)
    index = client.get("/w/harbour/statements/", {"month": "2026-10"}).content.decode()
    assert "1 mail of this month did not go" in index
    page = re.sub(r"\s+", " ", client.get(URL, {"month": "2026-10"}).content.decode())
    assert "Nobody knows whether it went" in page
    assert "it may arrive twice" in page
    again = f"{URL}{row().pk}/again/"
    assert again in page
    taken = len(server.taken)
    assert client.get(again).status_code == 405
    answer = client.post(again)
    assert (answer.status_code, answer["Location"]) == (303, f"{URL}?month=2026-10")
    client.post(again)  # clicked twice: asked for once
    assert (rings, row().state) == ([1], State.WAITING)
    entry = Entry.objects.get(event="account:statement:mail")
    assert entry.new == {"month": "2026-10", "revision": 1, "perhaps a second time": True}
    assert entry.account_id == row().statement.account_id
    assert "sent again within a minute" in client.get(URL, {"month": "2026-10"}).content.decode()
    assert remailing.try_again(datetime.now(UTC)) == 1
    assert remailing.try_again(datetime.now(UTC)) == 0
    assert (row().state, len(server.taken)) == (State.SENT, taken + 1)
    assert "No mail of this month failed" in client.get(URL, {"month": "2026-10"}).content.decode()


def test_person_has_a_given_up_mail_sent_again(server, ann, berlin, client, owner, rings):
    server.does = ["refuse"]
    mailing.mail_month(berlin, OCTOBER)
    Mailed.objects.update(tries=5, next_at=None)
    client.force_login(owner)
    page = re.sub(r"\s+", " ", client.get(URL, {"month": "2026-10"}).content.decode())
    assert "with code 550. It is not tried again by itself." in page
    client.post(f"{URL}{row().pk}/again/")
    assert Entry.objects.get(event="account:statement:mail").new["perhaps a second time"] is False
    server.does = ["refuse"]
    remailing.try_again(datetime.now(UTC))
    assert (row().state, row().tries) == (State.REFUSED, 1)
    assert row().next_at


def test_mail_that_went_or_is_going_is_not_sent_again(server, ann, berlin, client, owner, rings):
    mailing.mail_month(berlin, OCTOBER)
    client.force_login(owner)
    client.post(f"{URL}{row().pk}/again/")
    assert row().state == State.SENT
    Mailed.objects.update(state=State.SENDING, sent_at=None)
    client.post(f"{URL}{row().pk}/again/")
    assert row().state == State.SENDING
    assert not rings
    assert not Entry.objects.filter(event="account:statement:mail").exists()


def test_sender_that_is_late_overwrites_nothing(server, ann, berlin, clock):
    statement = Statement.objects.get(account__api_key="hotel001")
    late = Mailed.objects.create(statement=statement, member=ann)
    Mailed.objects.update(state=State.WAITING, next_at=NOW)
    posting.put_off(late, 550)
    assert (row().state, row().next_at) == (State.WAITING, NOW)


@pytest.mark.parametrize("how", ["rights", "revision"])
def test_what_is_no_longer_to_be_sent_lapses(how, server, ann, berlin, clock):
    server.does = ["refuse"]
    mailing.mail_month(berlin, OCTOBER)
    if how == "rights":
        Member.objects.filter(pk=ann.pk).update(suspended_at=NOW)
    else:
        Statement.objects.update(is_current=False)
    clock.shift(timedelta(days=1))
    assert remailing.try_again(NOW + timedelta(days=1)) == 0
    assert (row().state, server.taken) == (State.LAPSED, [])


def test_others_have_no_such_button(server, ann, join, berlin, client, inn, rings):
    server.does = ["refuse"]
    mailing.mail_month(berlin, OCTOBER)
    fred = join("fred", "finance", "all")
    client.force_login(fred.user)
    assert "did not go" not in client.get("/w/harbour/statements/").content.decode()
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}{row().pk}/again/").status_code == 403
    with pytest.raises(MissingCapabilityError):
        remailing.again(actor_of(fred), row())
    # Who has it, but sees another account only.
    elsewhere = join("eve", "administrator", "selected", accounts=[inn])
    client.force_login(elsewhere.user)
    assert "hotel001" not in client.get(URL, {"month": "2026-10"}).content.decode()
    assert client.post(f"{URL}{row().pk}/again/").status_code in {403, 404}
    assert row().state == State.REFUSED
    assert not rings


def test_table_itself_lets_nothing_unclear_be_tried_again(ann):
    statement = Statement.objects.get(account__api_key="hotel001")
    for state in (State.UNKNOWN, State.SENDING):
        with pytest.raises(IntegrityError):
            Mailed.objects.create(statement=statement, member=ann, state=state, next_at=NOW)
    with pytest.raises(IntegrityError):
        Mailed.objects.create(statement=statement, member=ann, state=State.SENT)


def test_list_takes_as_many_queries_for_many(
    ann, join, hotel, client, owner, django_assert_max_num_queries
):
    statement = Statement.objects.get(account__api_key="hotel001")
    client.force_login(owner)

    def queries() -> int:
        with django_assert_max_num_queries(30) as counted:
            assert client.get(URL, {"month": "2026-10"}).status_code == 200
        return len(counted)

    Mailed.objects.create(statement=statement, member=ann, state=State.UNKNOWN)
    few = queries()
    for number in range(8):
        other = join(f"n{number}", "support", "selected", accounts=[hotel])
        Mailed.objects.create(statement=statement, member=other, state=State.REFUSED)
    assert queries() == few
