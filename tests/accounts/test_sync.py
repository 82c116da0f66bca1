from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account, Balance, Connection, Mirror, Observation, Reading, TotalReading
from accounts.services import sync
from simulator.money import Funds

pytestmark = pytest.mark.django_db(transaction=True)

Fault = Mirror.Fault


def kinds() -> list[str]:
    return list(Observation.objects.order_by("pk").values_list("kind", flat=True))


def balance_of(key: str) -> Decimal:
    return Balance.objects.get(account__api_key=key).balance


def test_first_reading_mirrors_every_account_exactly(vonage, read):
    own = vonage.subaccount("Hotel Möwe", balance="0.1001", limit="-35")
    shared = vonage.subaccount("Clinic")
    assert read()
    assert Account.objects.count() == 3
    figures = Balance.objects.get(account__api_key=own)
    assert (figures.balance, figures.credit_limit) == (Decimal("0.1001"), Decimal(-35))
    assert figures.spendable == Decimal("35.1001")
    account = Account.objects.get(api_key=shared)
    assert account.shares_balance
    assert not Balance.objects.filter(account=account).exists()
    assert kinds() == []


def test_totals_and_counts_come_from_the_answer(vonage, read, mirror):
    vonage.subaccount("Own", balance="2.5")
    vonage.state.suspend(vonage.subaccount("Shared"))
    read()
    mirror.refresh_from_db()
    assert mirror.total_balance == Decimal("29.9572")
    assert (mirror.accounts, mirror.shared, mirror.own, mirror.suspended) == (3, 1, 2, 1)
    assert TotalReading.objects.get().balance == mirror.total_balance


def test_unchanged_answer_writes_one_row(vonage, read, mirror):
    vonage.subaccount("Own", balance="2.5")
    read()
    readings = Reading.objects.count()
    mirror.refresh_from_db()
    before = mirror.read_at
    assert read()
    mirror.refresh_from_db()
    assert mirror.read_at > before
    assert Reading.objects.count() == readings
    assert TotalReading.objects.count() == 1


def test_reading_is_stored_only_for_what_moved(vonage, read):
    moved = vonage.subaccount("Moved", balance="2.5")
    still = vonage.subaccount("Still", balance="3")
    read()
    vonage.state.charge(moved, Decimal("0.0333"))
    read()
    assert balance_of(moved) == Decimal("2.4667")
    assert Reading.objects.filter(account__api_key=moved).count() == 2
    assert Reading.objects.filter(account__api_key=still).count() == 1


def test_changes_made_elsewhere_become_observations(vonage, read):
    key = vonage.subaccount("Before")
    read()
    vonage.state.rename(key, "After")
    vonage.state.suspend(key)
    vonage.state.give_own_balance(key)
    vonage.subaccount("New")
    read()
    assert sorted(kinds()) == ["created", "own_balance", "renamed", "suspended"]
    renamed = Observation.objects.get(kind="renamed")
    assert (renamed.before, renamed.after) == ("Before", "After")
    account = Account.objects.get(api_key=key)
    assert (account.name, account.suspended, account.shares_balance) == ("After", True, False)
    assert account.listing_key == f"after\t{key}"
    assert balance_of(key) == 0


def test_vanished_subaccount_is_marked_and_may_return(vonage, read):
    vonage.subaccount("Stays")
    key = vonage.subaccount("Goes", balance="1")
    account = vonage.state.account(key)
    read()
    vonage.state.remove(key)
    read()
    row = Account.objects.get(api_key=key)
    assert row.vanished_at
    assert balance_of(key) == 1
    vonage.state.restore(account)
    read()
    row.refresh_from_db()
    assert row.vanished_at is None
    assert kinds() == ["vanished", "returned"]


def test_empty_answer_deletes_nothing_and_is_a_failure(vonage, read, mirror):
    key = vonage.subaccount("Only")
    read()
    vonage.state.remove(key)
    assert not read()
    mirror.refresh_from_db()
    assert mirror.fault == Fault.MALFORMED
    assert Account.objects.get(api_key=key).vanished_at is None


def test_refused_credentials_break_the_connection_and_tell_once(
    vonage, read, connection, mailoutbox
):
    read()
    from vault.fields import seal_into
    from vault.secret import Secret

    seal_into(connection, "api_secret", Secret("Wrong0Secret"))
    connection.save()
    assert not read()
    assert not read()
    connection.refresh_from_db()
    assert connection.state == Connection.State.REFUSED
    assert len(mailoutbox) == 1
    assert mailoutbox[0].to == ["owner@example.com"]
    assert "Wrong0Secret" not in mailoutbox[0].body
    assert Account.objects.count() == 1


