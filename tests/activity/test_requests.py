"""Asking for a missing right on the page that names it, and answering."""

import pytest
from django.core import mail
from django.urls import reverse

from audit.models import Entry
from teams import policy
from teams.capabilities import Capability
from teams.door.later import at_once
from teams.models import AccessRequest, Grant, Reach
from teams.services import granting, requests
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db
State = AccessRequest.State
RENAME = Capability.ACCOUNT_RENAME
KEY = "aaaa0001"


@pytest.fixture
def ada(join, accounts):
    """A customer who looks at one account."""
    return join("ada", preset="customer_viewer", scope="selected", accounts=[accounts[KEY]])


@pytest.fixture
def administrator(join):
    return join("grace", preset="administrator", scope="all", may_pass_on=True)


@pytest.fixture
def send(client, workspace, django_capture_on_commit_callbacks):
    """Post a form as somebody, and let the mails go."""

    def post(person, name: str, *args, **given):
        client.force_login(getattr(person, "user", person))
        address = reverse(f"team:{name}", args=[workspace.slug, *args])
        with at_once(), django_capture_on_commit_callbacks(execute=True):
            return client.post(address, given)

    return post


@pytest.fixture
def wish(ada, accounts, actor_of):
    """A request to rename the account."""
    return requests.ask(actor_of(ada), capability=RENAME, account=accounts[KEY], note="A typo.")


def waits_for(person, actor_of) -> list[int]:
    return [each.pk for each in requests.answerable(actor_of(person))]


def test_refusing_page_offers_to_ask_and_then_says_that_it_was_done(ada, browse, send, workspace):
    page = browse(ada, "activity").content.decode()
    assert "Ask for it" in page
    assert 'value="audit.view"' in page
    answer = send(ada, "requests", capability="audit.view", note="To see who did what.")
    assert answer.status_code == 303
    page = browse(ada, "activity").content.decode()
    assert "Ask for it" not in page
    assert "You asked for it on" in page


def test_page_about_an_account_asks_for_that_account(ada, accounts, rf, actor_of, workspace):
    from dashboard.views.errors import forbidden

    actor = actor_of(ada)
    with pytest.raises(policy.MissingCapabilityError) as refusal:
        policy.require(actor, RENAME, accounts[KEY])
    request = rf.get("/")
    request.actor, request.user = actor, ada.user
    page = forbidden(request, refusal.value).content.decode()
    assert f'name="account" value="{KEY}"' in page
    assert "on <bdi>Customer 1</bdi>" in page
    entry = Entry.objects.named(["access:right:deny"]).get()
    assert entry.account_id == accounts[KEY].pk


def test_nobody_asks_who_owns_the_workspace_or_looks_with_other_eyes(owner, ada, client, actor):
    assert requests.asking_for(actor, capability=RENAME) is None
    client.force_login(owner)
    session = client.session
    session["view_as"] = {"workspace": ada.workspace_id, "member": ada.pk}
    session.save()
    page = client.get(reverse("activity", args=[ada.workspace.slug]))
    assert page.status_code == 403
    assert b"Ask for it" not in page.content


def test_wish_is_kept_written_down_and_sent_to_those_who_may_answer(
    ada, administrator, join, accounts, send, owner
):
    join("finance", preset="finance")
    answer = send(ada, "requests", capability=RENAME, account=KEY, note="See https://evil.example")
    wish = AccessRequest.objects.get()
    assert answer.headers["Location"] == reverse("team:requests", args=[ada.workspace.slug])
    assert (wish.member, wish.account, wish.capability) == (ada, accounts[KEY], "account.rename")
    entry = Entry.objects.named(["access:request:ask"]).get()
    assert (entry.actor_label, entry.account_id) == ("ada", accounts[KEY].pk)
    assert entry.new == {"capability": "account.rename"}
    assert sorted(to for each in mail.outbox for to in each.to) == [
        "grace@example.com",
        "owner@example.com",
    ]
    assert "rename accounts: Customer 1 (aaaa0001)" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"capability": "account.view"}, 422),
        ({"capability": "account.view", "account": KEY}, 422),
        ({"capability": "nonsense"}, 422),
        ({}, 422),
        ({"capability": "account.rename", "note": "x" * 301}, 422),
        ({"capability": "account.rename", "account": "aaaa0002"}, 404),
        ({"capability": "account.rename", "account": "ffffffff"}, 404),
    ],
)
def test_wish_that_makes_no_sense_is_refused(given, status, ada, send):
    assert send(ada, "requests", **given).status_code == status
    assert not AccessRequest.objects.exists()
    assert mail.outbox == []


