"""Templates of settings: made, put on many accounts, and which of them differ."""

import re

import pytest

from account_settings import choosing, drift
from account_settings.models import AccountSettings, Follower, Template
from account_settings.services import applying, reading, templates
from accounts.models import Account
from accounts.services import tagging
from audit.models import Entry
from operations.models import Operation
from operations.services import sending
from operations.states import State
from simulator.records import Settings
from teams.models import Role
from teams.policy import MissingCapabilityError
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)

HOOK = "https://hooks.example.com/{api_key}/in"


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def template(actor):
    made = Template(name="Standard", mo_callback_url=HOOK, http_forward_method="POST_JSON")
    return templates.save(actor, made)


@pytest.fixture
def fleet(vonage, read, workspace, held, hold):
    """Three subaccounts that can be signed in as, and one that cannot, by their names."""
    for name in ("One", "Two", "Unheld"):
        vonage.subaccount(name)
    read()
    made = {each.name: each for each in Account.objects.filter(is_primary=False)}
    hold(made["One"])
    hold(made["Two"])
    return made


@pytest.fixture
def pilot(actor, fleet):
    """All of the fleet have this tag."""
    tag = tagging.define(actor, name="pilot")
    tagging.put(actor, tag=tag, accounts=list(fleet.values()))
    return tag


def text(answer) -> str:
    return answer.content.decode()


def run(actor, template, accounts, bulk="one"):
    return applying.run(actor, template, accounts, bulk=bulk, version=template.version)


def test_template_is_made_and_changed_by_its_pages(browser, workspace):
    url = "/w/harbour/settings-templates/"
    assert "No templates yet" in text(browser.get(url))
    typed = {"name": "Standard", "mo_callback_url": HOOK, "dr_callback_url": ""}
    there = browser.post(f"{url}new/", typed)["Location"]
    assert HOOK in text(browser.get(there))
    assert browser.post(f"{url}new/", typed).status_code == 422
    browser.post(f"{there}edit/", {**typed, "name": "Other"})
    made = Template.objects.get()
    assert (made.name, made.version, made.workspace) == ("Other", 2, workspace)
    assert "Other" in text(browser.get(url))
    browser.post(f"{there}remove/")
    assert not Template.objects.exists()
    events = list(Entry.objects.filter(event__startswith="workspace:template").order_by("seq"))
    assert [each.event.rpartition(":")[2] for each in events] == ["make", "change", "remove"]
    assert (events[1].old["name"], events[1].new["name"]) == ("Standard", "Other")


@pytest.mark.parametrize("bad", ["{api_key}", "https://{api_key", "https://{api_key}@b.example"])
def test_template_with_an_address_that_makes_no_sense_is_refused(bad, browser, workspace):
    answer = browser.post(
        "/w/harbour/settings-templates/new/", {"name": "Bad", "mo_callback_url": bad}
    )
    assert answer.status_code == 422
    assert "id_mo_callback_url_error" in text(answer)


def test_template_is_put_on_the_accounts_of_a_tag(browser, template, fleet, pilot, at_vonage):
    reading.read(fleet["One"])
    url = f"/w/harbour/settings-templates/{template.pk}/"
    page = text(browser.get(f"{url}apply/?tag={pilot.pk}&typed="))
    assert page.count(' name="account"') == 3
    assert "no secret of it is held" in page
    assert f"https://hooks.example.com/{fleet['One'].api_key}/in" in page
    assert not Operation.objects.exists()
    form = {
        "token": re.search(r'name="token" value="([^"]+)"', page)[1],
        "version": re.search(r'name="version" value="([^"]+)"', page)[1],
        "account": re.findall(r'name="account"\s+value="([^"]+)"', page),
    }
    for _ in range(2):  # a double click
        assert browser.post(f"{url}apply/", form)["Location"] == url
    assert Operation.objects.count() == 3
    assert {each.origin for each in Operation.objects.all()} == {"bulk"}
    sending.send_ready()
    for name in ("Harbour Hotel", "One", "Two"):
        account = fleet[name]
        assert at_vonage(account) == (HOOK.format(api_key=account.api_key), "", "POST_JSON")
    assert at_vonage(fleet["Unheld"]) is None
    assert Follower.objects.filter(template=template).count() == 3
    page = text(browser.get(url))
    assert page.count("As the template") == 3
    assert "none known to differ" in page
    entry = Entry.objects.get(event="account:template:follow")
    assert sorted(entry.new["accounts"]) == sorted(form["account"])


