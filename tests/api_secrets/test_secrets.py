"""API secrets: read, added and revoked, and recognised after a lost answer."""

from datetime import timedelta
from time import sleep

import pytest
from django.utils import timezone

from api_secrets.models import ApiSecret, SecretList
from api_secrets.services import keeping
from audit.models import Entry
from operations.errors import RefusedError
from operations.models import Finding
from operations.services import asking
from operations.services.settling import settle_due
from operations.states import State
from simulator.faults import Rule
from subaccounts import new_secrets
from vonage_api import Credentials, Hosts, Secret, VonageClient
from vonage_api.errors import VonageError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def want(actor, sub):
    """Ask for a change of the secrets and return the operation."""

    def ask(kind, account=None, **wanted):
        token = f"{kind}-{timezone.now().timestamp()}"
        asked = {"account": account or sub, "wanted": wanted}
        made = asking.draft(actor, kind=kind, form_token=token, **asked)
        return asking.confirm(actor, made)

    return ask


@pytest.fixture
def ids(vonage, sub):
    """Return the ids of the account's secrets at Vonage."""
    return lambda account=sub: {each.id for each in vonage.state.account(account.api_key).secrets}


@pytest.fixture
def opens(vonage, sub):
    """Return whether Vonage lets a secret in."""

    def ask(secret: Secret) -> bool:
        credentials = Credentials(api_key=sub.api_key, api_secret=secret.reveal())
        with VonageClient(
            credentials=credentials, hosts=Hosts(api=vonage.url, rest=vonage.url)
        ) as client:
            try:
                client.account.get_balance()
            except VonageError:
                return False
        return True

    return ask


def settle(later, *operations, seconds=6):
    later(seconds)
    settle_due(timezone.now())
    for each in operations:
        each.refresh_from_db()


def test_list_is_read_and_kept(sub, ids):
    assert not SecretList.objects.exists()
    keeping.read(sub)
    assert set(sub.api_secrets.values_list("remote_id", flat=True)) == ids()
    assert sub.secret_list.read_at <= timezone.now()


def test_list_that_could_not_be_read_changes_nothing(sub, vonage):
    vonage.faults.add(Rule("500-before", "GET", "/secrets", times=9))
    with pytest.raises(VonageError):
        keeping.read(sub)
    assert not SecretList.objects.exists()


def test_added_secret_is_shown_once_and_works(want, send, sub, ids, opens, actor):
    keeping.read(sub)
    old = ids()
    operation = send(want("add_secret"))
    assert operation.state == State.SUCCEEDED
    assert {operation.remote_id} == ids() - old
    made = sub.api_secrets.get(remote_id=operation.remote_id)
    assert made.operation == operation
    secret = new_secrets.take_out(actor, operation)
    assert opens(secret)
    assert new_secrets.take_out(actor, operation) is None
    assert secret.reveal() not in str([vars(each) for each in Entry.objects.all()])


def test_third_secret_is_refused_before_it_is_asked_for(want, send, sub):
    keeping.read(sub)
    send(want("add_secret"))
    with pytest.raises(RefusedError, match="at most two"):
        want("add_secret")


def test_third_secret_that_we_know_nothing_of_is_refused_in_the_words_of_vonage(want, send, sub):
    send(want("add_secret"))
    ApiSecret.objects.all().delete()
    operation = send(want("add_secret"))
    assert operation.state == State.REJECTED
    assert "maximum number" in operation.detail


@pytest.mark.parametrize("fault", ["drop-after", "500-after", "hang-after", "html-after"])
def test_lost_answer_to_a_new_secret_is_settled_by_signing_in_with_it(
    fault, want, send, vonage, later, sub, ids, opens, actor
):
    keeping.read(sub)
    old = ids()
    vonage.faults.add(Rule(fault, "POST", "/secrets"))
    operation = send(want("add_secret"))
    assert operation.state == State.UNKNOWN
    settle(later, operation)
    assert operation.state == State.SUCCEEDED
    assert {operation.remote_id} == ids() - old
    assert opens(new_secrets.take_out(actor, operation))


def test_secret_that_never_arrived_is_not_executed(want, send, vonage, later, sub, ids):
    keeping.read(sub)
    old = ids()
    vonage.faults.add(Rule("drop-before", "POST", "/secrets"))
    operation = send(want("add_secret"))
    for _ in range(4):
        settle(later, operation)
    assert operation.state == State.NOT_EXECUTED
    assert ids() == old


def test_new_secret_that_ours_is_not_needs_a_person(want, send, vonage, later, sub):
    keeping.read(sub)
    vonage.faults.add(Rule("drop-before", "POST", "/secrets"))
    operation = send(want("add_secret"))
    with VonageClient(
        credentials=Credentials(api_key=vonage.api_key, api_secret=vonage.api_secret),
        hosts=Hosts(api=vonage.url, rest=vonage.url),
    ) as client:
        client.secrets.create(Secret("MadeElsewhere1"), sub.api_key)
    settle(later, operation)
    assert operation.state == State.NEEDS_HUMAN
    assert Finding.objects.get().kind == "mismatch"


