"""The judge: who is somebody here, what that person holds, and where."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from teams import policy
from teams.capabilities import EVERYTHING, NOTHING, Capability
from teams.models import Member, Workspace
from teams.presets import PRESETS
from tests.cast import ACCOUNTS, PEOPLE, TAGGED, grant

SEES = {
    "owner": set(ACCOUNTS),
    "administrator": set(ACCOUNTS),
    "access_administrator": set(ACCOUNTS),
    "finance": set(ACCOUNTS) - {"primary"},
    "approver": set(ACCOUNTS) - {"primary"},
    "operator": {"alpha", "bravo", "charlie"},
    "developer": set(TAGGED),
    "support": set(ACCOUNTS) - {"primary"},
    "analyst": set(ACCOUNTS),
    "auditor": set(ACCOUNTS),
    "customer_admin": set(TAGGED),
    "customer_viewer": {"solo"},
    "guest": set(),
    "former": set(),
    "future": set(),
    "suspended": set(),
    "without_factor": set(ACCOUNTS),
    "stranger": set(),
}


def seen(cast, name: str, capability: Capability = Capability.ACCOUNT_VIEW) -> set[str]:
    visible = Account.objects.visible_to(cast.actor(name), capability)
    names = {account.pk: name for name, account in cast.accounts.items()}
    return {names[pk] for pk in visible.values_list("pk", flat=True)}


def test_everybody_sees_what_was_granted_and_nothing_else(cast):
    assert set(SEES) == {*PEOPLE, "owner", "stranger"}
    assert {name: seen(cast, name) for name in SEES} == SEES


@pytest.mark.parametrize("name", SEES)
def test_each_account_is_judged_as_the_list_is(cast, name):
    actor = cast.actor(name)
    held = {each for each, row in cast.accounts.items() if policy.held_on(actor, row)}
    assert held == SEES[name]


def test_capability_is_held_only_where_its_grant_is(cast):
    member = cast.members["operator"]
    grant(member, "support", "subaccounts")
    assert seen(cast, "operator") == SEES["support"]
    assert seen(cast, "operator", Capability.TRANSFER_BALANCE_GIVE) == SEES["operator"]
    actor = cast.actor("operator")
    assert policy.can(actor, Capability.TRANSFER_BALANCE_GIVE, cast.accounts["alpha"])
    assert not policy.can(actor, Capability.TRANSFER_BALANCE_GIVE, cast.accounts["solo"])


def test_grants_add_up_and_none_takes_away(cast):
    grant(cast.members["customer_viewer"], "developer", "tag", tag=cast.tags["pilot"])
    assert seen(cast, "customer_viewer") == {"solo", *TAGGED}


def test_all_subaccounts_and_a_chosen_primary_account(cast):
    grant(cast.members["finance"], "support", "selected", accounts=[cast.accounts["primary"]])
    assert seen(cast, "finance") == set(ACCOUNTS)
    assert seen(cast, "finance", Capability.TRANSFER_VIEW) == set(ACCOUNTS) - {"primary"}
    held = policy.held_on(cast.actor("finance"), cast.accounts["primary"])
    assert held == PRESETS["support"].mask


def test_grant_begins_and_ends_without_anybody_doing_anything(cast, monkeypatch):
    now = timezone.now()
    grant(
        cast.members["guest"],
        "support",
        "selected",
        accounts=[cast.accounts["solo"]],
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )

    def seen_in(hours: float) -> set[str]:
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=hours))
        return seen(cast, "guest")

    assert [seen_in(0.5), seen_in(1), seen_in(1.5), seen_in(2)] == [
        set(),
        {"solo"},
        {"solo"},
        set(),
    ]


def test_account_of_another_workspace_is_nobodys_whoever_asks(cast):
    for name in ("owner", "administrator", "operator"):
        assert policy.held_on(cast.actor(name), cast.foreign["account"]) == NOTHING
        assert policy.holdings_on(cast.actor(name), cast.foreign["primary"]) == []


def test_primary_user_holds_everything_and_owner_of_another_workspace_nothing(cast):
    assert cast.actor("owner").anywhere == EVERYTHING
    assert policy.actor_in(cast.stranger, cast.workspace.slug) is None
    assert policy.actor_in(cast.owner, "no-such-place") is None


def test_suspended_member_is_no_actor(cast):
    member = cast.members["suspended"]
    assert policy.actor_in(member.user, cast.workspace.slug) is None
    Member.objects.filter(pk=member.pk).update(suspended_at=None)
    assert policy.actor_in(member.user, cast.workspace.slug).anywhere


def test_person_in_two_workspaces_holds_in_each_what_was_granted_there(cast):
    user = cast.foreign["member"].user
    member = Member.objects.create(workspace=cast.workspace, user=user)
    grant(member, "customer_viewer", "selected", accounts=[cast.accounts["solo"]])
    here = policy.actor_in(user, cast.workspace.slug)
    there = policy.actor_in(user, cast.elsewhere.slug)
    assert list(Account.objects.visible_to(here, Capability.ACCOUNT_VIEW)) == [
        cast.accounts["solo"]
    ]
    assert not policy.can(here, Capability.TRANSFER_BALANCE_GIVE)
    assert policy.can(there, Capability.TRANSFER_BALANCE_GIVE, cast.foreign["account"])


def test_new_subaccount_is_held_by_all_subaccounts_at_once_and_by_no_selection(cast):
    new = Account.objects.create(
        workspace=cast.workspace,
        api_key="new",
        listing_key="new\tnew",
        shares_balance=True,
        first_seen_at=timezone.now(),
    )
    can = {name: policy.can(cast.actor(name), Capability.ACCOUNT_VIEW, new) for name in SEES}
    assert {name for name, may in can.items() if may} == {
        name for name in SEES if "spare" in SEES[name]
    }


def test_actor_is_read_with_one_query(cast, django_assert_num_queries):
    user = cast.members["operator"].user
    policy.actor_in(user, cast.workspace.slug)
    with django_assert_num_queries(1):
        actor = policy.actor_in(user, cast.workspace.slug)
    with django_assert_num_queries(1):
        policy.held_on(actor, cast.accounts["alpha"])
    blanket = cast.actor("support")
    with django_assert_num_queries(0):
        policy.held_on(blanket, cast.accounts["alpha"])


@pytest.mark.parametrize(
    ("name", "lacks"),
    [("without_factor", True), ("administrator", False), ("customer_viewer", False)],
)
def test_second_factor_is_asked_of_those_who_move_money_or_manage_people(cast, name, lacks):
    assert cast.actor(name).lacks_second_factor is lacks


def test_viewer_without_a_factor_lacks_none_and_no_workspace_asks_in_vain(cast):
    user = cast.members["customer_viewer"].user
    user.has_second_factor = False
    user.save(update_fields=["has_second_factor"])
    assert not cast.actor("customer_viewer").lacks_second_factor
    Workspace.objects.update(second_factor_required=False)
    assert not cast.actor("without_factor").lacks_second_factor


def test_refusal_names_the_missing_right(cast):
    with pytest.raises(policy.MissingCapabilityError, match=r"suspend accounts.*account\.suspend"):
        policy.require(cast.actor("support"), Capability.ACCOUNT_SUSPEND, cast.accounts["alpha"])
