"""Auto-reload that stays away is noticed, told once, and over by itself."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Mirror, Reading
from audit.models import Entry
from simulator.faults import Rule
from simulator.money import Funds
from tests.topups.conftest import TRX
from topups.models import Alarm, AutoReload
from topups.services import reading, silencing, watching
from topups.tasks import watch
from vonage_api.errors import VonageError

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = 60


@pytest.fixture(autouse=True)
def patient(settings, times):
    """Wait for a reading as long as a busy machine takes; none of these tests is about that."""
    longer = {"read": 9, "listing": 10, "fence": 11, "total": 11, "sweep": 12, "settle": 13}
    settings.OPERATION_TIMES = replace(times, **longer)


@pytest.fixture
def balance(vonage, primary, read):
    """Let the primary account have so much, and read it."""

    def be(amount):
        vonage.state.set_funds(primary.api_key, Funds(Decimal(amount), Decimal(-100)))
        assert read()

    return be


@pytest.fixture
def low(noted, balance, later):
    """A balance that has been below the threshold for half an hour, unchanged."""
    noted(threshold=Decimal(20))
    balance("15")
    later(31 * MINUTE)
    balance("15")


def going_on(kind="low"):
    return Alarm.objects.filter(kind=kind, ended_at=None)


def test_balance_that_stays_low_is_told_once(low, workspace, mailoutbox, owner):
    watch()
    watch()
    assert going_on().count() == 1
    assert [each.to for each in mailoutbox] == [[owner.email]]
    assert "more than 30 minutes" in mailoutbox[0].body
    assert f"/w/{workspace.slug}/top-up/" in mailoutbox[0].body
    assert Entry.objects.filter(event="workspace:auto_reload:miss").count() == 1


def test_it_is_over_when_the_balance_is_above_again(low, balance, later, mailoutbox):
    watch()
    balance("20")
    watch()
    assert not going_on().exists()
    assert Alarm.objects.get().ended_at
    balance("14")
    later(31 * MINUTE)
    balance("13")
    watch()
    assert Alarm.objects.count() == 2
    assert len(mailoutbox) == 2


def test_it_goes_on_while_the_balance_rises_and_stays_below(low, balance):
    watch()
    balance("19.99")
    watch()
    assert going_on().exists()


def test_low_for_a_short_time_is_nothing(noted, balance, later):
    noted(threshold=Decimal(20))
    balance("15")
    later(29 * MINUTE)
    balance("14")
    watch()
    assert not Alarm.objects.exists()


def test_balance_that_falls_all_the_time_is_low(noted, balance, later):
    noted(threshold=Decimal(20))
    for amount in ("19", "18", "17", "16", "15"):
        balance(amount)
        later(9 * MINUTE)
    balance("14")
    watch()
    assert going_on().exists()


def test_balance_that_was_reloaded_and_used_up_is_not(noted, balance, later):
    noted(threshold=Decimal(20))
    for amount in ("15", "14", "19", "13"):
        balance(amount)
        later(10 * MINUTE)
    balance("12")
    watch()
    assert not Alarm.objects.exists()


def test_time_in_which_nothing_was_read_does_not_count(noted, balance, later):
    noted(threshold=Decimal(20))
    balance("15")
    later(40 * MINUTE)  # the mirror was last read 40 minutes ago
    watch()
    assert not Alarm.objects.exists()


def test_new_threshold_is_not_missed_at_once(noted, balance, later):
    balance("15")
    later(40 * MINUTE)
    noted(threshold=Decimal(20))
    balance("15")
    watch()
    assert not Alarm.objects.exists()


def test_without_a_threshold_nothing_is_low(noted, balance, later, low):
    watch()
    noted(trx=None, threshold=None)
    assert not going_on().exists()
    watch()
    assert not going_on().exists()


def test_subaccounts_do_not_count(noted, sub, balance, later, vonage):
    noted(threshold=Decimal(20))
    balance("30")
    later(31 * MINUTE)
    balance("30")
    watch()
    assert Reading.objects.filter(account=sub, balance__lt=20).exists()
    assert not Alarm.objects.exists()


def test_overview_is_told_again_where_a_process_died_in_between(low, workspace):
    watch()
    Mirror.objects.filter(pk=workspace.pk).update(warnings="others:matter")
    watch()
    warnings = Mirror.objects.get(pk=workspace.pk).warnings
    assert warnings == "auto_reload:low others:matter"


def test_two_workers_tell_once(low, mailoutbox):
    start = threading.Barrier(2)

    def work():
        start.wait()
        watching.watch(timezone.now())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert Alarm.objects.count() == 1
    assert len(mailoutbox) == 1


def test_auto_reload_is_read_every_five_minutes(noted, reloading, later, workspace, vonage):
    noted()
    watch()
    row = AutoReload.objects.get(pk=workspace.pk)
    assert row.is_on
    before = row.read_at
    later(4 * MINUTE)
    watch()
    row.refresh_from_db()
    assert row.read_at == before
    later(2 * MINUTE)
    watch()
    row.refresh_from_db()
    assert row.read_at > before


def test_auto_reload_that_went_off_is_told_once_and_over_when_it_is_on(
    noted, reloading, later, vonage, mailoutbox, workspace
):
    noted()
    watch()
    vonage.state.switch(auto_reload_trx="")
    for _ in range(3):
        later(6 * MINUTE)
        watch()
    assert going_on("off").count() == 1
    assert len(mailoutbox) == 1
    assert "was on, and now Vonage says it is off" in mailoutbox[0].body
    vonage.state.switch(auto_reload_trx=TRX)
    later(6 * MINUTE)
    watch()
    assert not going_on("off").exists()


def test_auto_reload_that_was_never_on_is_not_missed(noted, later):
    noted()
    watch()
    later(6 * MINUTE)
    watch()
    assert not Alarm.objects.exists()


def test_person_says_that_it_is_meant_to_be_off(noted, reloading, later, vonage, actor):
    noted()
    watch()
    vonage.state.switch(auto_reload_trx="")
    later(6 * MINUTE)
    watch()
    assert silencing.is_meant(actor)
    assert not silencing.is_meant(actor)
    later(6 * MINUTE)
    watch()
    assert not going_on("off").exists()
    assert Entry.objects.filter(event="workspace:auto_reload:dismiss").count() == 1


def test_reading_that_failed_is_kept_as_a_fault_and_changes_nothing(
    noted, reloading, later, vonage, workspace
):
    noted()
    watch()
    vonage.faults.add(Rule("503-before", "GET", "/account/get-balance", times=9))
    later(6 * MINUTE)
    watch()
    row = AutoReload.objects.get(pk=workspace.pk)
    assert row.is_on
    assert row.fault
    with pytest.raises(VonageError):
        reading.read(workspace.pk)
    vonage.faults.mend()
    later(6 * MINUTE)
    watch()
    row.refresh_from_db()
    assert not row.fault


def test_older_reading_does_not_undo_a_newer_one(workspace, noted):
    noted()
    now = timezone.now()
    reading.keep(workspace.pk, is_on=True, at=now)
    reading.keep(workspace.pk, is_on=False, at=now - timedelta(seconds=1))
    assert AutoReload.objects.get(pk=workspace.pk).is_on
    assert not Alarm.objects.exists()


def test_workspace_that_was_never_read_is_left_alone(noted, workspace):
    noted()
    Mirror.objects.filter(pk=workspace.pk).update(read_at=None)
    watching.watch(timezone.now())
    assert not Alarm.objects.exists()