def test_without_the_subaccounts_api_the_primary_account_alone_is_mirrored(
    vonage, read, connection
):
    vonage.state.provisioned = False
    assert read()
    connection.refresh_from_db()
    assert connection.state == Connection.State.UNPROVISIONED
    assert Balance.objects.get().credit_limit is None
    assert Balance.objects.get().spendable is None


def test_losing_the_subaccounts_api_keeps_what_was_known(vonage, read):
    key = vonage.subaccount("Known", balance="1")
    read()
    vonage.state.provisioned = False
    assert read()
    assert Account.objects.get(api_key=key).vanished_at is None
    assert Mirror.objects.get().accounts == 2
    assert Balance.objects.get(account__is_primary=True).credit_limit is None
    assert kinds() == []


def test_failures_back_off_and_keep_the_figures(read, connection, mirror, settings):
    read()
    settings.VONAGE_HOSTS = ("http://127.0.0.1:9", "http://127.0.0.1:9")
    Connection.objects.update(api_host="http://127.0.0.1:9")
    pauses = []
    for _ in range(4):
        assert not read()
        mirror.refresh_from_db()
        pauses.append(mirror.due_at - mirror.tried_at)
    assert mirror.fault == Fault.NO_ANSWER
    assert mirror.read_at is not None
    assert pauses[3] > pauses[0] * 3
    assert Account.objects.count() == 1


def test_secret_is_not_sent_to_another_host(read, mirror, settings, vonage):
    settings.VONAGE_HOSTS = (vonage.url.replace("127.0.0.1", "localhost"), vonage.url)
    assert not read()
    mirror.refresh_from_db()
    assert mirror.fault == Fault.OTHER_HOST


def test_workspace_is_claimed_by_one_only(connection):
    now = timezone.now()
    assert sync.take(connection.workspace_id, now)
    assert sync.take(connection.workspace_id, now) is None
    assert list(sync.due(now)) == []
    assert sync.take(connection.workspace_id, now + timedelta(minutes=5))


def test_lost_claim_writes_nothing(connection, vonage):
    first = sync.take(connection.workspace_id, timezone.now())
    sync.take(connection.workspace_id, timezone.now() + timedelta(minutes=5))
    assert not sync.run(first)
    assert Account.objects.count() == 0
    assert Mirror.objects.get().read_at is None


def test_eight_decimals_survive(vonage, read):
    vonage.state.provisioned = False
    vonage.state.set_funds(vonage.api_key, Funds(Decimal("10.17127501"), Decimal(0)))
    read()
    assert balance_of(vonage.api_key) == Decimal("10.17127501")


def test_connection_works_again_after_an_unchanged_answer(vonage, read, connection, mailoutbox):
    read()
    for _ in range(2):
        Connection.objects.update(state=Connection.State.REFUSED)
        assert read()
        connection.refresh_from_db()
        assert connection.state == Connection.State.WORKING


def test_enabling_the_subaccounts_api_is_not_news_of_every_account(vonage, read, mirror):
    vonage.subaccount("Old")
    vonage.state.provisioned = False
    read()
    read()
    mirror.refresh_from_db()
    assert mirror.accounts == 1
    vonage.state.provisioned = True
    read()
    mirror.refresh_from_db()
    assert mirror.accounts == 2
    assert kinds() == []


def test_what_we_could_not_take_in_is_said_and_the_claim_ends(vonage, read, mirror, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("accounts.services.sync.reading.compare", broken)
    assert not read()
    mirror.refresh_from_db()
    assert (mirror.fault, mirror.claim) == (Fault.OURS, None)


@pytest.mark.parametrize("key", ["x" * 80, "a\0b", "a\nb"])
def test_key_that_is_none_is_not_believed(key, vonage, read, mirror):
    vonage.state.create_subaccount(name="Odd", api_key=key)
    assert not read()
    mirror.refresh_from_db()
    assert mirror.fault == Fault.MALFORMED


def test_refresh_does_not_push_past_a_throttle(connection, mirror):
    now = timezone.now()
    later = now + timedelta(minutes=10)
    Mirror.objects.update(due_at=later, fault=Fault.THROTTLED)
    assert not sync.request_refresh(connection.workspace_id, now)
    Mirror.objects.update(fault=Fault.NO_ANSWER)
    assert sync.request_refresh(connection.workspace_id, now)
    assert not sync.request_refresh(connection.workspace_id, now)
