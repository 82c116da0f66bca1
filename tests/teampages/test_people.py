"""The list of people, a member's page, and what is on neither."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from teams.models import Grant, Member, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(scene):
    """Two customers with an administrator each, a viewer, and somebody above them all."""
    members = {name: scene.member(name) for name in ("anna", "zoe", "viewer", "chief", "nobody")}
    scene.give(members["anna"], "customer_admin", "selected", accounts=scene.accounts[1:3])
    scene.give(members["zoe"], "customer_admin", "selected", accounts=scene.accounts[3:5])
    scene.give(members["viewer"], "customer_viewer", "selected", accounts=scene.accounts[1:2])
    scene.give(members["chief"], "administrator", "all", may_pass_on=True)
    return members


def shown(browser, scene, query="") -> list[str]:
    answer = browser.get(reverse("team:team", args=[scene.slug]) + query)
    assert answer.status_code == 200
    return [each.user.username for each in answer.context["people"]]


def test_the_primary_user_comes_first_and_sees_everybody(scene, team):
    assert shown(scene.browser(), scene) == ["owner", "anna", "chief", "nobody", "viewer", "zoe"]


def test_people_see_nobody_who_holds_more(scene, team):
    assert shown(scene.browser(team["anna"]), scene) == ["anna", "viewer"]
    assert shown(scene.browser(team["chief"]), scene)[0] == "owner"


def test_who_may_not_see_the_team_finds_no_page(scene, team):
    browser = scene.browser(team["viewer"])
    for name in ("team:team", "team:roles", "accounts:matrix"):
        answer = browser.get(reverse(name, args=[scene.slug]))
        assert answer.status_code == 403
        assert b"team.view" in answer.content
    page = browser.get(reverse("accounts:list", args=[scene.slug])).content.decode()
    assert f'href="{reverse("team:team", args=[scene.slug])}"' not in page


def test_people_above_are_on_no_page_of_the_team(scene, team):
    browser = scene.browser(team["anna"])
    Member.objects.filter(pk=team["zoe"].pk).update(suspended_at=timezone.now())
    key = scene.accounts[1].api_key
    pages = [
        reverse("team:team", args=[scene.slug]),
        reverse("team:preset", args=[scene.slug, "customer_admin"]),
        reverse("team:preset", args=[scene.slug, "administrator"]),
        reverse("accounts:matrix", args=[scene.slug]),
        reverse("accounts:people", args=[scene.slug, key]),
    ]
    for url in pages:
        text = browser.get(url).content.decode()
        for hidden in ("zoe", "chief", "owner", "Customer 003", "Customer 000"):
            assert hidden not in text, (url, hidden)
    for name in ("zoe", "chief"):
        for url in ("team:member", "accounts:of_member"):
            assert browser.get(reverse(url, args=[scene.slug, team[name].pk])).status_code == 404
    assert browser.get(reverse("team:member", args=[scene.slug, 10**30])).status_code == 404


def test_member_of_another_workspace_is_not_there(scene, team, stranger):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    foreign = Member.objects.create(workspace=other, user=team["anna"].user)
    for url in ("team:member", "accounts:of_member", "team:give"):
        address = reverse(url, args=[scene.slug, foreign.pk])
        assert scene.browser().get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=ZO", ["zoe"]),
        ("?q=anna@example.com", ["anna"]),
        ("?q=owner", ["owner"]),
        ("?q=%25", []),
        ("?state=suspended", ["zoe"]),
        ("?state=no_access", ["nobody"]),
        ("?state=no_factor", ["owner", "nobody"]),
        ("?role=customer_admin", ["anna", "zoe"]),
        ("?role=administrator&q=anna", []),
        ("?state=nonsense&role=king", ["owner", "anna", "chief", "nobody", "viewer", "zoe"]),
    ],
)
def test_the_list_is_narrowed(query, found, scene, team):
    Member.objects.filter(pk=team["zoe"].pk).update(suspended_at=timezone.now())
    User.objects.filter(username="nobody").update(has_second_factor=False)
    assert shown(scene.browser(), scene, query) == found


def test_pages_of_people_follow_each_other(scene):
    users = User.objects.bulk_create(
        User(username=f"Person{n:03d}", email=f"{n}@example.com") for n in range(120)
    )
    Member.objects.bulk_create(Member(workspace=scene.workspace, user=each) for each in users)
    browser, url, seen, firsts = scene.browser(), reverse("team:team", args=[scene.slug]), [], []
    while url:
        answer = browser.get(url)
        page = [each.user.username for each in answer.context["people"]]
        seen, firsts = seen + page, [*firsts, page[0]]
        back, url = answer.context["page"]["previous_url"], answer.context["page"]["next_url"]
    assert seen == ["owner", *(f"Person{n:03d}" for n in range(120))]
    assert browser.get(back).context["people"][0].user.username == firsts[-2]


def test_a_page_cut_at_somebody_unknown_is_empty(scene, team):
    answer = scene.browser(team["anna"]).get(
        reverse("team:team", args=[scene.slug]), {"after": "chief"}
    )
    assert answer.context["people"] == []
    assert b"There is nobody on this page" in answer.content


def test_the_page_of_a_member_says_what_is_held_and_what_was(scene, team):
    ann = team["anna"]
    over = scene.give(ann, "finance", "all", reason="<b>once</b>")
    Grant.objects.filter(pk=over.pk).update(ends_at=timezone.now() - timedelta(hours=1))
    scene.give(ann, "support", "all", starts_at=timezone.now() + timedelta(days=1))
    answer = scene.browser().get(reverse("team:member", args=[scene.slug, ann.pk]))
    text = answer.content.decode()
    assert [each.state for each in answer.context["lines"]] == ["active", "ended", "to come"]
    assert "Customer admin on 2 selected accounts" in text
    assert "&lt;b&gt;once&lt;/b&gt;" in text
    assert "<b>once" not in text
    levels = {each.group.code: each.level for each in answer.context["on_accounts"]}
    assert levels["transfers"] == "view"
    assert {each.group.code for each in answer.context["in_workspace"]} == {"team"}


def test_what_is_over_is_not_shown_to_who_does_not_see_all(scene, team):
    over = scene.give(team["viewer"], "finance", "selected", accounts=scene.accounts[3:5])
    Grant.objects.filter(pk=over.pk).update(ends_at=timezone.now() - timedelta(hours=1))
    page = reverse("team:member", args=[scene.slug, team["viewer"].pk])
    assert b"Finance" in scene.browser().get(page).content
    assert b"Finance on" not in scene.browser(team["anna"]).get(page).content
    accounts = reverse("accounts:of_member", args=[scene.slug, team["viewer"].pk])
    listed = scene.browser(team["anna"]).get(accounts, {"grant": over.pk}).content
    assert b"Customer 003" not in listed


def test_who_is_locked_out_holds_nothing(scene, team):
    Member.objects.filter(pk=team["anna"].pk).update(suspended_at=timezone.now())
    answer = scene.browser().get(reverse("team:member", args=[scene.slug, team["anna"].pk]))
    assert answer.context["on_accounts"] == []
    assert "the person is locked out since" in answer.content.decode()
    rows = scene.browser().get(reverse("accounts:of_member", args=[scene.slug, team["anna"].pk]))
    assert rows.context["rows"] == []


def test_names_are_data(scene):
    odd = scene.member('"><img src=x onerror=alert(1)>')
    scene.give(odd, "support", "all")
    pages = [
        reverse("team:team", args=[scene.slug]),
        reverse("team:member", args=[scene.slug, odd.pk]),
        reverse("team:give", args=[scene.slug, odd.pk]),
        reverse("accounts:of_member", args=[scene.slug, odd.pk]),
        reverse("accounts:matrix", args=[scene.slug]),
        reverse("accounts:people", args=[scene.slug, "00000001"]),
        reverse("team:preset", args=[scene.slug, "support"]),
    ]
    for url in pages:
        answer = scene.browser().get(url)
        assert answer.status_code == 200
        assert b"<img src=x" not in answer.content


def test_a_member_without_grants_is_told_so(scene, team):
    text = scene.browser().get(reverse("team:member", args=[scene.slug, team["nobody"].pk]))
    assert b"No access yet" in text.content


def test_who_is_invited_stands_below_the_list(scene, team):
    scene.invite("guest@example.com", "administrator")
    url = reverse("team:team", args=[scene.slug])
    text = scene.browser().get(url).content.decode()
    assert "guest@example.com" in text
    assert "Administrator on all accounts" in text
    assert b"guest@example.com" not in scene.browser(team["anna"]).get(url).content


def test_a_team_of_one_is_asked_to_invite(scene):
    assert (
        b"You are alone here so far"
        in scene.browser().get(reverse("team:team", args=[scene.slug])).content
    )


def test_accounts_of_a_member_come_with_the_reason(scene, team):
    ann = team["anna"]
    tag = scene.tag("pilot", scene.accounts[2:4])
    by_tag = scene.give(ann, "operator", "tag", tag=tag)
    url = reverse("accounts:of_member", args=[scene.slug, ann.pk])
    rows = {each.api_key: each for each in scene.browser().get(url).context["rows"]}
    assert {key: [grant.role_name for grant in row.grants] for key, row in rows.items()} == {
        "00000001": ["Customer admin"],
        "00000002": ["Customer admin", "Operator"],
        "00000003": ["Operator"],
    }
    transfers = next(x for x in rows["00000002"].rights if x.group.code == "transfers")
    assert (transfers.level, [x.role_name for x in transfers.why]) == ("manage", ["Operator"])
    chosen = scene.browser().get(url, {"grant": by_tag.pk, "q": "customer 003"})
    assert [each.api_key for each in chosen.context["rows"]] == ["00000003"]
    htmx = scene.browser().get(url, headers={"HX-Request": "true"}).content
    assert b"<html" not in htmx