def test_same_is_asked_for_once(ada, send):
    assert send(ada, "requests", capability="account.rename", account=KEY).status_code == 303
    again = send(ada, "requests", capability="account.rename", account=KEY)
    assert again.status_code == 422
    assert b"nobody has answered yet" in again.content
    assert send(ada, "requests", capability="account.rename").status_code == 303
    assert send(ada, "requests", capability="account.rename").status_code == 422
    assert AccessRequest.objects.count() == 2


def test_many_rights_are_asked_for_on_many_days(ada, send, monkeypatch):
    monkeypatch.setattr(requests, "MOST_A_DAY", 2)
    codes = ["account.rename", "account.tag", "account.suspend"]
    assert [send(ada, "requests", capability=code).status_code for code in codes] == [
        303,
        303,
        422,
    ]


def test_strangers_neither_ask_nor_see(stranger, send, browse, wish):
    assert send(stranger, "requests", capability="account.rename").status_code == 404
    assert browse(stranger, "team:requests").status_code == 404
    assert send(stranger, "decline_request", wish.pk, answer="No.").status_code == 404


def test_only_those_who_may_give_it_there_see_a_wish(
    wish, ada, administrator, join, accounts, actor_of, actor, browse
):
    """TEAM_MANAGE, the right itself to pass on, on that account, and nobody above oneself."""
    here, there = [accounts[KEY]], [accounts["aaaa0002"]]
    passing = {"may_pass_on": True, "preset": "administrator"}
    may = [administrator, join("subs", scope="subaccounts", **passing)]
    may.append(join("here", scope="selected", accounts=here, **passing))
    may_not = [
        ada,
        join("there", scope="selected", accounts=there, **passing),
        join("holds", preset="administrator"),
        join("access", preset="access_administrator", may_pass_on=False),
        join(
            "customer", scope="selected", accounts=here, preset="customer_admin", may_pass_on=True
        ),
        join("finance", preset="finance", may_pass_on=True),
    ]
    assert [waits_for(each, actor_of) for each in may] == [[wish.pk]] * len(may)
    assert [waits_for(each, actor_of) for each in may_not] == [[]] * len(may_not)
    assert [each.pk for each in requests.answerable(actor)] == [wish.pk]
    assert b"A typo." in browse(administrator, "team:requests").content
    for each in may_not[1:]:
        assert b"A typo." not in browse(each, "team:requests").content
    assert b"A typo." in browse(ada, "team:requests").content


def test_wish_of_somebody_above_is_not_answered(join, accounts, actor_of):
    boss = join("boss", preset="auditor")
    wish = requests.ask(actor_of(boss), capability=RENAME)
    narrow = join(
        "narrow",
        preset="administrator",
        scope="selected",
        accounts=[accounts[KEY]],
        may_pass_on=True,
    )
    wide = join("wide", preset="administrator", may_pass_on=True)
    assert waits_for(narrow, actor_of) == []
    assert waits_for(wide, actor_of) == [wish.pk]


def test_own_wish_is_not_answered_by_oneself(administrator, actor_of, workspace, role):
    Grant.objects.filter(member=administrator).update(
        preset="", role=role("account.view", "team.manage", "team.view")
    )
    requests.ask(actor_of(administrator), capability=RENAME)
    assert waits_for(administrator, actor_of) == []


def test_declining_takes_a_sentence_and_tells_the_asker(wish, ada, administrator, send, browse):
    assert send(administrator, "decline_request", wish.pk, answer=" ").status_code == 422
    wish.refresh_from_db()
    assert wish.state == State.OPEN
    answer = send(administrator, "decline_request", wish.pk, answer="Ask Support instead.")
    assert answer.status_code == 303
    wish.refresh_from_db()
    assert (wish.state, wish.answered_by) == (State.DECLINED, administrator.user)
    entry = Entry.objects.named(["access:request:answer"]).get()
    assert entry.new == {"capability": "account.rename", "answer": "declined"}
    assert (entry.actor_label, entry.target_label) == ("grace", "ada")
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.com"]
    assert "Ask Support instead." in sent.body
    assert "grace" not in sent.body
    page = browse(ada, "team:requests").content.decode()
    assert "Ask Support instead." in page
    assert "grace" not in page


def test_wish_is_answered_once(wish, administrator, send):
    assert send(administrator, "decline_request", wish.pk, answer="No.").status_code == 303
    assert send(administrator, "decline_request", wish.pk, answer="No.").status_code == 404
    assert len(mail.outbox) == 1


def test_who_may_not_answer_finds_nothing_to_decline(wish, join, accounts, send, ada):
    there = [accounts["aaaa0002"]]
    other = join(
        "there", preset="administrator", scope="selected", accounts=there, may_pass_on=True
    )
    assert send(other, "decline_request", wish.pk, answer="No.").status_code == 404
    assert send(ada, "decline_request", wish.pk, answer="Yes.").status_code == 403
    wish.refresh_from_db()
    assert wish.state == State.OPEN


