"""The table of reach says what grants, selections and tags say, whatever happens to them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Account, AccountTag
from accounts.naming import listing_key
from accounts.services import tagging
from teams.capabilities import Capability
from teams.models import Grant, Reach
from teams.services import granting, reach
from teams.services.granting import Terms
from tests import naive
from tests.cast import ACCOUNTS, grant

SUBACCOUNTS = [name for name in ACCOUNTS if name != "primary"]
WATCHED = (
    Capability.ACCOUNT_VIEW,
    Capability.BALANCE_VIEW,
    Capability.TRANSFER_VIEW,
    Capability.LOG_VIEW,
)
quick = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

days = st.sampled_from([None, -2, -1, 1, 2])
chosen = st.sets(st.sampled_from(ACCOUNTS), min_size=1)
tags = st.sampled_from(["pilot", "spare"])
terms = st.fixed_dictionaries(
    {
        "preset": st.sampled_from(["support", "customer_viewer", "approver", "auditor"]),
        "scope": st.sampled_from(["all", "subaccounts", "selected", "tag", "tag", "selected"]),
        "accounts": chosen,
        "tag": tags,
        "starts": days,
        "ends": days,
    }
).filter(
    lambda each: each["starts"] is None or each["ends"] is None or each["starts"] < each["ends"]
)


def made(cast, given: dict) -> Terms:
    now = timezone.now()
    at = {
        name: now + timedelta(days=given[name]) if given[name] else None
        for name in ("starts", "ends")
    }
    return Terms(
        scope=given["scope"],
        preset=given["preset"],
        tag_id=cast.tags[given["tag"]].pk if given["scope"] == "tag" else None,
        account_ids=cast.ids(*given["accounts"]) if given["scope"] == "selected" else frozenset(),
        starts_at=at["starts"],
        ends_at=at["ends"],
    )


def assert_as_the_model_says(cast, *names: str) -> None:
    assert reach.differences() == []
    now = timezone.now()
    for name in names:
        actor = cast.actor(name)
        for capability in WATCHED:
            found = Account.objects.visible_to(actor, capability).values_list("pk", flat=True)
            assert sorted(found) == sorted(naive.visible(cast.members[name], capability, now))


@quick
@given(
    grants=st.lists(terms, max_size=5),
    tagged=st.sets(st.tuples(tags, st.sampled_from(SUBACCOUNTS))),
)
def test_visible_accounts_are_those_of_the_plain_model(cast, grants, tagged):
    with naive.undone():
        AccountTag.objects.all().delete()
        AccountTag.objects.bulk_create(
            AccountTag(tag=cast.tags[tag], account=cast.accounts[name]) for tag, name in tagged
        )
        for member in cast.members.values():
            reach.rebuild(member)
        for each in grants:
            granting.give(cast.actor("owner"), member=cast.members["guest"], terms=made(cast, each))
        assert_as_the_model_says(cast, "guest", "developer", "operator")


people = st.sampled_from(["guest", "developer", "operator"])
steps = st.one_of(
    st.tuples(st.just("give"), people, terms),
    st.tuples(st.just("change"), st.integers(0, 20), terms),
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("put"), tags, st.sets(st.sampled_from(SUBACCOUNTS), min_size=1)),
    st.tuples(st.just("take_off"), tags, chosen),
    st.tuples(st.just("rename"), st.sampled_from(ACCOUNTS), st.sampled_from("abcxyz")),
    st.tuples(st.just("remove_tag"), tags),
)


class Doing:
    """Each step as the owner does it; what makes no sense at that moment is left out."""

    def __init__(self, cast) -> None:
        self.cast, self.owner = cast, cast.actor("owner")

    def give(self, name, given) -> None:
        granting.give(self.owner, member=self.cast.members[name], terms=made(self.cast, given))

    def change(self, place, given) -> None:
        if found := self._grant(place):
            granting.change(self.owner, grant=found, terms=made(self.cast, given))

    def end(self, place) -> None:
        if found := self._grant(place):
            granting.end(self.owner, grant=found)

    def put(self, tag, names) -> None:
        tagging.put(self.owner, tag=self.cast.tags[tag], accounts=self._accounts(names))

    def take_off(self, tag, names) -> None:
        tagging.take_off(self.owner, tag=self.cast.tags[tag], accounts=self._accounts(names))

    def rename(self, name, text) -> None:
        row = self.cast.accounts[name]
        Account.objects.filter(pk=row.pk).update(
            name=text, listing_key=listing_key(text, row.api_key)
        )
        reach.follow_names([row.pk])

    def remove_tag(self, tag) -> None:
        row = self.cast.tags[tag]
        if Grant.objects.filter(tag=row).exists():
            with pytest.raises(tagging.TagInUseError):
                tagging.remove(self.owner, tag=row)
            return
        tagging.remove(self.owner, tag=row)
        row.pk = None
        row.save()

    def _grant(self, place) -> Grant | None:
        members = [self.cast.members[name] for name in ("guest", "developer", "operator")]
        found = list(Grant.objects.filter(member__in=members).order_by("pk"))
        return found[place % len(found)] if found else None

    def _accounts(self, names) -> list[Account]:
        return [self.cast.accounts[name] for name in sorted(names)]


@quick
@given(steps=st.lists(steps, min_size=1, max_size=12))
def test_reach_stays_in_step_whatever_is_done(cast, steps):
    kept = {name: tag.pk for name, tag in cast.tags.items()}
    with naive.undone():
        doing = Doing(cast)
        for name, *given in steps:
            getattr(doing, name)(*given)
        assert_as_the_model_says(cast, "guest", "developer", "operator", "customer_viewer")
    for name, pk in kept.items():
        cast.tags[name].pk = pk


def test_differences_are_found(cast):
    row = Reach.objects.first()
    Reach.objects.filter(pk=row.pk).update(listing_key="zz")
    assert reach.differences() == [(row.member_id, row.account_id)]
    reach.rebuild(row.member)
    assert reach.differences() == []
    Reach.objects.create(
        member=cast.members["guest"], account=cast.accounts["solo"], grants=4, listing_key="x"
    )
    assert reach.differences() == [(cast.members["guest"].pk, cast.accounts["solo"].pk)]


def test_two_grants_by_one_tag_are_both_taken_back(cast):
    member = cast.members["guest"]
    for preset in ("support", "approver"):
        grant(member, preset, "tag", tag=cast.tags["pilot"])
    grant(member, "auditor", "selected", accounts=[cast.accounts["pilot_one"]])
    tagging.take_off(
        cast.actor("owner"), tag=cast.tags["pilot"], accounts=[cast.accounts["pilot_one"]]
    )
    rows = dict(Reach.objects.filter(member=member).values_list("account__name", "grants"))
    assert rows == {"seen-name-pilot_one": 0b100, "seen-name-pilot_two": 0b011}
    assert reach.differences() == []
