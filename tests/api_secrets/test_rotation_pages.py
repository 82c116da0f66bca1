"""Replacing secrets by the pages: one account, many, the workspace's own."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Account, AccountTag, Tag
from api_secrets.models import ApiSecret, Campaign, HeldSecret, Rotation
from api_secrets.services import ageing, campaigns, keeping, rotating
from operations.models import Operation
from operations.services import asking
from subaccounts import new_secrets
from subaccounts.models import NewSecret, SeenSecret
from teams.models import Member, User
from tests.api_secrets.test_pages import browser, member, text, url  # noqa: F401 - fixtures
from tests.api_secrets.test_rotating import known, walk  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)
ALL = "/w/harbour/secrets/"


def test_secret_is_replaced_by_its_page(browser, url, known, walk):  # noqa: F811 - fixtures
    assert "Replace it" in text(browser.get(url))
    assert browser.post(f"{url}rotate/")["Location"] == url
    rotation = walk(Rotation.objects.get())
    page = text(browser.get(url))
    assert "Being replaced" in page
    assert "Show it or hand it over" in page
    browser.post(f"{url}in-use/")
    assert "Nobody has the new secret yet" in text(browser.get(url))
    browser.post(f"/w/harbour/operations/{rotation.added.reference}/secret/")
    assert "The new one is in use" in text(browser.get(url))
    browser.post(f"{url}in-use/")
    walk(rotation)
    assert rotation.end == Rotation.End.DONE
    assert "Replaced" in text(browser.get(url))


def test_day_that_is_over_is_refused_by_its_field(browser, url, known):  # noqa: F811 - fixtures
    answer = browser.post(f"{url}rotate/", {"due": "2020-01-01"})
    assert answer.status_code == 422
    assert "Choose a day from today on" in text(answer)
    assert not Rotation.objects.exists()


def test_rotation_is_stopped(browser, url, known, walk):  # noqa: F811 - fixtures
    browser.post(f"{url}rotate/")
    browser.post(f"{url}stop/")
    rotation = walk(Rotation.objects.get())
    assert rotation.end == Rotation.End.STOPPED
    assert not Operation.objects.exists()
    assert "Stopped before the end" in text(browser.get(url))


def test_workspace_signs_in_as_the_subaccount_by_one_button(
    browser,  # noqa: F811 - the fixture
    url,  # noqa: F811 - the fixture
    known,  # noqa: F811 - the fixture
    walk,  # noqa: F811 - the fixture
):
    browser.post(f"{url}hold/")
    rotation = walk(Rotation.objects.get())
    assert HeldSecret.objects.exists()
    assert not NewSecret.objects.exists()
    page = text(browser.get(url))
    assert "This workspace signs in as the subaccount since" in page
    operation = f"/w/harbour/operations/{rotation.added.reference}/"
    assert "can be shown once" not in text(browser.get(operation))
    browser.post(f"{operation}secret/")
    assert "was shown already" in text(browser.get(operation))


def test_own_secret_of_the_workspace_is_replaced_by_one_button(
    browser,  # noqa: F811 - the fixture
    primary,
    walk,  # noqa: F811 - the fixture
):
    keeping.read(primary)
    page = f"/w/harbour/accounts/{primary.api_key}/secrets/"
    assert "Replace this workspace&#x27;s own" in text(browser.get(page)) or (
        "Replace this workspace's own" in text(browser.get(page))
    )
    browser.post(f"{page}rotate/")
    assert walk(Rotation.objects.get()).end == Rotation.End.DONE
    assert "this workspace signs in with it" in text(browser.get(page))


def test_who_may_not_revoke_does_not_replace(member, url, known):  # noqa: F811 - fixtures
    auditor = member("auditor")
    held = text(auditor.get(url))
    assert "Replace it" not in held
    assert auditor.post(f"{url}rotate/").status_code == 403


@pytest.fixture
def old(known):  # noqa: F811 - the fixture
    """Let the account's secret be old."""
    ApiSecret.objects.update(created_at=timezone.now() - timedelta(days=91))


