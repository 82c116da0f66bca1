"""A top-up: paid once at most, and a person's business where nobody knows."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from audit.models import Entry
from operations.errors import LostRaceError, RefusedError
from operations.models import Attempt, Finding, Lane, Operation, Transition
from operations.services import asking, judging, sending
from operations.services.sending.beginning import begin
from operations.services.settling import settle_due
from operations.services.sweeping import sweep
from operations.services.telling import tell_due
from operations.states import State
from simulator import problems
from simulator.exchange import answer as said
from simulator.faults import Rule
from simulator.problems import RefusedError as RefusedBySimulator
from teams.models import Member, User
from teams.policy import actor_in
from tests.cast import grant
from tests.topups.conftest import AMOUNT, TRX
from topups.kinds import TopUp

pytestmark = pytest.mark.django_db(transaction=True)


def settle(later, operation, seconds=6):
    later(seconds)
    settle_due(timezone.now())
    operation.refresh_from_db()
    return operation


def test_payment_is_made_once_more(reloading, noted, ask, send, paid, primary, vonage):
    noted()
    operation = send(ask())
    assert operation.state == State.SUCCEEDED
    assert paid() == AMOUNT
    assert vonage.state.funds(primary.api_key).balance == Decimal("52.4572")
    told = Entry.objects.get(event="account:top_up:ask")
    assert told.new["amount"] == "25"
    assert Entry.objects.filter(event="account:top_up:settle").exists()


def test_figures_are_read_again_after_it(reloading, noted, ask, send, workspace):
    noted()
    send(ask())
    workspace.mirror.refresh_from_db()
    assert workspace.mirror.due_at <= timezone.now()


def test_auto_reload_that_is_off_is_refused_in_the_words_of_vonage(noted, ask, send, paid):
    noted()
    operation = send(ask())
    assert operation.state == State.REJECTED
    assert "not auto-reload enabled" in operation.detail
    assert paid() == 0


def test_payment_that_fails_is_refused_in_the_words_of_vonage(reloading, noted, ask, send, paid):
    noted(trx="another-reference-altogether")
    operation = send(ask())
    assert operation.state == State.REJECTED
    assert "topup failed" in operation.detail
    assert paid() == 0


@pytest.mark.parametrize(
    "fault", ["drop-after", "500-after", "hang-after", "html-after", "reset-after"]
)
def test_lost_answer_is_for_a_person_and_never_paid_twice(
    fault, reloading, noted, ask, send, vonage, later, paid, workspace
):
    noted()
    vonage.faults.add(Rule(fault, "POST", "/account/top-up"))
    operation = send(ask())
    assert operation.state == State.UNKNOWN
    for _ in range(6):
        settle(later, operation, seconds=120)
        sweep(timezone.now())
        sending.send_ready()
    operation.refresh_from_db()
    assert operation.state == State.NEEDS_HUMAN
    assert "nothing at Vonage lists payments" in operation.detail
    assert paid() == AMOUNT
    assert operation.attempts.count() == 1
    assert not Lane.objects.get(pk=workspace.pk).is_closed
    assert not Finding.objects.exists()


@pytest.mark.parametrize("fault", ["drop-before", "503-before", "hang-before"])
def test_request_that_was_lost_is_for_a_person_and_not_sent_again(
    fault, reloading, noted, ask, send, vonage, later, paid
):
    noted()
    vonage.faults.add(Rule(fault, "POST", "/account/top-up"))
    operation = send(ask())
    for _ in range(6):
        settle(later, operation, seconds=120)
        sending.send_ready()
    operation.refresh_from_db()
    assert operation.state == State.NEEDS_HUMAN
    assert paid() == 0


def test_it_stays_unknown_while_vonage_does_not_answer(
    reloading, noted, ask, send, vonage, later, workspace
):
    noted()
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    operation = send(ask())
    vonage.faults.add(Rule("503-before", "GET", "/account/get-balance", times=9))
    assert settle(later, operation).state == State.UNKNOWN
    assert settle(later, operation, seconds=2000).state == State.UNKNOWN
    vonage.faults.mend()
    assert settle(later, operation, seconds=2000).state == State.NEEDS_HUMAN


def test_process_that_died_after_it_may_have_sent(reloading, noted, ask, later, paid, monkeypatch):
    noted()
    operation = ask()

    def die(kind, client, operation, fence):
        assert fence()
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(TopUp, "send", die)
        with pytest.raises(SystemExit):
            sending.send_one(operation.pk)
    later(4)
    sweep(timezone.now())
    operation.refresh_from_db()
    assert operation.state == State.UNKNOWN
    assert settle(later, operation).state == State.NEEDS_HUMAN
    assert paid() == 0


def test_process_that_died_before_it_sent_is_not_made_good_by_itself(
    reloading, noted, ask, later, paid, monkeypatch
):
    noted()
    operation = ask()

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(TopUp, "send", die)
        with pytest.raises(SystemExit):
            sending.send_one(operation.pk)
    later(4)
    sweep(timezone.now())
    sending.send_ready()
    operation.refresh_from_db()
    assert operation.state == State.CANCELLED
    assert paid() == 0


def test_connection_that_does_not_stand_ends_it_and_nothing_was_paid(
    reloading, noted, ask, send, connection, settings, later, paid
):
    noted()
    operation = ask()
    host = connection.api_host
    settings.VONAGE_HOSTS = (host, "http://127.0.0.1:9")
    assert send(operation).state == State.READY
    settings.VONAGE_HOSTS = (host, host)
    later(2)
    assert send(operation).state == State.CANCELLED
    reason = Transition.objects.get(operation=operation, end=State.CANCELLED).reason
    assert "not tried again by itself" in reason
    assert paid() == 0


def test_throttling_ends_it_too(reloading, noted, ask, send, vonage, later, paid):
    noted()
    vonage.faults.add(Rule("429-bare", "POST", "/account/top-up"))
    operation = send(ask())
    assert operation.state == State.READY
    later(600)
    operation = send(operation)
    assert operation.state in {State.CANCELLED, State.EXPIRED}
    assert paid() == 0


def test_late_is_not_sent(reloading, noted, ask, send, later, paid):
    noted()
    operation = ask()
    later(3)  # more than `visible`
    assert send(operation).state == State.CANCELLED
    assert paid() == 0


def test_what_another_process_may_have_sent_is_for_a_person(
    reloading, noted, ask, send, later, paid
):
    noted()
    operation = ask()
    later(1)
    begin()  # a database was put back, or the worker started anew
    later(3)
    send(operation)  # the books are read first
    later(3)
    operation = send(operation)
    assert operation.state == State.NEEDS_HUMAN
    assert "may have been sent already" in operation.detail
    assert paid() == 0


@pytest.mark.parametrize(("was", "end"), [("", State.SUCCEEDED), (None, State.NOT_EXECUTED)])
def test_person_says_what_happened(
    was, end, reloading, noted, ask, send, vonage, later, actor, primary
):
    noted()
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    operation = settle(later, send(ask()))
    judging.judge(actor, operation, was=was, reason="PayPal says so.")
    operation.refresh_from_db()
    assert (operation.state, operation.resolution) == (end, "human")
    with pytest.raises(LostRaceError):
        judging.judge(actor, operation, was=was, reason="Once more.")


def test_maker_and_primary_user_are_told_that_a_person_is_needed(
    reloading, noted, ask, send, vonage, later, owner, mailoutbox
):
    noted()
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    settle(later, send(ask()))
    tell_due(timezone.now())
    assert [each.to for each in mailoutbox] == [[owner.email]]
    assert "nothing at Vonage lists payments" in mailoutbox[0].body


def test_one_at_a_time(reloading, noted, ask, send, vonage, later, actor):
    noted()
    first = ask()
    with pytest.raises(RefusedError, match="There is a top-up already"):
        ask(again=True)
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    send(first)
    for _ in range(2):  # unknown, then for a person
        with pytest.raises(RefusedError, match="There is a top-up already"):
            ask(again=True)
        settle(later, first)
    judging.judge(actor, first, was="", reason="PayPal says so.")
    assert send(ask(again=True)).state == State.SUCCEEDED


def test_second_one_within_ten_minutes_has_to_be_meant(reloading, noted, ask, send, later, paid):
    noted()
    send(ask())
    with pytest.raises(RefusedError, match="a moment ago") as refusal:
        ask()
    assert refusal.value.field == "again"
    assert send(ask(again=True)).state == State.SUCCEEDED
    assert paid() == 2 * AMOUNT
    later(601)
    begin()
    ask()


def test_refused_one_does_not_count_as_a_moment_ago(noted, ask, send, vonage):
    noted()
    assert send(ask()).state == State.REJECTED
    vonage.state.switch(auto_reload_trx=TRX, auto_reload_amount=AMOUNT)
    assert send(ask()).state == State.SUCCEEDED


def test_two_forms_at_once_are_one_top_up(reloading, noted, draft, actor, paid):
    noted()
    drafts, ended = [draft(), draft()], []
    start = threading.Barrier(2)

    def confirm(made):
        start.wait()
        try:
            ended.append(asking.confirm(actor, made))
        except RefusedError as refusal:
            ended.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm, args=[made]) for made in drafts]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert Operation.objects.filter(kind="top_up").count() == 1
    assert sum("There is a top-up already" in str(each) for each in ended) == 1
    sending.send_ready()
    assert paid() == AMOUNT


def test_payment_that_was_noted_anew_is_not_what_was_asked_for(reloading, noted, ask, send, paid):
    noted()
    operation = ask()
    noted(trx="0123456789abcdef", amount=Decimal(500))
    operation = send(operation)
    assert operation.state == State.CANCELLED
    reason = Transition.objects.get(operation=operation, end=State.CANCELLED).reason
    assert "changed meanwhile" in reason
    assert paid() == 0


def test_payment_that_is_noted_anew_at_the_last_moment_is_not_paid(
    reloading, noted, ask, send, later, paid, monkeypatch
):
    noted()
    operation = ask()
    original = TopUp.send

    def send_after_noting(*args):
        noted(amount=Decimal(500))
        return original(*args)

    monkeypatch.setattr(TopUp, "send", send_after_noting)
    assert send(operation).state == State.READY
    later(0.5)
    assert send(operation).state == State.CANCELLED
    assert paid() == 0


def test_threshold_may_change_meanwhile(reloading, noted, ask, send):
    noted()
    operation = ask()
    noted(trx=None, threshold=Decimal(5))
    assert send(operation).state == State.SUCCEEDED


def test_without_a_reference_nothing_is_asked_for(noted, ask):
    with pytest.raises(RefusedError, match="Note the reference"):
        ask()
    noted(trx=None)
    with pytest.raises(RefusedError, match="Note the reference"):
        ask()


def test_it_takes_the_right_on_the_primary_account(reloading, noted, ask, workspace, sub):
    noted()
    user = User.objects.create_user(username="below", email="below@a.example", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "administrator", "subaccounts")
    with pytest.raises(PermissionDenied):
        ask(by=actor_in(user, workspace.slug))


def test_right_that_is_lost_before_it_is_sent_stops_it(
    reloading, noted, ask, send, workspace, paid
):
    noted()
    user = User.objects.create_user(username="gone", email="gone@a.example", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    given = grant(member, "administrator", "all")
    operation = ask(by=actor_in(user, workspace.slug))
    given.ends_at = timezone.now() - timedelta(seconds=1)
    given.save()
    assert send(operation).state == State.CANCELLED
    assert paid() == 0


@pytest.mark.parametrize("answer", ["ok", "lost", "refused", "unclear"])
def test_reference_is_nowhere(
    answer, reloading, noted, ask, send, vonage, later, caplog, capfd, monkeypatch
):
    caplog.set_level("DEBUG")
    payment = noted()
    assert TRX.encode() not in bytes(payment.trx)
    if answer == "lost":
        vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    elif answer != "ok":  # Vonage repeats it in its answer
        code = "420" if answer == "refused" else "500"
        vonage.state.switch(auto_reload_trx="another", auto_reload_amount=AMOUNT)
        content = {"error-code": code, "error-code-label": f"failed for {TRX}"}
        refusal = RefusedBySimulator(said(content, status=500))
        monkeypatch.setattr(problems, "legacy", lambda *_, **__: refusal)
    operation = send(ask())
    if answer == "lost":
        settle(later, operation)
    expected = {"ok": "succeeded", "lost": "needs_human", "refused": "rejected"}
    assert operation.state == expected.get(answer, "unknown")
    rows = [*Operation.objects.all(), *Attempt.objects.all(), *Entry.objects.all()]
    rows += [*Transition.objects.all(), payment]
    told = str([vars(each) for each in rows]) + caplog.text + str(capfd.readouterr())
    assert "top_up" in told
    assert TRX not in told
    assert payment.trx_ends == TRX[-4:]


def test_end_of_a_short_reference_is_not_kept(noted):
    assert noted(trx="12345678").trx_ends == ""


def test_rise_by_the_amount_is_a_hint(reloading, noted, ask, send, vonage, later, read, primary):
    noted()
    vonage.faults.add(Rule("drop-after", "POST", "/account/top-up"))
    operation = settle(later, send(ask()))
    assert "No reading since then shows a rise" in TopUp().hints(operation)[0]
    read()
    [hint] = TopUp().hints(operation)
    assert "rose by exactly €\N{NO-BREAK SPACE}25.00" in hint
    assert "proves nothing" in hint


def test_without_the_amount_the_balance_tells_nothing(noted, ask):
    noted(amount=None)
    assert TopUp().hints(ask()) == ["How much it is was not noted, so the balance tells nothing."]