def test_template_that_was_changed_meanwhile_is_looked_at_once_more(
    browser, template, fleet, pilot, actor
):
    url = f"/w/harbour/settings-templates/{template.pk}/apply/"
    page = text(browser.get(f"{url}?tag={pilot.pk}&typed="))
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    template.dr_callback_url = "https://new.example/"
    templates.save(actor, template)
    form = {"token": token, "version": 1, "account": [fleet["One"].api_key]}
    answer = browser.post(url, form)
    assert answer.status_code == 422
    assert "was changed meanwhile" in text(answer)
    assert "https://new.example/" in text(answer)
    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"token": "nonsense", "version": "1", "account": "abcd1234"},
        {"version": "1" * 5_000},
        {},
        {"account": ["nobody", "abcd1234"]},
        {"account": [f"a{n}" for n in range(101)]},
    ],
)
def test_form_made_by_hand_asks_for_nothing(form, browser, template, primary):
    url = f"/w/harbour/settings-templates/{template.pk}/apply/"
    page = text(browser.get(f"{url}?tag=&typed={primary.api_key}"))
    token = re.search(r'name="token" value="([^"]+)"', page)[1]
    assert browser.post(url, {"token": token, **form}).status_code == 422
    assert not Operation.objects.exists()
    assert not Follower.objects.exists()


def test_account_that_is_so_already_follows_without_an_operation(actor, template, fleet, vonage):
    account = fleet["One"]
    run(actor, template, [account])
    sending.send_ready()
    Follower.objects.all().delete()
    result = run(actor, template, [account], bulk="two")
    assert (result.asked, result.already) == (0, 1)
    assert Follower.objects.get().account == account


def test_wish_that_is_on_its_way_is_kept_by_the_one_that_voids_it(
    actor, template, held, want, at_vonage
):
    want(dr_callback_url="https://a.example/dr", http_forward_method="GET_QUERY_PARAMS")
    template.dr_callback_url = ""
    run(actor, template, [held])
    sending.send_ready()
    # The template says both, so what it says holds.
    assert at_vonage(held)[1:] == ("", "POST_JSON")


def test_bulk_takes_the_right_to_change_many_and_leaves_out_what_one_may_not_change(
    workspace, person, template, fleet, held
):
    from teams.capabilities import Capability

    member, actor_of = person("operator")
    with pytest.raises(MissingCapabilityError, match="many accounts"):
        run(actor_of(), template, [held])
    mask = Capability.BULK_RUN.bit | Capability.ACCOUNT_VIEW.bit
    role = Role.objects.create(workspace=workspace, name="Bulk", mask=mask)
    grant(member, "", "subaccounts", role=role)
    result = run(actor_of(), template, [held, fleet["One"]])
    assert result.asked == 1
    assert result.left_out == [(fleet["One"], "You may not change its settings.")]


def test_preview_shows_no_settings_to_who_may_not_see_them(person, workspace, template, fleet):
    from teams.capabilities import Capability

    reading.read(fleet["One"])
    AccountSettings.objects.update(mo_callback_url="https://secret.example/")
    member, actor_of = person("approver")
    mask = Capability.BULK_RUN.bit | Capability.ACCOUNT_VIEW.bit
    role = Role.objects.create(workspace=workspace, name="Bulk", mask=mask)
    grant(member, "", "subaccounts", role=role)
    (step,) = applying.plan(actor_of(), template, [fleet["One"]])
    assert step.obstacle
    assert "secret.example" not in str(step)


def test_account_that_differs_shows_both_values(browser, actor, template, fleet, vonage):
    run(actor, template, [fleet["One"], fleet["Two"]])
    sending.send_ready()
    account = fleet["One"]
    with vonage.state.change("settings") as change:
        other = Settings(account.api_key, "https://elsewhere.example/")
        change.put(vonage.state.store.settings, account.api_key, other)
    url = f"/w/harbour/settings-templates/{template.pk}/"
    assert "none known to differ" in text(browser.get(url)), "nobody has read it yet"
    reading.read(account)
    wanted = HOOK.format(api_key=account.api_key)
    page = text(browser.get(f"{url}?only=differing"))
    assert "1 known to differ" in page
    assert "https://elsewhere.example/" in page
    assert wanted in page
    assert fleet["Two"].api_key not in page
    page = text(browser.get(f"/w/harbour/accounts/{account.api_key}/settings/"))
    assert "Differs" in page
    assert wanted in page
    browser.post(f"/w/harbour/accounts/{account.api_key}/settings/leave/")
    page = text(browser.get(f"/w/harbour/accounts/{account.api_key}/settings/"))
    assert wanted not in page