def give(actor, member, preset: str, *accounts, **terms):
    ids = frozenset(each.pk for each in accounts)
    scope = "selected" if accounts else "subaccounts"
    terms = Terms(preset=preset, scope=scope, account_ids=ids, **terms)
    return granting.give(actor, member=member, terms=terms)


@pytest.mark.parametrize(
    ("preset", "keys", "state"),
    [
        ("operator", [KEY], State.GRANTED),
        ("operator", [], State.GRANTED),
        ("operator", ["aaaa0002"], State.OPEN),
        ("support", [KEY], State.OPEN),
    ],
)
def test_grant_that_gives_the_right_answers_the_wish(
    preset, keys, state, wish, ada, actor, accounts, django_capture_on_commit_callbacks
):
    with at_once(), django_capture_on_commit_callbacks(execute=True):
        give(actor, ada, preset, *(accounts[key] for key in keys))
    wish.refresh_from_db()
    assert wish.state == state
    answered = Entry.objects.named(["access:request:answer"])
    assert answered.count() == len(mail.outbox) == (state == State.GRANTED)
    if answered:
        assert answered.get().new["answer"] == "granted"
        assert "You have it now." in mail.outbox[0].body


def test_changed_grant_answers_the_wish_too(wish, ada, actor, accounts):
    grant = give(actor, ada, "support", accounts[KEY])
    terms = Terms(preset="operator", scope="selected", account_ids=frozenset([accounts[KEY].pk]))
    granting.change(actor, grant=grant, terms=terms)
    wish.refresh_from_db()
    assert wish.state == State.GRANTED


def test_right_in_the_workspace_is_given_whatever_the_accounts(ada, actor, actor_of, accounts):
    wish = requests.ask(actor_of(ada), capability=Capability.TEAM_INVITE, account=accounts[KEY])
    give(actor, ada, "access_administrator", accounts["aaaa0003"])
    wish.refresh_from_db()
    assert wish.state == State.GRANTED


def test_refused_grant_leaves_the_wish_open(wish, ada, join, actor_of, accounts):
    from teams.ceilings import CeilingError

    weak = join("weak", preset="access_administrator", may_pass_on=True)
    with pytest.raises(CeilingError):
        give(actor_of(weak), ada, "operator", accounts[KEY])
    wish.refresh_from_db()
    assert wish.state == State.OPEN
    assert not Entry.objects.named(["access:request:answer"]).exists()


def test_list_leads_to_the_form_of_the_grant(wish, browse, owner, ada):
    page = browse(owner, "team:requests").content.decode()
    give_page = reverse("team:give", args=[ada.workspace.slug, ada.pk])
    assert f"{give_page}?capability=account.rename&amp;account={KEY}" in page


@pytest.mark.parametrize("who", ["owner", "administrator"])
def test_cost_of_the_list_does_not_grow(
    who, owner, administrator, browse, client, join, accounts, actor_of, workspace
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browse({"owner": owner, "administrator": administrator}[who], "team:requests")
    costs = []
    for round_ in range(2):
        for number in range(1 + 6 * round_):
            preset = {"preset": "customer_viewer", "scope": "selected"}
            member = join(f"m{round_}{number}", accounts=[accounts[KEY]], **preset)
            requests.ask(actor_of(member), capability=RENAME, account=accounts[KEY])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("team:requests", args=[workspace.slug]))
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_suspended_member_waits(wish, ada, administrator, actor_of):
    from django.utils import timezone

    type(ada).objects.filter(pk=ada.pk).update(suspended_at=timezone.now())
    assert waits_for(administrator, actor_of) == []


@pytest.fixture
def denied(browse, ada):
    def go(name: str = "activity"):
        assert browse(ada, name).status_code == 403
        return Entry.objects.named(["access:right:deny"]).count()

    return go


def test_tries_in_a_row_are_one_entry_a_minute(denied, monkeypatch):
    from datetime import timedelta

    from django.utils import timezone

    assert [denied(), denied(), denied("accounts:connect"), denied("accounts:connect")] == [
        1,
        1,
        2,
        2,
    ]
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr("audit.seldom.timezone.now", lambda: later)
    assert denied() == 3


def test_everybody_has_entries_of_their_own(denied, browse, join):
    denied()
    browse(join("bob", preset="support"), "activity")
    assert denied() == 2


def test_own_wish_does_not_name_an_account_that_is_out_of_sight_now(wish, ada, browse, accounts):
    name = str(accounts[KEY])
    assert name in browse(ada, "team:requests").content.decode()
    Grant.objects.filter(member=ada).delete()
    Reach.objects.filter(member=ada).delete()
    page = browse(ada, "team:requests").content.decode()
    assert name not in page
    assert "an account" in page
