"""Who may move money between a subaccount and the primary account, and through which grants."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from teams import ceilings, transfers
from teams.ceilings import CeilingError, Limits
from teams.models import Grant
from teams.policy import MissingCapabilityError
from teams.services import granting
from teams.services.granting import Terms
from teams.transfers import Direction
from tests.cast import grant

FIFTY = {"per_day": Decimal(50)}


@pytest.fixture
def pairs(cast):
    """Return through which grants a member may move balance, by the names of accounts."""

    def ask(name, subaccount="pilot_one", *, direction=Direction.GIVE, moved="balance"):
        return transfers.grants_that_move(
            cast.actor(name),
            moved=moved,
            direction=direction,
            subaccount=cast.accounts[subaccount],
            primary=cast.accounts["primary"],
        )

    return ask


@pytest.fixture
def pilot(cast):
    """Give the guest `Operator on accounts tagged pilot`, with what a test adds."""

    def give(**more):
        made = {"with_primary": True, **FIFTY, **more}
        return grant(cast.members["guest"], "operator", "tag", tag=cast.tags["pilot"], **made)

    return give


def test_primary_user_needs_no_grant(pairs):
    assert pairs("owner") is None


def test_whoever_holds_both_sides_moves(pairs):
    [(one, other)] = pairs("administrator")
    assert one == other


def test_one_side_alone_is_not_enough(pairs):
    assert pairs("finance") == []


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("moved", ["balance", "credit"])
def test_grant_with_the_primary_account_moves_both_ways(pairs, pilot, direction, moved):
    pilot()
    [(one, other)] = pairs("guest", direction=direction, moved=moved)
    assert one == other
    assert one.limits == Limits(**FIFTY)


def test_grant_without_it_moves_nothing(pairs, pilot):
    pilot(with_primary=False)
    assert pairs("guest") == []


def test_it_reaches_no_other_account(pairs, pilot):
    pilot()
    assert pairs("guest", "alpha") == []


@pytest.mark.parametrize("when", [{"ends_at": -1}, {"starts_at": 1}])
def test_grant_counts_only_in_its_time(pairs, pilot, when):
    pilot(**{name: timezone.now() + timedelta(days=days) for name, days in when.items()})
    assert pairs("guest") == []


def test_suspended_member_moves_nothing(cast, pairs, pilot):
    pilot()
    cast.members["guest"].suspended_at = timezone.now()
    cast.members["guest"].save()
    assert pairs("guest") == []


def test_two_grants_make_a_pair(cast, pairs, pilot):
    pilot(with_primary=False)
    grant(cast.members["guest"], "finance", "selected", accounts=[cast.accounts["primary"]])
    [(one, other)] = pairs("guest")
    assert (one.preset, other.preset) == ("operator", "finance")


def test_accounts_of_another_workspace_are_out_of_reach(cast):
    asked = {"moved": "balance", "direction": Direction.GIVE}
    sides = {"subaccount": cast.foreign["account"], "primary": cast.foreign["primary"]}
    assert transfers.grants_that_move(cast.actor("owner"), **asked, **sides) == []
    with pytest.raises(MissingCapabilityError):
        transfers.require_may_move(cast.actor("owner"), **asked, **sides)


@pytest.mark.parametrize(
    ("name", "missing"),
    [("support", "transfer.balance.give"), ("finance", "transfer.balance.take")],
)
def test_what_is_missing_is_named(cast, name, missing):
    with pytest.raises(MissingCapabilityError) as refusal:
        transfers.require_may_move(
            cast.actor(name),
            moved="balance",
            direction=Direction.GIVE,
            subaccount=cast.accounts["alpha"],
            primary=cast.accounts["primary"],
        )
    assert refusal.value.capability == missing


def test_it_costs_two_queries_however_many_grants(
    cast, pairs, pilot, django_assert_max_num_queries
):
    for _ in range(5):
        pilot()
    actor = cast.actor("guest")
    with django_assert_max_num_queries(2):
        found = transfers.grants_that_move(
            actor,
            moved="balance",
            direction=Direction.GIVE,
            subaccount=cast.accounts["pilot_one"],
            primary=cast.accounts["primary"],
        )
    assert found is not None
    assert len(found) == 5


# Nobody passes it on who does not hold it.


def terms(cast, **more):
    return Terms(
        scope="tag",
        tag_id=cast.tags["pilot"].pk,
        preset="operator",
        limits=Limits(per_day=Decimal(20)),
        with_primary=True,
        **more,
    )


def test_holding_the_accounts_alone_does_not_pass_it_on(cast, pilot):
    pilot(with_primary=False, may_pass_on=True)
    [reason] = ceilings.objections(cast.actor("guest"), [terms(cast).proposal])
    assert "primary account" in reason


def test_who_may_pass_it_on_does(cast, pilot):
    pilot(may_pass_on=True)
    assert ceilings.objections(cast.actor("guest"), [terms(cast).proposal]) == []


def test_own_limits_are_the_most_that_is_passed_on(cast, pilot):
    pilot(may_pass_on=True, per_day=Decimal(10))
    [reason] = ceilings.objections(cast.actor("guest"), [terms(cast).proposal])
    assert "limits" in reason


def test_administrator_of_all_accounts_passes_it_on(cast):
    assert ceilings.objections(cast.actor("administrator"), [terms(cast).proposal]) == []


def test_who_has_it_is_above_who_has_not(cast, pilot):
    pilot()
    grant(cast.members["former"], "operator", "tag", tag=cast.tags["pilot"], **FIFTY)
    assert ceilings.is_above(cast.actor("former"), cast.members["guest"])
    assert not ceilings.is_above(cast.actor("guest"), cast.members["former"])


def test_what_is_given_is_kept_and_can_be_changed_back(cast, pairs):
    made = granting.give(cast.actor("owner"), member=cast.members["guest"], terms=terms(cast))
    assert pairs("guest")
    plain = Terms(scope="tag", tag_id=cast.tags["pilot"].pk, preset="operator")
    granting.change(cast.actor("owner"), grant=made, terms=plain)
    assert pairs("guest") == []
    assert not Grant.objects.get(pk=made.pk).with_primary


def test_access_administrator_cannot_give_money_away(cast):
    with pytest.raises(CeilingError):
        granting.give(
            cast.actor("access_administrator"), member=cast.members["guest"], terms=terms(cast)
        )