def test_condition_of_the_database_says_what_the_page_says(actor, template, fleet):
    run(actor, template, list(fleet.values()))
    sending.send_ready()
    cases = {
        "Harbour Hotel": {"mo_callback_url": "https://elsewhere.example/"},
        "One": {"dr_callback_url": "https://elsewhere.example/"},
        "Two": {"http_forward_method": "GET_QUERY_PARAMS"},
    }
    Follower.objects.create(account=fleet["Unheld"], template=template)
    for changed in (None, *cases):
        if changed:
            AccountSettings.objects.filter(account=fleet[changed]).update(**cases[changed])
        rows = drift.followers(actor, template)
        found = set(rows.filter(drift.differing(template)))
        assert found == {
            each.account for each in drift.of_page(list(rows), template) if each.differs
        }
    assert len(found) == 3
    AccountSettings.objects.filter(account=fleet["Two"]).update(http_forward_method="")
    assert len(drift.followers(actor, template).filter(drift.differing(template))) == 2


def test_more_than_go_at_once_come_in_portions(actor, template, workspace, primary):
    Account.objects.bulk_create(
        Account(
            workspace=workspace,
            api_key=f"many{n:04}",
            name=f"Many {n}",
            listing_key=f"many {n:04}",
            shares_balance=True,
            first_seen_at=primary.first_seen_at,
        )
        for n in range(130)
    )
    ids = set(Account.objects.filter(name__startswith="Many").values_list("pk", flat=True))
    first, more = choosing.found(actor, template, "", ids)
    assert (len(first), more) == (100, 30)
    templates_follow(template, first)
    rest, more = choosing.found(actor, template, "", ids)
    assert len(rest) == 30
    assert not {each.pk for each in rest} & {each.pk for each in first}


def templates_follow(template, accounts):
    Follower.objects.bulk_create(Follower(account=each, template=template) for each in accounts)


def test_hundred_accounts_are_asked_for_in_one_go_and_previewed_with_few_queries(
    actor, template, workspace, primary, django_assert_max_num_queries, vonage
):
    from api_secrets.models import HeldSecret

    rows = Account.objects.bulk_create(
        Account(
            workspace=workspace,
            api_key=f"many{n:04}",
            name=f"Many {n}",
            listing_key=f"many {n:04}",
            shares_balance=True,
            first_seen_at=primary.first_seen_at,
        )
        for n in range(100)
    )
    HeldSecret.objects.bulk_create(
        HeldSecret(workspace=workspace, account=each, api_host=vonage.url, api_secret=b"x")
        for each in rows
    )
    with django_assert_max_num_queries(6):
        steps = applying.plan(actor, template, rows)
    assert all(each.wanted and not each.obstacle for each in steps)
    assert run(actor, template, rows).asked == 100
    assert run(actor, template, rows).asked == 100
    assert Operation.objects.filter(state=State.READY).count() == 100


def test_pages_take_as_many_queries_for_many_as_for_one(
    browser, actor, template, fleet, pilot, django_assert_max_num_queries
):
    url = f"/w/harbour/settings-templates/{template.pk}/"
    templates_follow(template, [fleet["One"]])
    apply = f"{url}apply/?tag={pilot.pk}&typed="
    counts = {}
    for address in (url, apply, "/w/harbour/settings-templates/"):
        with django_assert_max_num_queries(40) as queries:
            assert browser.get(address).status_code == 200
        counts[address] = len(queries)
    for each in fleet.values():
        AccountSettings.objects.get_or_create(account=each)
    templates_follow(template, [fleet["Two"], fleet["Unheld"]])
    for address, count in counts.items():
        with django_assert_max_num_queries(count):
            browser.get(address)


def test_template_of_another_workspace_is_not_there(browser, actor, stranger, template):
    from teams.models import Workspace

    elsewhere = Workspace.objects.create(slug="away", name="Away", primary_user=stranger)
    template.workspace = elsewhere
    Template.objects.filter(pk=template.pk).update(workspace=elsewhere)
    for part in ("", "edit/", "apply/"):
        url = f"/w/harbour/settings-templates/{template.pk}/{part}"
        assert browser.get(url).status_code == 404


def test_templates_are_for_those_who_look_after_the_workspace(client, person, template):
    member, _ = person("operator")
    client.force_login(member.user)
    url = "/w/harbour/settings-templates/"
    for part in ("", "new/", f"{template.pk}/", f"{template.pk}/edit/", f"{template.pk}/apply/"):
        assert client.get(f"{url}{part}").status_code == 403
    assert "settings-templates" not in text(client.get("/w/harbour/"))
