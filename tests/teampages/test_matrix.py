"""The access matrix says what the judge says, on the page and in the file."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import matrix
from accounts.matrix import Wanted
from accounts.models import Account
from audit.models import Entry
from teams import policy, roster
from teams.effective import ACCOUNT_GROUPS
from teams.levels import GROUPS
from teams.models import Grant, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(scene):
    scene.fill(10)
    pilot = scene.tag("pilot", scene.accounts[2:8])
    made = [scene.member(name) for name in ("all", "few", "late", "mixed", "out", "over", "sub")]
    everybody, few, late, mixed, out, over, sub = made
    scene.give(everybody, "auditor", "all")
    scene.give(few, "operator", "selected", accounts=scene.accounts[0:3])
    scene.give(late, "operator", "all", starts_at=timezone.now() + timedelta(days=1))
    scene.give(mixed, "support", "subaccounts")
    scene.give(mixed, "finance", "tag", tag=pilot)
    scene.give(mixed, "developer", "selected", accounts=scene.accounts[6:10])
    scene.give(out, "administrator", "all")
    Member.objects.filter(pk=out.pk).update(suspended_at=timezone.now())
    ended = scene.give(over, "administrator", "all")
    Grant.objects.filter(pk=ended.pk).update(ends_at=timezone.now())
    scene.give(sub, "analyst", "subaccounts")
    return {each.user.username: Member.objects.get(pk=each.pk) for each in made}


def table(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("group", [each.code for each in ACCOUNT_GROUPS])
def test_each_cell_is_what_the_judge_says(group, scene, team):
    found = matrix.page(scene.actor, Wanted(group=group))
    assert [each.user.username for each in found.people.rows] == sorted(team)
    assert len(found.rows) == 16
    for member, column in zip(found.people.rows, range(7), strict=True):
        actor = policy.actor_of(team[member.user.username])
        for row in found.rows:
            judged = GROUPS[group].level_in(policy.held_on(actor, row.account))
            assert row.levels[column] == judged


def test_the_file_says_what_the_page_says(scene, team, monkeypatch):
    monkeypatch.setattr(matrix, "CHUNK", 5)
    url = reverse("accounts:export_matrix", args=[scene.slug])
    answer = scene.browser().post(url, {"group": "transfers"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="access-harbour-')
    head, *lines = table(answer)
    assert head == ["API key", "Account", "owner", *sorted(team)]
    found = matrix.page(scene.actor, Wanted(group="transfers"))
    assert lines == [
        [row.account.api_key, row.account.name, "manage", *row.levels] for row in found.rows
    ]
    assert Entry.objects.get(event="workspace:export:make").new["group"] == "transfers"


def test_the_file_is_made_by_a_post_alone(scene, team):
    url = reverse("accounts:export_matrix", args=[scene.slug])
    assert scene.browser().get(url).status_code == 405
    assert not Entry.objects.filter(event="workspace:export:make").exists()


def test_names_are_no_formulas_in_the_file(scene):
    Account.objects.filter(api_key="00000001").update(name='=HYPERLINK("http://evil")')
    scene.member("@sum")
    _, *lines = table(scene.browser().post(reverse("accounts:export_matrix", args=[scene.slug])))
    names = {line[0]: line[1] for line in lines}
    assert names["00000001"].startswith("'=HYPERLINK")


@pytest.mark.parametrize("few", [0, 1_000])
def test_the_matrix_is_narrowed(few, scene, team, monkeypatch):
    monkeypatch.setattr("accounts.search.FEW", few)
    tag = scene.workspace.tags.get()
    found = matrix.page(scene.actor, Wanted(q="customer 00", person="mixed", tag=tag.pk))
    assert [row.account.api_key for row in found.rows] == [f"{n:08x}" for n in range(2, 8)]
    assert [each.user.username for each in found.people.rows] == ["mixed"]
    assert found.owner is None


def test_both_ways_are_paged(scene, monkeypatch):
    monkeypatch.setattr(matrix, "ROWS", 4)
    monkeypatch.setattr(matrix, "COLUMNS", 3)
    for name in "abcdefgh":
        scene.member(name)
    scene.fill(5)
    browser, url = scene.browser(), reverse("accounts:matrix", args=[scene.slug])
    people, accounts = [], []
    while url:
        answer = browser.get(url)
        people += [each.user.username for each in answer.context["matrix"].people.rows]
        url = answer.context["across"]["next_url"]
    last = answer
    url = reverse("accounts:matrix", args=[scene.slug])
    while url:
        answer = browser.get(url)
        accounts += [row.account.api_key for row in answer.context["matrix"].rows]
        url = answer.context["page"]["next_url"]
    assert people == list("abcdefgh")
    assert accounts == [each.api_key for each in scene.accounts]
    down = browser.get(last.context["page"]["next_url"])
    assert [each.user.username for each in down.context["matrix"].people.rows] == ["g", "h"]
    assert down.context["matrix"].rows[0].account.api_key == "00000004"


def test_a_member_sees_a_part_of_it(scene, team):
    boss = scene.member("boss")
    scene.give(boss, "customer_admin", "selected", accounts=scene.accounts[1:3])
    small = scene.member("small")
    scene.give(small, "customer_viewer", "selected", accounts=scene.accounts[2:3])
    browser = scene.browser(boss)
    found = browser.get(reverse("accounts:matrix", args=[scene.slug])).context["matrix"]
    assert [row.account.api_key for row in found.rows] == ["00000001", "00000002"]
    assert [each.user.username for each in found.people.rows] == ["boss", "small"]
    assert found.owner is None
    head, *lines = table(browser.post(reverse("accounts:export_matrix", args=[scene.slug])))
    assert head == ["API key", "Account", "boss", "small"]
    assert [line[0] for line in lines] == ["00000001", "00000002"]
    assert [line[-1] for line in lines] == ["none", "view"]


def test_who_can_do_what_here_names_the_reason(scene, team):
    url = reverse("accounts:people", args=[scene.slug, "00000002"])
    answer = scene.browser().get(url, {"group": "transfers"})
    told = {x.holder.user.username: (x.right.level, x.why) for x in answer.context["lines"]}
    assert told["owner"] == ("manage", ["Primary user of the workspace"])
    assert told["few"] == ("manage", ["Operator on 3 selected accounts"])
    assert told["mixed"] == ("manage", ["Finance on accounts tagged pilot"])
    assert told["all"] == ("view", ["Auditor on all accounts"])
    assert set(told) == {"owner", "few", "mixed", "all"}


@pytest.mark.parametrize("index", [0, 1, 2, 7, 12])
def test_who_can_do_what_here_is_what_the_judge_says(index, scene, team):
    account = scene.accounts[index]
    url = reverse("accounts:people", args=[scene.slug, account.api_key])
    for group in ACCOUNT_GROUPS:
        answer = scene.browser().get(url, {"group": group.code})
        told = {x.holder.user.username: x.right.level for x in answer.context["lines"]}
        for name, member in team.items():
            judged = group.level_in(policy.held_on(policy.actor_of(member), account))
            assert told.get(name, "none") == judged, (group.code, name)


def test_who_can_is_asked_of_visible_accounts_only(scene, team):
    boss = scene.member("boss")
    scene.give(boss, "customer_admin", "selected", accounts=scene.accounts[1:3])
    url = reverse("accounts:people", args=[scene.slug, "00000005"])
    assert scene.browser(boss).get(url).status_code == 404
    assert scene.browser(boss).get(url.replace("00000005", "ffffffff")).status_code == 404


def test_accounts_of_members_are_what_the_judge_says(scene, team):
    for member in team.values():
        url = reverse("accounts:of_member", args=[scene.slug, member.pk])
        rows = {each.api_key: each for each in scene.browser().get(url).context["rows"]}
        actor = policy.actor_of(member)
        for account in scene.accounts:
            held = policy.held_on(actor, account)
            levels = {x.code: x.level_in(held) for x in ACCOUNT_GROUPS if x.whole & held}
            row = rows.get(account.api_key)
            told = {x.group.code: x.level for x in row.rights} if row else {}
            assert told == levels


def test_holdings_beside_members_are_those_of_the_judge(scene, team):
    members = roster.with_holdings(roster.visible_members(scene.actor))
    for member in members:
        judged = policy.actor_of(team[member.user.username]).holdings
        assert sorted(roster.holdings(member), key=str) == sorted(judged, key=str)
