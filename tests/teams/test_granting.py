"""Giving, changing and ending access: at once, written down, and judged by what holds then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Account
from audit.models import Entry
from teams.capabilities import EVERYTHING, Capability, mask_of
from teams.ceilings import CeilingError, Limits
from teams.models import Grant, Invitation, Role
from teams.policy import MissingCapabilityError
from teams.services import granting, reach, roles
from teams.services.granting import GrantEndedError, Terms, TooManyGrantsError
from tests.cast import grant

VIEWER = Terms(scope="selected", preset="customer_viewer")


def seen(cast, name: str) -> set[str]:
    visible = Account.objects.visible_to(cast.actor(name), Capability.ACCOUNT_VIEW)
    names = {account.pk: name for name, account in cast.accounts.items()}
    return {names[pk] for pk in visible.values_list("pk", flat=True)}


def give(cast, actor: str, member: str, terms: Terms) -> Grant:
    return granting.give(cast.actor(actor), member=cast.members[member], terms=terms)


def test_gift_takes_effect_at_once_and_is_written_down(cast):
    terms = replace(
        VIEWER,
        account_ids=cast.ids("solo", "alpha"),
        limits=Limits(per_day=Decimal(50)),
        reason="on holiday cover",
    )
    give(cast, "administrator", "guest", terms)
    assert seen(cast, "guest") == {"solo", "alpha"}
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.reason) == ("member:grant:give", "on holiday cover")
    assert entry.new["accounts"] == ["seen-key-alpha", "seen-key-solo"]
    assert entry.new["per_day"] == "50"


def test_change_moves_the_access_and_leaves_nothing_behind(cast):
    given = give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo")))
    tagged = Terms(scope="tag", tag_id=cast.tags["pilot"].pk, preset="support")
    granting.change(cast.actor("owner"), grant=given, terms=tagged)
    assert seen(cast, "guest") == {"pilot_one", "pilot_two"}
    granting.change(
        cast.actor("owner"), grant=given, terms=Terms(scope="subaccounts", preset="support")
    )
    assert len(seen(cast, "guest")) == 7
    assert not cast.members["guest"].reach.exists()


def test_end_takes_only_what_no_other_grant_gives(cast):
    first = give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo", "alpha")))
    give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("alpha", "bravo")))
    granting.end(cast.actor("owner"), grant=first)
    assert seen(cast, "guest") == {"alpha", "bravo"}
    assert reach.differences() == []


def test_place_of_an_ended_grant_gives_nothing_of_it_to_the_next(cast):
    first = give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo")))
    place = first.place
    granting.end(cast.actor("owner"), grant=first)
    second = give(
        cast,
        "owner",
        "guest",
        Terms(scope="selected", preset="administrator", account_ids=cast.ids("alpha")),
    )
    assert second.place == place
    assert seen(cast, "guest") == {"alpha"}


def test_grant_that_was_changed_meanwhile_is_ended_as_it_is_now(cast):
    """The page still shows the old scope; what the new one reached must go, too."""
    given = give(cast, "owner", "guest", Terms(scope="all", preset="support"))
    page = Grant.objects.get(pk=given.pk)
    tagged = Terms(scope="tag", tag_id=cast.tags["pilot"].pk, preset="support")
    granting.change(cast.actor("owner"), grant=given, terms=tagged)
    granting.end(cast.actor("owner"), grant=page)
    assert reach.differences() == []
    give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo")))
    assert seen(cast, "guest") == {"solo"}


def test_grant_that_was_changed_meanwhile_is_changed_as_it_is_now(cast):
    given = give(cast, "owner", "guest", Terms(scope="all", preset="support"))
    page = Grant.objects.get(pk=given.pk)
    tagged = Terms(scope="tag", tag_id=cast.tags["pilot"].pk, preset="support")
    granting.change(cast.actor("owner"), grant=given, terms=tagged)
    granting.change(
        cast.actor("owner"), grant=page, terms=replace(VIEWER, account_ids=cast.ids("solo"))
    )
    assert seen(cast, "guest") == {"solo"}
    assert reach.differences() == []


def test_grant_that_was_ended_meanwhile_does_not_come_back(cast):
    given = give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo")))
    page = Grant.objects.get(pk=given.pk)
    granting.end(cast.actor("owner"), grant=given)
    with pytest.raises(GrantEndedError):
        granting.change(cast.actor("owner"), grant=page, terms=Terms.of(page))
    with pytest.raises(GrantEndedError):
        granting.end(cast.actor("owner"), grant=page)
    assert seen(cast, "guest") == set()


def test_role_that_grew_after_the_form_was_read_is_judged_as_it_is_now(cast):
    manager = cast.actor("access_administrator")
    role = roles.make(manager, name="Looks on", mask=Capability.ACCOUNT_VIEW.bit)
    terms = Terms(scope="all", role=role)
    roles.change(manager, role=role, name="Owns all", mask=EVERYTHING)
    with pytest.raises(CeilingError):
        granting.give(manager, member=cast.members["guest"], terms=terms)
    assert seen(cast, "guest") == set()


def test_role_gives_the_sight_of_its_accounts_and_no_right_that_does_not_exist(cast):
    role = roles.make(cast.actor("owner"), name="Odd", mask=Capability.BALANCE_VIEW.bit | 1 << 61)
    sensible = mask_of([Capability.ACCOUNT_VIEW, Capability.BALANCE_VIEW])
    assert role.mask == sensible
    roles.change(cast.actor("owner"), role=role, name="Odd", mask=sensible | 1 << 60)
    role.refresh_from_db()
    assert role.mask == sensible


def test_edit_of_a_role_reaches_everybody_who_has_it_at_once(cast):
    owner = cast.actor("owner")
    role = roles.make(owner, name="Looks on", mask=Capability.ACCOUNT_VIEW.bit)
    granting.give(owner, member=cast.members["guest"], terms=Terms(scope="all", role=role))
    assert not cast.actor("guest").extent(Capability.BALANCE_VIEW).everything
    roles.change(owner, role=role, name="Looks on", mask=Capability.BALANCE_VIEW.bit)
    assert cast.actor("guest").extent(Capability.BALANCE_VIEW).everything


def test_role_in_use_stays(cast):
    owner = cast.actor("owner")
    role = roles.make(owner, name="Looks on", mask=1)
    given = granting.give(owner, member=cast.members["guest"], terms=Terms(scope="all", role=role))
    with pytest.raises(roles.RoleInUseError):
        roles.remove(owner, role=role)
    granting.end(owner, grant=given)
    roles.remove(owner, role=role)
    assert not Role.objects.filter(pk=role.pk).exists()


def test_sixty_two_grants_are_the_most(cast):
    member = cast.members["guest"]
    Grant.objects.bulk_create(
        Grant(member=member, preset="support", scope="all", place=place)
        for place in range(Grant.MOST - 1)
    )
    last = give(cast, "owner", "guest", replace(VIEWER, account_ids=cast.ids("solo")))
    assert last.place == 61
    assert reach.differences() == []
    with pytest.raises(TooManyGrantsError):
        give(cast, "owner", "guest", VIEWER)
    granting.end(cast.actor("owner"), grant=last)
    assert reach.differences() == []


def test_promise_becomes_the_new_members_access(cast):
    now = timezone.now()
    invitation = Invitation.objects.create(
        workspace=cast.workspace,
        email="new@example.com",
        digest="d",
        invited_by=cast.owner,
        expires_at=now + timedelta(days=7),
    )
    terms = Terms(scope="tag", preset="support", tag_id=cast.tags["pilot"].pk)
    promised = granting.promise(cast.actor("owner"), invitation=invitation, terms=terms)
    assert reach.differences() == []
    granting.redeem(cast.members["guest"], promised)
    assert seen(cast, "guest") == {"pilot_one", "pilot_two"}


@pytest.mark.parametrize("name", ["support", "operator", "guest", "former", "future"])
def test_only_managers_of_the_team_change_access(cast, name):
    before = list(Grant.objects.values())
    with pytest.raises(MissingCapabilityError):
        give(cast, name, "guest", VIEWER)
    assert list(Grant.objects.values()) == before


def test_person_who_lost_the_part_meanwhile_changes_nothing(cast):
    stale = cast.actor("administrator")
    member = cast.members["administrator"]
    member.suspended_at = timezone.now()
    member.save(update_fields=["suspended_at"])
    with pytest.raises(PermissionDenied):
        granting.give(stale, member=cast.members["guest"], terms=VIEWER)


def test_person_who_was_demoted_meanwhile_is_judged_by_what_is_left(cast):
    stale = cast.actor("administrator")
    cast.members["administrator"].grants.all().delete()
    grant(cast.members["administrator"], "support", "all")
    with pytest.raises(MissingCapabilityError):
        granting.give(stale, member=cast.members["guest"], terms=VIEWER)