def test_new_secret_of_a_suspended_account_needs_a_person_where_the_answer_was_lost(
    want, send, vonage, later, sub
):
    keeping.read(sub)
    vonage.state.suspend(sub.api_key)
    vonage.faults.add(Rule("drop-after", "POST", "/secrets"))
    operation = send(want("add_secret"))
    settle(later, operation)
    assert operation.state == State.NEEDS_HUMAN


@pytest.fixture
def two(want, send, sub):
    """Let the account have two secrets; return the first one."""
    keeping.read(sub)
    first = sub.api_secrets.get()
    send(want("add_secret"))
    return first


@pytest.mark.parametrize("fault", ["", "drop-after", "503-after"])
def test_revoked_secret_is_gone(fault, two, want, send, vonage, later, ids, sub):
    if fault:
        vonage.faults.add(Rule(fault, "DELETE", two.remote_id))
    operation = send(want("revoke_secret", secret_id=two.remote_id))
    if fault:
        assert operation.state == State.UNKNOWN
        settle(later, operation)
    assert operation.state == State.SUCCEEDED
    two.refresh_from_db()
    assert two.gone_at
    assert two.remote_id not in ids()
    assert len(ids()) == 1


@pytest.mark.parametrize("fault", ["list-cut", "list-stale"])
def test_list_that_lacks_one_takes_nothing_away(fault, two, vonage, sub):
    vonage.faults.add(Rule(fault, "GET", "/secrets"))
    keeping.read(sub)
    assert sub.api_secrets.filter(gone_at=None).count() == 2


def test_cut_list_is_no_proof_that_a_secret_was_revoked(two, want, send, vonage, later, ids):
    vonage.faults.add(Rule("drop-before", "DELETE", two.remote_id))
    operation = send(want("revoke_secret", secret_id=two.remote_id))
    vonage.faults.add(Rule("list-cut", "GET", "/secrets"))
    settle(later, operation)
    assert operation.state != State.SUCCEEDED
    assert two.remote_id in ids()


@pytest.mark.parametrize("fault", ["list-stale", "list-duplicated"])
def test_new_secret_is_known_by_its_id_however_it_is_listed(
    fault, want, send, vonage, later, ids, sub
):
    keeping.read(sub)
    (old,) = ids()
    vonage.faults.add(Rule("drop-after", "POST", "/secrets"))
    operation = send(want("add_secret"))
    vonage.faults.add(Rule(fault, "GET", "/secrets"))
    settle(later, operation)
    settle(later, operation)
    assert operation.state == State.SUCCEEDED
    assert {old, operation.remote_id} == set(ids())


def test_vonage_that_lets_nobody_in_says_nothing_of_the_new_secret(want, send, vonage, later, sub):
    keeping.read(sub)
    vonage.faults.refuse_s = 1
    vonage.faults.add(Rule("drop-after", "POST", "/secrets"))
    operation = send(want("add_secret"))
    vonage.faults.add(Rule("refused", "GET", "/account/get-balance"))
    settle(later, operation)
    assert operation.state == State.UNKNOWN
    sleep(1)
    settle(later, operation)
    assert operation.state == State.SUCCEEDED


def test_last_secret_is_not_revoked(want, sub):
    keeping.read(sub)
    with pytest.raises(RefusedError, match="at least one"):
        want("revoke_secret", secret_id=sub.api_secrets.get().remote_id)


def test_two_that_are_to_be_revoked_at_once_leave_one(two, want, send, ids, sub):
    other = sub.api_secrets.exclude(pk=two.pk).get()
    both = [want("revoke_secret", secret_id=each.remote_id) for each in (two, other)]
    ended = sorted(send(each).state for each in both)
    assert ended == [State.CANCELLED, State.SUCCEEDED]
    assert len(ids()) == 1


def test_secret_by_which_the_workspace_may_sign_in_is_not_revoked(want, send, primary):
    keeping.read(primary)
    send(want("add_secret", primary))
    for each in primary.api_secrets.all():
        with pytest.raises(RefusedError, match="does not say with which"):
            want("revoke_secret", primary, secret_id=each.remote_id)


def test_reading_that_began_before_a_change_does_not_undo_it(want, send, sub):
    keeping.read(sub)
    began = timezone.now()
    operation = send(want("add_secret"))
    keeping.keep(sub.pk, [], began - timedelta(seconds=1))
    assert sub.api_secrets.get(remote_id=operation.remote_id).gone_at is None


def test_what_was_revoked_elsewhere_is_gone(want, send, sub):
    keeping.read(sub)
    keeping.keep(sub.pk, [], timezone.now())
    assert sub.api_secrets.get().gone_at
