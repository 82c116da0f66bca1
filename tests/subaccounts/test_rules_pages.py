"""The pages of a workspace's rules about money."""

import re
from decimal import Decimal

import pytest

from audit.models import Entry
from operations.models import Policy
from teams.capabilities import Capability
from teams.models import Member, Role, User
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)
APPROVALS, GUARDRAILS = "/w/harbour/rules/", "/w/harbour/rules/guardrails/"


@pytest.fixture
def browser(client, owner, workspace):
    client.force_login(owner)
    return client


@pytest.fixture
def holder(client, workspace):
    """Sign a member in who holds these rights and nothing else."""

    def sign_in(*rights):
        mask = 0
        for each in rights:
            mask |= each.bit
        user = User.objects.create_user(username="holder", email="h@example.com", password="")
        member = Member.objects.create(workspace=workspace, user=user)
        role = Role.objects.create(workspace=workspace, name="Holder", mask=mask)
        grant(member, "", "all", role=role)
        client.force_login(user)
        return client

    return sign_in


def test_change_is_kept_and_written_down_with_what_was_before(browser, workspace):
    Policy.objects.create(workspace=workspace, amount_above=5)
    given = {"amount_above": "12.50", "suspensions_above": "3", "roles": ["preset:operator"]}
    assert browser.post(APPROVALS, given).status_code == 303
    rules = Policy.objects.get()
    assert (rules.amount_above, rules.roles) == (Decimal("12.50"), ["preset:operator"])
    entry = Entry.objects.get(event="workspace:policy:change")
    assert Decimal(entry.old["amount_above"]) == 5
    assert Decimal(entry.new["amount_above"]) == Decimal("12.5")
    assert entry.old["own_balance"] is True
    page = browser.get(APPROVALS).content.decode()
    assert 'value="12.5"' in page, "and so that it can be sent again as it is"
    assert re.search(r'value="preset:operator"[^>]*checked', page)


def test_saving_what_is_so_already_writes_nothing_down(browser, workspace):
    Policy.objects.create(workspace=workspace, primary_keeps=5)
    browser.post(GUARDRAILS, {"primary_keeps": "5.00"})
    assert not Entry.objects.filter(event="workspace:policy:change").exists()


@pytest.mark.parametrize("typed", ["-1", "1.005", "much"])
def test_what_is_no_amount_is_refused_and_kept_on_the_page(browser, typed):
    answer = browser.post(GUARDRAILS, {"primary_keeps": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()
    assert not Policy.objects.exists()


def test_roles_are_those_that_move_money(browser, workspace):
    Role.objects.create(workspace=workspace, name="Readers", mask=Capability.ACCOUNT_VIEW.bit)
    mover = Role.objects.create(
        workspace=workspace, name="Movers", mask=Capability.TRANSFER_BALANCE_GIVE.bit
    )
    page = browser.get(APPROVALS).content.decode()
    assert "preset:operator" in page
    assert f"own:{mover.pk}" in page
    assert "preset:support" not in page
    assert "Readers" not in page


def test_each_page_takes_its_own_right(holder, workspace):
    browser = holder(Capability.GUARDRAIL_MANAGE)
    assert browser.get(APPROVALS).status_code == 403
    page = browser.get(GUARDRAILS).content.decode()
    assert f'"{APPROVALS}"' not in page
    browser.post(GUARDRAILS, {"primary_keeps": "7", "amount_above": "1"})
    assert Policy.objects.get().amount_above is None


def test_lifting_a_guardrail_takes_a_password_of_the_last_minutes(browser, workspace):
    Policy.objects.create(workspace=workspace, primary_keeps=5)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1.0}]
    session.save()
    answer = browser.post(GUARDRAILS, {"primary_keeps": ""})
    assert answer["Location"].startswith("/confirm/")
    assert Policy.objects.get().primary_keeps == 5
