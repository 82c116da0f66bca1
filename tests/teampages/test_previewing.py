"""What a preview tells is what happens."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from teams import policy
from teams.capabilities import Capability
from teams.ceilings import Limits
from teams.levels import GROUPS, Level
from teams.models import Grant
from teams.presets import PRESETS
from teams.services import granting
from teams.services.granting import Terms
from teams.services.previewing import preview

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(scene):
    scene.fill(14)
    return [scene.tag("pilot", scene.accounts[1:8]), scene.tag("reseller", scene.accounts[5:12])]


@pytest.fixture
def ann(scene, tags):
    """A member with a grant by tag, one by selection, and one that is over."""
    member = scene.member("ann")
    scene.give(member, "support", "tag", tag=tags[0])
    scene.give(member, "finance", "selected", accounts=scene.accounts[6:10])
    over = scene.give(member, "administrator", "all")
    Grant.objects.filter(pk=over.pk).update(ends_at=timezone.now() - timedelta(minutes=1))
    return member


def terms_of(scene, tags) -> list[Terms]:
    several = frozenset(each.pk for each in scene.accounts[0:4])
    return [
        Terms(scope="all", preset="customer_viewer"),
        Terms(scope="subaccounts", preset="operator"),
        Terms(scope="tag", preset="operator", tag_id=tags[1].pk),
        Terms(scope="tag", preset="auditor", tag_id=tags[0].pk),
        Terms(scope="selected", preset="developer", account_ids=several),
    ]


def held_everywhere(member, accounts) -> dict[int, int]:
    actor = policy.actor_of(member)
    return {each.pk: policy.held_on(actor, each) for each in accounts}


def sight(member) -> set[str]:
    seen = Account.objects.visible_to(policy.actor_of(member), Capability.ACCOUNT_VIEW)
    return set(seen.values_list("api_key", flat=True))


def changes(before, after) -> dict:
    found: dict = {}
    for pk in before:
        for group in GROUPS.values():
            if group.code in {"subaccounts", "team", "workspace"}:
                continue
            levels = group.level_in(before[pk]), group.level_in(after[pk])
            if levels[0] != levels[1]:
                found[group.code, *levels] = found.get((group.code, *levels), 0) + 1
    return found


def compare(foreseen, member, accounts, before, seen_before) -> None:
    after, seen = held_everywhere(member, accounts), sight(member)
    told = {(x.group.code, x.before, x.after): x.number for x in foreseen.on_accounts}
    assert told == changes(before, after)
    assert foreseen.gained.number == len(seen - seen_before)
    assert foreseen.lost.number == len(seen_before - seen)
    assert {each.api_key for each in foreseen.gained.accounts} <= seen - seen_before
    assert {each.api_key for each in foreseen.lost.accounts} <= seen_before - seen
    assert len(foreseen.gained.accounts) == min(10, foreseen.gained.number)
    assert len(foreseen.lost.accounts) == min(10, foreseen.lost.number)


@pytest.mark.parametrize("index", range(5))
def test_giving_does_what_was_foreseen(index, scene, tags, ann):
    terms = terms_of(scene, tags)[index]
    before, seen = held_everywhere(ann, scene.accounts), sight(ann)
    foreseen = preview(scene.actor, member=ann, terms=terms)
    granting.give(scene.actor, member=ann, terms=terms)
    compare(foreseen, ann, scene.accounts, before, seen)


@pytest.mark.parametrize("index", range(5))
@pytest.mark.parametrize("place", [0, 1])
def test_changing_does_what_was_foreseen(index, place, scene, tags, ann):
    terms, old = terms_of(scene, tags)[index], ann.grants.get(place=place)
    before, seen = held_everywhere(ann, scene.accounts), sight(ann)
    foreseen = preview(scene.actor, member=ann, old=old, terms=terms)
    granting.change(scene.actor, grant=old, terms=terms)
    compare(foreseen, ann, scene.accounts, before, seen)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_ending_does_what_was_foreseen(place, scene, ann):
    old = ann.grants.get(place=place)
    before, seen = held_everywhere(ann, scene.accounts), sight(ann)
    foreseen = preview(scene.actor, member=ann, old=old)
    granting.end(scene.actor, grant=old)
    compare(foreseen, ann, scene.accounts, before, seen)
    assert foreseen.changes_nothing == (place == 2)


def test_rights_in_the_workspace_are_told_apart(scene, ann):
    foreseen = preview(scene.actor, member=ann, terms=Terms(scope="all", preset="administrator"))
    told = {(each.group.code, each.before, each.after) for each in foreseen.in_workspace}
    assert told == {
        ("subaccounts", Level.NONE, Level.AUTHORIZE),
        ("team", Level.NONE, Level.AUTHORIZE),
        ("workspace", Level.NONE, Level.AUTHORIZE),
    }


def test_what_begins_later_is_told_as_it_will_be(scene, ann):
    later = Terms(scope="all", preset="support", starts_at=timezone.now() + timedelta(days=1))
    assert preview(scene.actor, member=ann, terms=later).gained.number == 11


def test_other_access_beyond_the_limits_is_told(scene, ann):
    within = Terms(scope="subaccounts", preset="operator", limits=Limits(per_day=Decimal(50)))
    assert preview(scene.actor, member=ann, terms=within).beyond_limits == 4
    assert (
        preview(
            scene.actor, member=ann, terms=Terms(scope="subaccounts", preset="operator")
        ).beyond_limits
        == 0
    )
    reads_only = Terms(scope="subaccounts", preset="support", limits=Limits(per_day=Decimal(50)))
    assert preview(scene.actor, member=ann, terms=reads_only).beyond_limits == 0


def test_only_accounts_that_the_giver_sees_are_told(scene, tags, ann):
    few = scene.member("few")
    scene.give(few, "customer_admin", "selected", accounts=scene.accounts[1:3], may_pass_on=True)
    newcomer = scene.member("newcomer")
    foreseen = preview(
        policy.actor_of(few),
        member=newcomer,
        terms=Terms(scope="tag", preset="support", tag_id=tags[0].pk),
    )
    assert foreseen.gained.number == 2
    assert [each.api_key for each in foreseen.gained.accounts] == ["00000001", "00000002"]


def test_presets_are_foreseen_by_their_levels(scene):
    newcomer = scene.member("newcomer")
    foreseen = preview(
        scene.actor, member=newcomer, terms=Terms(scope="subaccounts", preset="finance")
    )
    levels = {each.group.code: each.after for each in foreseen.on_accounts}
    assert levels == PRESETS["finance"].levels
