"""The form, the preview and the change, with nothing but a browser that knows no script."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from audit.models import Entry
from teams import policy
from teams.capabilities import Capability
from teams.models import Grant

pytestmark = pytest.mark.django_db

FORM = {"role": "preset:operator", "scope": "subaccounts", "step": "preview"}


@pytest.fixture
def ann(scene):
    return scene.member("ann")


@pytest.fixture
def give_url(scene, ann):
    return reverse("team:give", args=[scene.slug, ann.pk])


def hidden(answer) -> dict[str, str]:
    """Return what the preview sends again."""
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode())
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}


def test_the_mission_with_nothing_but_the_pages(scene, ann, give_url):
    pilot = scene.tag("pilot", scene.accounts[1:3])
    friday = timezone.localtime() + timedelta(days=4)
    typed = {
        "role": "preset:operator",
        "scope": "tag",
        "tag": pilot.pk,
        "per_day": "50",
        "ends_at": f"{friday:%Y-%m-%d}T23:59",
        "step": "preview",
    }
    browser = scene.browser()
    shown = browser.post(give_url, typed)
    assert shown.status_code == 200
    assert not Grant.objects.exists()
    said = shown.content.decode().replace("\N{NO-BREAK SPACE}", "")
    assert "Operator on accounts tagged pilot, at most €50 a day, until " in said
    assert "Comes to see 2 accounts" in said
    given = browser.post(give_url, {**hidden(shown), "step": "give"})
    assert given.status_code == 303
    done = browser.get(given.headers["Location"])
    assert "at most €50 a day" in done.content.decode().replace("\N{NO-BREAK SPACE}", "")
    seen = Account.objects.visible_to(policy.actor_of(ann), Capability.TRANSFER_BALANCE_GIVE)
    assert {each.api_key for each in seen} == {"00000001", "00000002"}
    assert Entry.objects.get(event="member:grant:give").target_label == "ann"


def test_who_looks_after_the_pilots_moves_fifty_a_day_there_and_nothing_else(scene, ann, give_url):
    pilot = scene.tag("pilot", scene.accounts[1:3])
    typed = {
        **FORM,
        "scope": "tag",
        "tag": pilot.pk,
        "per_day": "50",
        "with_primary": "on",
    }
    browser = scene.browser()
    shown = browser.post(give_url, typed)
    said = shown.content.decode().replace("\N{NO-BREAK SPACE}", "")
    assert "with money from and to the primary account, at most €50 a day" in said
    browser.post(give_url, {**hidden(shown), "step": "give"})
    hers = scene.browser(ann)
    new = f"/w/{scene.slug}/transfers/new/"
    page = hers.get(new).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    form = {"kind": "balance_transfer", "way": "to", "token": token}

    def ask(account, amount):
        return hers.post(new, {**form, "account": account, "amount": amount})

    assert ask("00000003", "10").status_code == 422, "it does not exist for her"
    assert "at most €\N{NO-BREAK SPACE}50" in ask("00000001", "50.01").content.decode()
    drafted = ask("00000001", "50")
    assert drafted.status_code == 303
    asked = hers.post(drafted.headers["Location"])
    assert asked.headers["Location"].startswith(f"/w/{scene.slug}/operations/")
    token = re.search(r'name="token" value="([^"]+)"', hers.get(new).content.decode())[1]
    answer = hers.post(new, {**form, "token": token, "account": "00000002", "amount": "0.01"})
    assert "€\N{NO-BREAK SPACE}0 is left" in answer.content.decode()
    assert hers.get(f"/w/{scene.slug}/accounts/00000000/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"role": "preset:support"}, "This role moves no money."),
        ({"scope": "all"}, "The primary account is among all accounts already."),
    ],
)
def test_money_with_the_primary_account_makes_sense_or_is_refused(
    scene, give_url, changes, sentence
):
    answer = scene.browser().post(give_url, {**FORM, "with_primary": "on", **changes})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_the_way_back_keeps_what_was_typed(scene, give_url):
    browser = scene.browser()
    typed = {**FORM, "per_day": "12.5", "may_pass_on": "on", "reason": 'why "so"'}
    shown = browser.post(give_url, typed)
    back = browser.post(give_url, {**hidden(shown), "step": "form"})
    form = back.context["form"]
    assert back.status_code == 200
    assert not form.errors
    assert form["per_day"].value() == "12.5"
    assert form["may_pass_on"].value() == "on"
    assert 'value="why &quot;so&quot;"' in back.content.decode()
    assert not Grant.objects.exists()


@pytest.mark.parametrize("step", ["preview", "give", "", "nonsense"])
def test_what_makes_no_sense_is_said_beside_the_form(step, scene, give_url):
    answer = scene.browser().post(give_url, {"role": "preset:king", "scope": "tag", "step": step})
    assert answer.status_code == 422
    assert {"role", "tag"} <= set(answer.context["form"].errors)
    assert not Grant.objects.exists()


def test_only_the_word_give_gives(scene, give_url):
    assert scene.browser().post(give_url, {**FORM, "step": "anything"}).status_code == 200
    assert not Grant.objects.exists()


@pytest.mark.parametrize("step", ["preview", "give"])
def test_a_ceiling_is_explained_beside_the_form(step, scene, give_url):
    helper = scene.member("helper")
    scene.give(helper, "access_administrator", "all", may_pass_on=True)
    answer = scene.browser(helper).post(give_url, {**FORM, "step": step})
    assert answer.status_code == 422
    assert "You cannot pass this on there: " in answer.content.decode()
    assert not Grant.objects.filter(member__user__username="ann").exists()


def test_a_grant_is_changed_and_ended(scene, ann):
    grant = scene.give(ann, "support", "subaccounts")
    browser = scene.browser()
    url = reverse("team:change_grant", args=[scene.slug, ann.pk, grant.pk])
    assert browser.get(url).context["form"]["role"].value() == "preset:support"
    shown = browser.post(url, {**FORM, "role": "preset:analyst"})
    assert "Support on all subaccounts" in shown.content.decode()
    assert "Analyst on all subaccounts" in shown.content.decode()
    assert browser.post(url, {**hidden(shown), "step": "give"}).status_code == 303
    assert Grant.objects.get().preset == "analyst"
    end = reverse("team:end_grant", args=[scene.slug, ann.pk, grant.pk])
    assert "No longer sees 5 accounts" in browser.get(end).content.decode()
    assert Grant.objects.exists()
    assert browser.post(end, {"reason": "over"}).status_code == 303
    assert not Grant.objects.exists()
    assert Entry.objects.get(event="member:grant:end").reason == "over"


def test_nobody_changes_their_own_access(scene):
    chief = scene.member("chief")
    own = scene.give(chief, "administrator", "all", may_pass_on=True)
    browser = scene.browser(chief)
    urls = [
        reverse("team:give", args=[scene.slug, chief.pk]),
        reverse("team:change_grant", args=[scene.slug, chief.pk, own.pk]),
        reverse("team:end_grant", args=[scene.slug, chief.pk, own.pk]),
    ]
    for url in urls:
        answer = browser.get(url)
        assert answer.status_code == 403
        assert "Nobody changes their own access" in answer.content.decode()
        assert browser.post(url, {**FORM, "step": "give"}).status_code == 403
    assert Grant.objects.count() == 1
    page = browser.get(reverse("team:member", args=[scene.slug, chief.pk])).content.decode()
    assert urls[0] not in page


def test_a_link_may_ask_for_an_account_and_a_right(scene, give_url):
    answer = scene.browser().get(give_url, {"account": "00000002", "capability": "report.run"})
    form = answer.context["form"]
    assert form["accounts"].value() == "00000002"
    assert form["scope"].value() == "selected"
    assert form["role"].value() == "preset:analyst"
    odd = scene.browser().get(give_url, {"capability": "nonsense", "account": "<b>"})
    assert odd.status_code == 200
    assert b"<b>" not in odd.content.partition(b"<main")[2].partition(b"terms")[2]


def test_a_grant_of_another_member_is_not_there(scene, ann):
    bob = scene.member("bob")
    grant = scene.give(bob, "support", "all")
    browser = scene.browser()
    for name in ("change_grant", "end_grant"):
        url = reverse(f"team:{name}", args=[scene.slug, ann.pk, grant.pk])
        assert browser.get(url).status_code == 404
        assert browser.post(url).status_code == 404
    assert Grant.objects.count() == 1


def test_a_member_has_no_more_grants_than_bits(scene, ann, give_url):
    Grant.objects.bulk_create(
        Grant(member=ann, place=place, preset="support", scope="all") for place in range(Grant.MOST)
    )
    answer = scene.browser().post(give_url, {**FORM, "step": "give"})
    assert answer.status_code == 422
    assert "Nobody has more than 62 grants" in answer.content.decode()
