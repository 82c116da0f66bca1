"""New names, suspensions, own balances, and new accounts: asked for once, recognised afterwards."""

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Account, Observation
from audit.models import Entry
from operations.errors import RefusedError
from operations.models import Finding, Operation
from operations.services import asking, judging
from operations.services.settling import settle_due
from operations.states import State
from simulator.faults import Rule
from subaccounts import new_secrets
from subaccounts.models import NewSecret
from vonage_api import Credentials, Hosts, VonageClient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def want(actor, sub):
    """Ask for a change and return the operation."""

    def ask(kind, account=None, *, by=actor, **wanted):
        about = None if kind == "create" else account or sub
        token = f"{kind}-{timezone.now().timestamp()}"
        made = asking.draft(by, kind=kind, form_token=token, account=about, wanted=wanted)
        return asking.confirm(by, made)

    return ask


@pytest.fixture
def shared(vonage, read, harbour, workspace):
    key = vonage.subaccount("Shares")
    read()
    return Account.objects.get(workspace=workspace, api_key=key)


def settle(later, *, seconds=6):
    later(seconds)
    settle_due(timezone.now())


def test_new_name_is_asked_for_and_in_the_mirror_at_once(want, send, vonage, sub, read):
    assert send(want("rename", name="Harbour Inn")).state == State.SUCCEEDED
    sub.refresh_from_db()
    assert (sub.name, vonage.state.account(sub.api_key).name) == ("Harbour Inn", "Harbour Inn")
    assert sub.listing_key.startswith("harbour inn")
    read()
    assert not Observation.objects.exists(), "what we did is not seen as done by others"


def test_only_the_newest_name_is_sent(want, send, vonage, sub):
    old, new = want("rename", name="First"), want("rename", name="Second")
    assert send(new).state == State.SUCCEEDED
    assert send(old).state == State.CANCELLED
    assert vonage.state.account(sub.api_key).name == "Second"


def test_suspended_and_resumed(want, send, vonage, sub):
    send(want("suspension", suspended=True))
    assert vonage.state.account(sub.api_key).suspended
    sub.refresh_from_db()
    send(want("suspension", sub, suspended=False))
    assert not vonage.state.account(sub.api_key).suspended


def test_what_is_so_already_is_refused(want):
    with pytest.raises(RefusedError, match="not suspended"):
        want("suspension", suspended=False)


def test_lost_answer_to_a_change_is_settled_by_reading_back(want, send, vonage, later, sub):
    vonage.faults.add(Rule("drop-after", "PATCH", sub.api_key))
    operation = send(want("rename", name="Harbour Inn"))
    assert operation.state == State.UNKNOWN
    settle(later)
    operation.refresh_from_db()
    assert operation.state == State.SUCCEEDED


def test_own_balance_is_for_good(want, send, shared):
    assert send(want("own_balance", shared, use_primary_account_balance=False)).state == "succeeded"
    shared.refresh_from_db()
    assert not shared.shares_balance
    with pytest.raises(RefusedError, match="already"):
        want("own_balance", shared, use_primary_account_balance=False)


# New accounts


def opened_with(vonage, api_key, secret):
    hosts = Hosts(api=vonage.url, rest=vonage.url)
    credentials = Credentials(api_key=api_key, api_secret=secret)
    with VonageClient(credentials=credentials, hosts=hosts) as client:
        return client.account.get_balance()


def test_new_account_is_opened_by_the_secret_that_is_shown_once(want, send, vonage, actor):
    operation = send(want("create", name="Branch", shares_balance=False))
    assert operation.state == State.SUCCEEDED
    assert operation.account.name == "Branch"
    secret = new_secrets.take_out(actor, operation)
    assert opened_with(vonage, operation.account.api_key, secret.reveal())
    assert new_secrets.take_out(actor, operation) is None
    assert not NewSecret.objects.exists()
    shown = Entry.objects.get(event="account:secret:show")
    assert secret.reveal() not in str(vars(shown))


def test_lost_answer_to_a_creation_is_settled_by_its_secret(want, send, vonage, later):
    vonage.faults.add(Rule("drop-after", "POST", "/subaccounts"))
    operation = send(want("create", name="Branch", shares_balance=True))
    assert operation.state == State.UNKNOWN
    settle(later)
    operation.refresh_from_db()
    assert (operation.state, operation.account.name) == (State.SUCCEEDED, "Branch")
    assert len(list(vonage.state.store.all(vonage.state.store.accounts))) == 3


def test_account_of_that_name_that_ours_does_not_open_needs_a_person(want, send, vonage, later):
    vonage.faults.add(Rule("drop-before", "POST", "/subaccounts"))
    operation = send(want("create", name="Branch", shares_balance=True))
    vonage.subaccount("Branch")
    settle(later)
    operation.refresh_from_db()
    assert operation.state == State.NEEDS_HUMAN
    assert Finding.objects.get().kind == "mismatch"


def test_too_many_accounts_is_a_refusal_in_the_words_of_vonage(want, send, vonage):
    vonage.state.switch(max_subaccounts=1)
    operation = send(want("create", name="Branch", shares_balance=True))
    assert operation.state == State.REJECTED
    assert "maximum number" in operation.detail


def test_new_account_is_tagged_and_funded(want, send, vonage, actor, sub):
    from accounts.models import Tag

    Tag.objects.create(workspace=actor.workspace, name="pilot")
    wanted = {"name": "Branch", "shares_balance": False, "funding": "2.00", "tags": ["pilot"]}
    operation = send(want("create", **wanted))
    assert list(operation.account.tags.values_list("name", flat=True)) == ["pilot"]
    funding = Operation.objects.get(form_token=f"after:{operation.reference}")
    assert send(funding).state == State.SUCCEEDED
    assert vonage.state.account(operation.account.api_key).funds.balance == 2


def test_secret_is_in_no_table_log_or_mail(want, send, caplog, actor):
    from django.db import connection

    caplog.set_level(0)
    operation = want("create", name="Branch", shares_balance=True)
    secret = new_secrets.kept(operation).reveal()
    send(operation)
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            found += [table for row in cursor.fetchall() if secret in repr(row)]
    assert found == []
    assert secret not in caplog.text
    assert all(secret not in each.body for each in mail.outbox)


def test_person_says_which_account_was_made_and_our_secret_is_forgotten(
    want, send, vonage, later, read, actor
):
    """Ours does not open it, so nobody is shown a secret that works nowhere."""
    vonage.faults.add(Rule("drop-before", "POST", "/subaccounts"))
    operation = send(want("create", name="Branch", shares_balance=True))
    key = vonage.subaccount("Branch")
    vonage.subaccount("Another")
    settle(later)
    read()
    operation.refresh_from_db()
    with pytest.raises(RefusedError, match="which one"):
        judging.judge(actor, operation, was="", reason="It is there.")
    judging.judge(actor, operation, was=key, reason="A colleague saw it.")
    operation.refresh_from_db()
    assert (operation.state, operation.account.api_key) == (State.SUCCEEDED, key)
    settled = Entry.objects.filter(event="account:creation:settle").latest("seq")
    assert settled.account_id == operation.account_id
    assert not NewSecret.objects.exists()