def test_old_secrets_are_shown_and_told_once_a_week(browser, old, workspace):  # noqa: F811
    page = text(browser.get(f"{ALL}?which=old"))
    assert "Harbour Hotel" in page
    assert ageing.tell_due(timezone.now()) == 1
    assert ageing.tell_due(timezone.now()) == 0
    assert "older than 90 days: 1" in mail.outbox[-1].body
    assert ageing.tell_due(timezone.now() + timedelta(days=8)) == 1


def test_age_is_a_setting(browser, known):  # noqa: F811 - fixtures
    ApiSecret.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert "None" in text(browser.get(f"{ALL}?which=old"))
    assert browser.post(f"{ALL}policy/", {"old_after_days": "0"}).status_code == 422
    browser.post(f"{ALL}policy/", {"old_after_days": "30"})
    assert "Harbour Hotel" in text(browser.get(f"{ALL}?which=old"))


def test_campaign_is_looked_at_begun_stopped_and_goes_on(
    browser,  # noqa: F811 - the fixture
    old,
    walk,  # noqa: F811 - the fixture
    sub,
    primary,
):
    form = {"name": "Old ones", "whose": "old"}
    looked = text(browser.post(f"{ALL}campaigns/new/", form))
    assert "<strong>1</strong> account would get" in looked
    assert not Campaign.objects.exists()
    begin = re.search(r'name="begin"\s+value="(\w+)"', looked)[1]
    begun = browser.post(f"{ALL}campaigns/new/", {**form, "begin": begin})
    campaign = Campaign.objects.get()
    assert begun["Location"] == f"{ALL}campaigns/{campaign.pk}/"
    browser.post(f"{ALL}campaigns/{campaign.pk}/stop/")
    assert walk(campaign.rotations.get()).added is None
    assert "No account takes another step" in text(browser.get(begun["Location"]))
    browser.post(f"{ALL}campaigns/{campaign.pk}/resume/")
    walk(campaign.rotations.get())
    page = text(browser.get(begun["Location"]))
    assert "To be handed over" in page
    assert "Old ones" in text(browser.get(f"{ALL}campaigns/"))


def test_account_whose_campaign_is_stopped_says_that_it_waits(
    browser,  # noqa: F811 - the fixture
    url,  # noqa: F811 - the fixture
    known,  # noqa: F811 - the fixture
    walk,  # noqa: F811 - the fixture
    actor,
):
    campaign = campaigns.begin(actor, [known], name="All hotels", due_at=None)
    rotation = walk(campaign.rotations.get())
    assert "Its campaign is stopped" not in text(browser.get(url))
    campaigns.stop(actor, campaign)
    new_secrets.take_out(actor, rotation.added)
    assert "Its campaign is stopped since" in text(browser.get(url))
    browser.post(f"{url}in-use/")
    assert "The old one is revoked once the campaign goes on." in text(browser.get(url))


def test_accounts_that_were_not_looked_at_are_looked_at_first(
    browser,  # noqa: F811 - the fixture
    old,
    workspace,
    sub,
):
    other = Account.objects.create(
        workspace=workspace,
        api_key="other001",
        name="Other",
        listing_key="other",
        shares_balance=True,
        created_at=timezone.now(),
        first_seen_at=timezone.now(),
    )
    tag = Tag.objects.create(workspace=workspace, name="pilot")
    AccountTag.objects.create(account=other, tag=tag)
    form = {"name": "Old ones", "whose": "old"}
    looked = text(browser.post(f"{ALL}campaigns/new/", form))
    begin = re.search(r'name="begin"\s+value="(\w+)"', looked)[1]
    form |= {"whose": f"tag-{tag.pk}", "begin": begin}
    answer = browser.post(f"{ALL}campaigns/new/", form)
    assert answer.status_code == 422
    assert "These are not the accounts that you looked at." in text(answer)
    assert not Campaign.objects.exists()
    form["begin"] = re.search(r'name="begin"\s+value="(\w+)"', text(answer))[1]
    browser.post(f"{ALL}campaigns/new/", form)
    assert Campaign.objects.get().rotations.get().account == other


def test_account_that_cannot_be_in_a_campaign_is_named_with_why(
    browser,  # noqa: F811 - the fixture
    old,
    actor,
    sub,
):
    rotating.start(actor, sub)
    looked = text(browser.post(f"{ALL}campaigns/new/", {"name": "x", "whose": "old"}))
    assert "Left out: 1" in looked
    assert "being replaced already" in looked


