"""Tags: defined, put on many accounts or none, taken off, and the list narrowed by them."""

import pytest
from django.urls import reverse

from accounts import tagged
from accounts.models import Account, AccountTag, Tag
from teams import policy
from teams.capabilities import Capability

pytestmark = pytest.mark.django_db


@pytest.fixture
def pilot(scene):
    return scene.tag("pilot", scene.accounts[1:3])


def url(scene, name: str, *args) -> str:
    return reverse(f"accounts:{name}", args=[scene.slug, *args])


def having(tag) -> list[str]:
    return sorted(AccountTag.objects.filter(tag=tag).values_list("account__api_key", flat=True))


def keys(*numbers: int) -> list[str]:
    return [f"{number:08x}" for number in numbers]


def test_a_tag_is_defined_once(scene):
    browser = scene.browser()
    assert browser.post(url(scene, "tags"), {"name": "pilot"}).status_code == 303
    twice = browser.post(url(scene, "tags"), {"name": "Pilot"})
    assert twice.status_code == 422
    assert "There is a tag of this name." in twice.content.decode()
    odd = browser.post(url(scene, "tags"), {"name": "<b>"})
    assert "Letters, digits, spaces" in odd.content.decode()
    assert [each.name for each in Tag.objects.all()] == ["pilot"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"account": keys(3, 4)}, keys(1, 2, 3, 4)),
        ({"typed": "Customer 003\r\n00000005"}, keys(1, 2, 3, 5)),
        ({"account": keys(2), "typed": "Customer 003"}, keys(1, 2, 3)),
        ({"all": "yes", "q": "customer 004"}, keys(1, 2, 4)),
        ({"all": "yes"}, keys(1, 2, 3, 4, 5)),
    ],
)
@pytest.mark.parametrize("few", [0, 1_000])
def test_a_tag_is_put_on_what_was_meant(few, given, expected, scene, pilot, monkeypatch):
    monkeypatch.setattr("accounts.search.FEW", few)
    answer = scene.browser().post(url(scene, "put_tag", pilot.pk), given)
    assert answer.status_code == 303
    assert having(pilot) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"account": keys(3, 99)}, "not there any more"),
        ({"account": keys(3), "typed": "Customer 003\nNobody"}, "There is no account with this"),
        ({"account": keys(0, 3)}, "The primary account has no tags"),
        ({"all": "yes", "q": "nothing like it"}, "No account fits any more"),
        ({}, "Choose an account at least"),
    ],
)
def test_one_that_cannot_be_changed_stops_all(given, said, scene, pilot):
    answer = scene.browser().post(url(scene, "put_tag", pilot.pk), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert having(pilot) == keys(1, 2)


def test_a_mixed_choice_is_refused_as_a_whole(scene, pilot):
    ann = scene.member("ann")
    scene.give(ann, "operator", "selected", accounts=scene.accounts[1:4])
    scene.give(ann, "support", "selected", accounts=scene.accounts[4:5])
    browser = scene.browser(ann)
    for given in ({"account": keys(3, 5)}, {"typed": "00000003\n00000005"}):
        answer = browser.post(url(scene, "put_tag", pilot.pk), given)
        assert answer.status_code == 422
        assert "Customer 005" not in answer.content.decode()
    answer = browser.post(url(scene, "put_tag", pilot.pk), {"account": keys(3, 4)})
    assert "You may not change the tags of Customer 004." in answer.content.decode()
    assert having(pilot) == keys(1, 2)
    answer = browser.post(url(scene, "put_tag", pilot.pk), {"all": "yes"})
    assert answer.status_code == 303
    assert having(pilot) == keys(1, 2, 3)


def test_a_tag_that_gives_others_more_than_one_may_give_is_explained(scene, pilot):
    ann, bob = scene.member("ann"), scene.member("bob")
    scene.give(ann, "operator", "subaccounts")
    scene.give(bob, "finance", "tag", tag=pilot)
    answer = scene.browser(ann).post(url(scene, "put_tag", pilot.pk), {"account": keys(3)})
    assert answer.status_code == 422
    assert "holds more than you do" in answer.content.decode()
    single = scene.browser(ann).post(url(scene, "account_tags", "00000003"), {"put": pilot.pk})
    assert single.status_code == 403
    assert "holds more than you do" in single.content.decode()
    assert having(pilot) == keys(1, 2)


def test_a_tag_is_taken_off_the_ticked_ones(scene, pilot):
    address = url(scene, "tag", pilot.pk)
    browser = scene.browser()
    assert [each.api_key for each in browser.get(address).context["accounts"]] == keys(1, 2)
    assert browser.post(address, {"account": keys(2)}).status_code == 303
    assert having(pilot) == keys(1)


def test_tags_of_one_account(scene, pilot):
    browser, address = scene.browser(), url(scene, "account_tags", "00000003")
    assert browser.post(address, {"put": pilot.pk}).status_code == 303
    assert having(pilot) == keys(1, 2, 3)
    page = browser.get(url(scene, "detail", "00000003")).content.decode()
    assert "Take off pilot" in page
    assert browser.post(address, {"take": pilot.pk}).status_code == 303
    assert having(pilot) == keys(1, 2)
    for given in ({"put": "x"}, {"put": 999}, {}, {"take": 10**30}):
        assert browser.post(address, given).status_code == 404
    assert (
        browser.post(url(scene, "account_tags", "00000000"), {"put": pilot.pk}).status_code == 403
    )


def test_tags_are_shown_to_who_sees_the_account_and_changed_by_who_may(scene, pilot):
    ann = scene.member("ann")
    scene.give(ann, "support", "selected", accounts=scene.accounts[1:2])
    browser = scene.browser(ann)
    page = browser.get(url(scene, "detail", "00000001")).content.decode()
    assert ">pilot<" in page
    assert "Take off" not in page
    address = url(scene, "account_tags", "00000001")
    assert browser.post(address, {"take": pilot.pk}).status_code == 403
    assert browser.get(url(scene, "put_tag", pilot.pk)).status_code == 403
    assert browser.post(url(scene, "tag", pilot.pk), {"account": keys(1)}).status_code == 403
    assert browser.post(url(scene, "tags"), {"name": "mine"}).status_code == 403
    assert browser.post(url(scene, "remove_tag", pilot.pk)).status_code == 403
    assert having(pilot) == keys(1, 2)


def test_tags_of_accounts_out_of_sight_do_not_exist(scene, pilot):
    secret = scene.tag("secret-project", scene.accounts[4:5])
    ann = scene.member("ann")
    scene.give(ann, "operator", "selected", accounts=scene.accounts[1:2])
    browser = scene.browser(ann)
    pages = [url(scene, "tags"), url(scene, "list"), url(scene, "detail", "00000001")]
    for address in pages:
        text = browser.get(address).content.decode()
        assert "pilot" in text
        assert "secret-project" not in text
    scene.give(ann, "customer_admin", "selected", accounts=scene.accounts[1:2])
    small = scene.member("small")
    scene.give(small, "customer_viewer", "selected", accounts=scene.accounts[1:2])
    form = browser.get(reverse("team:give", args=[scene.slug, small.pk])).content.decode()
    assert "pilot" in form
    assert "secret-project" not in form
    assert browser.get(url(scene, "tag", secret.pk)).status_code == 404
    assert browser.get(url(scene, "put_tag", secret.pk)).status_code == 404
    listed = browser.get(url(scene, "tag", pilot.pk)).context["accounts"]
    assert [each.api_key for each in listed] == keys(1)


def test_a_tag_by_which_access_goes_stays(scene, pilot):
    ann = scene.member("ann")
    grant = scene.give(ann, "support", "tag", tag=pilot)
    browser = scene.browser()
    answer = browser.post(url(scene, "remove_tag", pilot.pk))
    assert answer.status_code == 422
    assert "Access goes by this tag" in answer.content.decode()
    grant.delete()
    assert browser.post(url(scene, "remove_tag", pilot.pk)).status_code == 303
    assert not Tag.objects.exists()


@pytest.fixture
def large(scene):
    """A tag on every second account, more than a page has."""
    scene.fill(150)
    return scene.tag("half", scene.accounts[2::2])


@pytest.mark.parametrize("form", [tagged.Tagged.FEW, tagged.Tagged.MANY])
@pytest.mark.parametrize("sort", ["name", "-name", "spendable", "-spendable"])
def test_the_list_is_narrowed_by_a_tag_page_by_page(form, sort, scene, large, monkeypatch):
    if tagged.connection.vendor == "sqlite":  # PostgreSQL has one form for rare and frequent ones
        monkeypatch.setattr("accounts.listing.form_for", lambda _: form)
    browser, address, seen = scene.browser(), f"{url(scene, 'list')}?tag={large.pk}&sort={sort}", []
    while address:
        answer = browser.get(address)
        rows = answer.context["rows_html"]
        seen += [x.api_key for x in scene.accounts if f"<small>{x.api_key}</small>" in rows]
        address = answer.context["page"]["next_url"]
    assert sorted(seen) == having(large)
    assert len(seen) == 77


def test_the_list_is_narrowed_by_tag_and_search_for_members_of_each_kind(scene, large):
    kinds = {
        "all": {"scope": "all"},
        "sub": {"scope": "subaccounts"},
        "few": {"scope": "selected", "accounts": scene.accounts[2:12]},
    }
    for name, terms in kinds.items():
        member = scene.member(name)
        scene.give(member, "support", **terms)
        answer = scene.browser(member).get(url(scene, "list"), {"tag": large.pk, "q": "er 00"})
        rows = answer.context["rows_html"]
        found = [x.api_key for x in scene.accounts if f"<small>{x.api_key}</small>" in rows]
        assert found == keys(2, 4, 6, 8)
        actor = policy.actor_of(member)
        seen = Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW)
        assert seen.filter(api_key__in=found).count() == 4


def test_rare_and_frequent_tags_are_told_apart(scene, large, monkeypatch):
    if tagged.connection.vendor == "postgresql":
        assert tagged.form_for(large.pk) is tagged.Tagged.MANY
        return
    assert tagged.form_for(0) is tagged.Tagged.ANYHOW
    assert tagged.form_for(large.pk) is tagged.Tagged.FEW
    AccountTag.objects.filter(tag=large).delete()
    scene.fill(tagged.FEW)
    AccountTag.objects.bulk_create(
        AccountTag(tag=large, account=each) for each in scene.accounts[1 : tagged.FEW + 2]
    )
    assert tagged.form_for(large.pk) is tagged.Tagged.MANY


def test_a_tag_that_is_none_is_left_out(scene, pilot):
    for odd in ("x", "999", "-1", "1' OR 1"):
        answer = scene.browser().get(url(scene, "list"), {"tag": odd})
        assert answer.status_code == 200
        assert "Customer 005" in answer.content.decode()
