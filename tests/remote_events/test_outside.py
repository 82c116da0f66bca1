"""What changed, and what was moved, without us: told from what we asked for, and put back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account, Observation
from operations.models import Operation
from operations.services import asking
from operations.states import State
from remote_events import moved, outside
from subaccounts.models import RemoteTransfer
from subaccounts.services import books
from tests.activity.conftest import join, role  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def done(actor, sub, send):
    """Ask for a change and let Vonage do it."""

    def ask(kind, account=sub, **wanted):
        token = f"{kind}-{timezone.now().timestamp()}"
        drafted = asking.draft(actor, kind=kind, form_token=token, account=account, wanted=wanted)
        operation = send(asking.confirm(actor, drafted))
        assert operation.state == State.SUCCEEDED
        return operation

    return ask


@pytest.fixture
def see(sub):
    """Note that the mirror saw a change, so many minutes from now."""

    def note(kind, minutes=0.0, account=sub, **fields):
        at = timezone.now() + timedelta(minutes=minutes)
        values = {"workspace_id": account.workspace_id, "account": account, "at": at, "kind": kind}
        return Observation.objects.create(**values, **fields)

    return note


def kinds(actor) -> list[str]:
    return [each.seen.kind for each in outside.page(actor).changes]


def test_what_happened_at_vonage_is_seen_with_what_it_recorded(
    vonage, harbour, read, actor, sub, happen, round_of, workspace
):
    Observation.objects.all().delete()
    vonage.state.rename(harbour, "Elsewhere Inn")
    vonage.state.suspend(harbour)
    happen("USER_STATUS", harbour, minutes=1)
    happen("USER_LOGIN", harbour, minutes=1)
    happen("USER_API_KEYS_UPDATE", vonage.api_key, minutes=1, accounts=[harbour])
    happen("APP_UPDATE", vonage.api_key, minutes=1)
    happen("APP_DELETE", harbour, minutes=40)
    assert read()
    round_of()
    renamed, suspended = outside.page(actor).changes
    assert {each.what for each in renamed.recorded} == {
        "User status updated",
        "Sub-accounts for user updated",
    }
    assert renamed.recorded[0].who == "mara@tessarine.example"
    assert renamed.recorded[0].where == "Customer dashboard"
    assert renamed.recorded[0].address == "192.0.2.44"
    assert renamed.back.url.endswith(f"/accounts/{harbour}/rename/?name=Harbour+Hotel")
    assert suspended.back.url.endswith(f"/accounts/{harbour}/resume/")


def test_what_we_asked_for_is_not_outside(done, see, actor, sub, primary):
    Observation.objects.all().delete()
    done("rename", name="Harbour Inn")
    done("suspension", suspended=True)
    made = done("create", None, name="Quay", shares_balance=True)
    see("renamed", 0.1, before="Harbour Hotel", after="Harbour Inn")
    see("suspended", 0.1)
    see("created", 1, account=made.account)
    assert kinds(actor) == []
    # A reading that began before the answer showed it as it was.
    see("renamed", -0.2, before="Harbour Inn", after="Harbour Hotel")
    see("resumed", -0.2)
    assert kinds(actor) == []


def test_what_somebody_else_did_at_about_the_same_time_is_outside(done, see, actor):
    Observation.objects.all().delete()
    see("renamed", -1, before="Harbour Inn", after="Harbour Hotel")  # and put back at once
    done("rename", name="Harbour Inn")
    see("renamed", 2, before="Harbour Inn", after="Pier")
    see("suspended", 2)
    see("renamed", 25, before="Pier", after="Harbour Inn")
    assert sorted(kinds(actor)) == ["renamed"] * 3 + ["suspended"]
    changes = outside.page(actor).changes
    assert [each.is_over for each in changes] == [False, True, True, True]
    assert [each.back for each in changes if each.is_over] == [None] * 3


def test_pages_follow_each_other(see, actor, sub, primary):
    Observation.objects.all().delete()
    at = timezone.now()
    made = [
        see(("renamed", "suspended", "resumed")[number % 3], account=(sub, primary)[number % 2])
        for number in range(12)
    ]
    Observation.objects.filter(pk__in=[each.pk for each in made[:6]]).update(at=at)
    whole = outside.ORDER.page(outside.changes_for(actor), "").rows
    assert len(whole) == 12
    for size in (5, 11):
        seen, older = [], ""
        while True:
            page = outside.ORDER.page(outside.changes_for(actor), older, size)
            seen += page.rows
            older = page.older
            if not older:
                break
        assert {each.pk for each in seen} == {each.pk for each in whole}
    early = "0001-01-01T00:00:00+14:00~a~b"
    for nonsense in ("x", "~~", "2026-01-01~a~b", early, "2026-01-01T00:00:00+00:00~\0~b", "~" * 9):
        assert len(outside.page(actor, nonsense).changes) == 12


def test_rights_decide_what_is_shown_and_put_back(
    see,
    sub,
    primary,
    join,  # noqa: F811 - fixtures
    role,  # noqa: F811
    client,
    workspace,
):
    Observation.objects.all().delete()
    see("renamed", before="Harbour Hotel <b>", after=sub.name)
    see("renamed", account=primary, before="Old main", after=primary.name)
    url = reverse("remote_events:changed_outside", args=[workspace.slug])

    def page(member):
        client.force_login(member.user)
        return client.get(url)

    narrow = join("ada", preset="operator", scope="selected", accounts=[sub])
    text = page(narrow).content.decode()
    assert "Harbour Hotel &lt;b&gt;" in text
    assert "Old main" not in text
    reader = role("audit.view", "account.view")
    text = page(join("bob", scope="all", role=reader)).content.decode()
    assert "Old main" in text
    assert "/rename/" not in text
    assert page(join("viewer", preset="customer_viewer")).status_code == 403
    blind = role("audit.all")
    text = page(join("eve", scope="all", role=blind)).content.decode()
    assert "Harbour Hotel &lt;b&gt;" in text
    assert f"/accounts/{sub.api_key}/" not in text


def test_number_of_queries_is_the_same_for_few_and_many(
    see, client, owner, workspace, round_of, happen, django_assert_max_num_queries
):
    client.force_login(owner)
    url = reverse("remote_events:changed_outside", args=[workspace.slug])
    client.get(url)
    costs = []
    for number in (1, 40):
        for each in range(number):
            see("suspended", -each)
        with django_assert_max_num_queries(12) as asked:
            assert client.get(url).status_code == 200
        costs.append(len(asked.captured_queries))
    assert costs[0] == costs[1]


def test_form_of_the_way_back_is_filled(client, owner, workspace, sub):
    client.force_login(owner)
    url = reverse("subaccounts:rename", args=[workspace.slug, sub.api_key])
    text = client.get(url, {"name": 'Old "name"'}).content.decode()
    assert 'value="Old &quot;name&quot;"' in text
    assert client.get(url, {"name": "x" * 9000}).status_code == 200


def test_transfer_made_elsewhere_leads_to_the_form_of_the_way_back(
    vonage,
    sub,
    primary,
    actor,
    workspace,
    client,
    owner,
    join,  # noqa: F811 - fixtures
    role,  # noqa: F811
):
    state = vonage.state
    state.transfer_balance(
        source=sub.api_key, target=primary.api_key, amount=Decimal("1.50"), reference=""
    )
    state.transfer_credit(
        source=primary.api_key, target=sub.api_key, amount=Decimal(2), reference=""
    )
    assert books.audit(workspace.pk)
    found = {each.transfer.kind: each for each in moved.page(actor).moves}
    assert "way=to" in found["balance"].back.url
    assert "amount=1.5" in found["balance"].back.url
    assert "way=from" in found["credit"].back.url
    client.force_login(owner)
    form = client.get(found["balance"].back.url).context["form"]
    assert form["account"].value() == sub.api_key
    url = reverse("remote_events:transfers_outside", args=[workspace.slug])
    text = client.get(url).content.decode()
    assert text.count("Move it back") == 2
    assert "as much went back" not in text
    drafted = asking.draft(
        actor,
        kind="balance_transfer",
        form_token="back",
        account=sub,
        from_key=primary.api_key,
        to_key=sub.api_key,
        amount=Decimal("1.50"),
    )
    asking.confirm(actor, drafted)
    text = client.get(url).content.decode()
    assert text.count("Move it back") == 2
    assert text.count("as much went back") == 1
    Operation.objects.update(state=State.CANCELLED)
    assert "as much went back" not in client.get(url).content.decode()
    state.transfer_credit(
        source=sub.api_key, target=primary.api_key, amount=Decimal(2), reference=""
    )
    assert books.audit(workspace.pk)
    credit = RemoteTransfer.objects.filter(kind="credit", to_key=sub.api_key)
    credit.update(created_at=timezone.now() - timedelta(minutes=1))
    went_back = {
        (each.transfer.kind, each.gives): each.went_back for each in moved.page(actor).moves
    }
    assert went_back == {
        ("balance", False): False,
        ("credit", True): True,
        ("credit", False): False,
    }
    seeing = role("transfer.view", "account.view")
    member = join("ada", scope="selected", accounts=[sub], role=seeing)
    client.force_login(member.user)
    text = client.get(url).content.decode()
    assert "1.50" in text
    assert "Move it back" not in text
    assert "activity/" not in text
    assert Account.objects.count() == 2