def test_what_somebody_has_seen_who_is_gone_is_proposed_to_be_replaced(
    browser,  # noqa: F811 - the fixture
    member,  # noqa: F811 - the fixture
    known,  # noqa: F811 - the fixture
    walk,  # noqa: F811 - the fixture
    actor,
    owner,
    client,
):
    rotation = walk(rotating.start(actor, known, replaces=False))
    member("support")
    seer = Member.objects.get(user__username="support")
    new_secrets.take_out(actor, rotation.added)
    SeenSecret.objects.update(person=seer.user)
    client.force_login(owner)
    assert "No longer in the team" not in text(client.get(ALL))
    assert "support" in text(client.get(ALL))
    seer.delete()
    page = text(client.get(ALL))
    assert "No longer in the team" in page
    link = re.search(r'href="(/w/harbour/secrets/campaigns/new/\?whose=seen-\d+)"', page)[1]
    assert "has seen a secret, who is no longer here" in text(client.get(link))
    ageing.warn(timezone.now())
    assert "Somebody who is gone knows API secrets" in text(client.get("/w/harbour/"))
    ApiSecret.objects.update(gone_at=timezone.now())
    ageing.warn(timezone.now())
    assert "Somebody who is gone knows API secrets" not in text(client.get("/w/harbour/"))


def test_secret_that_vonage_refused_is_forgotten_after_a_day(actor, known, walk):  # noqa: F811
    from api_secrets.tasks import look_after_age

    rotation = walk(rotating.start(actor, known))
    Operation.objects.filter(pk=rotation.added_id).update(state="rejected")
    look_after_age()
    assert NewSecret.objects.exists()
    Operation.objects.update(closed_at=timezone.now() - timedelta(days=2))
    look_after_age()
    assert not NewSecret.objects.exists()


def test_lists_are_read_once_a_day(sub, primary, later):
    assert keeping.read_due(timezone.now()) == 2
    assert keeping.read_due(timezone.now()) == 0
    later(24 * 3600 + 1)
    assert keeping.read_due(timezone.now()) == 2


def test_page_of_all_costs_the_same_with_more(
    browser,  # noqa: F811 - the fixture
    known,  # noqa: F811 - the fixture
    django_assert_max_num_queries,
):
    browser.get(ALL)
    with django_assert_max_num_queries(30) as few:
        browser.get(ALL)
    ApiSecret.objects.bulk_create(
        ApiSecret(account=known, remote_id=f"more-{n}", created_at=timezone.now())
        for n in range(60)
    )
    with django_assert_max_num_queries(len(few)):
        page = text(browser.get(ALL))
    rest = re.search(r'href="([^"]+after=\d+)"', page)[1].replace("&amp;", "&")
    assert "Oldest" in text(browser.get(rest))


@pytest.fixture
def made_here(actor, send, sub):
    """An account that was made from here, whose secrets were read since."""
    wanted = {"name": "Branch", "shares_balance": True}
    operation = send(
        asking.confirm(actor, asking.draft(actor, kind="create", form_token="new", wanted=wanted))
    )
    keeping.read(operation.account)
    return operation


def test_first_secret_of_an_account_made_here_is_known(browser, made_here, actor):  # noqa: F811
    address = f"/w/harbour/accounts/{made_here.account.api_key}/secrets/"
    there = f"/w/harbour/operations/{made_here.reference}/"
    page = text(browser.get(address))
    assert f'<a href="{there}">Show it or hand it over</a>' in page
    assert "not from here" not in page
    new_secrets.take_out(actor, made_here)
    assert there not in text(browser.get(address))


def test_whoever_saw_the_first_secret_of_an_account_is_not_forgotten(
    browser,  # noqa: F811 - the fixture
    made_here,
    workspace,
):
    gone = User.objects.create_user(username="gone", email="gone@a.example", password="")
    SeenSecret.objects.create(workspace=workspace, person=gone, operation=made_here)
    assert "No longer in the team" in text(browser.get(ALL))


def test_older_secret_of_an_account_is_not_taken_for_its_first(actor, made_here):
    ApiSecret.objects.update(operation=None, created_at=timezone.now() - timedelta(hours=1))
    keeping.keep(made_here.account_id, [], timezone.now())
    assert not ApiSecret.objects.exclude(operation=None).exists()
