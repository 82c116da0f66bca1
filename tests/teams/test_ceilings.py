"""Nobody passes on more than they hold: single rules, and whatever a band of people may try."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.services import tagging
from teams import ceilings
from teams.capabilities import Capability, mask_of
from teams.ceilings import CeilingError, Limits
from teams.models import Grant, Member, Role
from teams.presets import PRESETS
from teams.services import granting, reach, roles
from teams.services.granting import Terms
from tests import naive
from tests.cast import ACCOUNTS, grant

BAND = ("without_factor", "access_administrator", "customer_admin", "guest", "former", "future")
"""Non-primary people who work together; what each holds is in `_arm`."""

LIMITED = Limits(per_day=Decimal(100), approval_above=Decimal(10))


def test_one_may_give_what_one_may_pass_on(cast):
    ceilings.require_may_give(
        cast.actor("customer_admin"),
        [Terms(scope="tag", tag_id=cast.tags["pilot"].pk, preset="customer_viewer").proposal],
    )
    chosen = Terms(scope="selected", preset="customer_viewer", account_ids=cast.ids("pilot_one"))
    ceilings.require_may_give(cast.actor("customer_admin"), [chosen.proposal])
    assert (
        ceilings.objections(cast.actor("owner"), [replace(chosen, preset="finance").proposal]) == []
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"preset": "finance"}, "Transfers"),
        ({"ends_at": None}, "ends earlier"),
        ({"limits": Limits()}, "limits are lower"),
        ({"scope": "all"}, "Accounts"),
    ],
)
def test_objection_says_what_is_too_much(cast, changes, reason):
    now = timezone.now()
    held = {"may_pass_on": True, "ends_at": now + timedelta(days=3), **LIMITED._asdict()}
    preset = "operator" if "limits" in changes else "support"
    grant(cast.members["guest"], preset, "subaccounts", **held)
    terms = Terms(
        scope="subaccounts", preset=preset, limits=LIMITED, ends_at=now + timedelta(days=1)
    )
    assert ceilings.objections(cast.actor("guest"), [terms.proposal]) == []
    (text,) = ceilings.objections(cast.actor("guest"), [replace(terms, **changes).proposal])
    assert reason in text


def test_limits_bind_money_and_nothing_else(cast):
    held = {"may_pass_on": True, **LIMITED._asdict()}
    grant(cast.members["guest"], "operator", "subaccounts", **held)
    looks = Terms(scope="subaccounts", preset="support")
    assert ceilings.objections(cast.actor("guest"), [looks.proposal]) == []


ABOVE = {
    ("administrator", "finance"): False,
    ("administrator", "without_factor"): False,
    ("access_administrator", "administrator"): True,
    ("access_administrator", "support"): True,
    ("access_administrator", "guest"): False,
    ("access_administrator", "former"): False,
    ("access_administrator", "future"): True,
    ("customer_admin", "customer_viewer"): True,
    ("support", "customer_admin"): True,
    ("owner", "administrator"): False,
}


@pytest.mark.parametrize("pair", ABOVE, ids=" ".join)
def test_who_is_above_whom(cast, pair):
    actor, member = cast.actor(pair[0]), cast.members[pair[1]]
    assert ceilings.is_above(actor, member) is ABOVE[pair]
    listed = Member.objects.prefetch_related("grants__accounts", "grants__role")
    assert (member.pk in ceilings.above(actor, listed)) is ABOVE[pair]


def test_nobody_manages_themselves_and_everybody_below(cast):
    actor = cast.actor("administrator")
    ceilings.require_may_manage(actor, cast.members["finance"])
    with pytest.raises(CeilingError, match="their own access"):
        ceilings.require_may_manage(actor, cast.members["administrator"])
    with pytest.raises(CeilingError, match="holds more than you do"):
        ceilings.require_may_manage(cast.actor("customer_admin"), cast.members["support"])


names = st.sampled_from(BAND)
targets = st.sampled_from(["guest", "guest", "former", "former", "future", "customer_admin"])
tags = st.sampled_from(["pilot", "spare"])
some = st.sets(st.sampled_from(ACCOUNTS), min_size=1, max_size=3)
amounts = st.sampled_from([None, 10, 100, 1000])
RIGHTS = (
    Capability.BALANCE_VIEW,
    Capability.ACCOUNT_TAG,
    Capability.TRANSFER_BALANCE_GIVE,
    Capability.SECRET_REVEAL,
    Capability.TEAM_MANAGE,
    Capability.ROLE_MANAGE,
    Capability.TAG_DEFINE,
    Capability.CONNECTION_MANAGE,
)
masks = st.sets(st.sampled_from(RIGHTS), min_size=1).map(mask_of)
# What is given starts at something that the actor holds, and differs in little: most of what is
# made up altogether is refused for the first of many reasons.
twists = st.fixed_dictionaries(
    {},
    optional={
        "preset": st.sampled_from(["customer_viewer", "support", "operator", "administrator"]),
        "role": st.integers(0, 5),
        "scope": st.sampled_from(["all", "subaccounts", "selected", "tag"]),
        "tag": tags,
        "accounts": some,
        "per_day": amounts,
        "approval_above": amounts,
        "starts": st.sampled_from([1, 3]),
        "ends": st.sampled_from([None, 5, 40]),
        "may_pass_on": st.booleans(),
    },
)
places = st.integers(0, 30)
tries = st.one_of(
    st.tuples(st.just("give"), names, targets, places, twists),
    st.tuples(st.just("give"), names, targets, places, twists),
    st.tuples(st.just("change"), names, places, places, twists),
    st.tuples(st.just("end"), names, places),
    st.tuples(st.just("make_role"), names, masks),
    st.tuples(st.just("change_role"), names, places, masks),
    st.tuples(st.just("put"), names, tags, some),
    st.tuples(st.just("take_off"), names, tags, some),
    st.tuples(st.just("define"), names),
)
REFUSALS = (
    CeilingError,
    PermissionDenied,
    ObjectDoesNotExist,
    ValidationError,
    tagging.PrimaryTaggedError,
    granting.GrantEndedError,
)


class Trying:
    """Each try by a member of the band; what is refused has simply not happened."""

    def __init__(self, cast) -> None:
        self.cast, self.now, self.done = cast, timezone.now(), 0

    def give(self, actor, to, place, twist) -> None:
        member = self.cast.members[to]
        terms = self._terms(actor, place, twist)
        granting.give(self.cast.actor(actor), member=member, terms=terms)

    def change(self, actor, which, place, twist) -> None:
        found = self._nth(Grant.objects.filter(member__in=self._band()), which)
        terms = self._terms(actor, place, twist)
        granting.change(self.cast.actor(actor), grant=found, terms=terms)

    def end(self, actor, place) -> None:
        found = self._nth(Grant.objects.filter(member__in=self._band()), place)
        granting.end(self.cast.actor(actor), grant=found)

    def make_role(self, actor, mask) -> None:
        name = f"role {Role.objects.count()}"
        roles.make(self.cast.actor(actor), name=name, mask=mask)

    def change_role(self, actor, place, mask) -> None:
        role = self._nth(Role.objects.filter(workspace=self.cast.workspace), place)
        roles.change(self.cast.actor(actor), role=role, name=role.name, mask=mask)

    def put(self, actor, tag, accounts) -> None:
        rows = [self.cast.accounts[name] for name in sorted(accounts)]
        tagging.put(self.cast.actor(actor), tag=self.cast.tags[tag], accounts=rows)

    def take_off(self, actor, tag, accounts) -> None:
        rows = [self.cast.accounts[name] for name in sorted(accounts)]
        tagging.take_off(self.cast.actor(actor), tag=self.cast.tags[tag], accounts=rows)

    def define(self, actor) -> None:
        tagging.define(self.cast.actor(actor), name=f"tag {self.cast.workspace.tags.count()}")

    def _band(self) -> list[Member]:
        return [self.cast.members[name] for name in BAND]

    def _nth(self, rows, place):
        found = list(rows.order_by("pk"))
        if not found:
            raise ObjectDoesNotExist
        return found[place % len(found)]

    def _terms(self, actor, place, twist) -> Terms:
        own = self._nth(self.cast.members[actor].grants, place)
        terms = Terms.of(own)
        scope = twist.get("scope", terms.scope)
        tag = self.cast.tags[twist.get("tag", "pilot")].pk
        terms = replace(
            terms,
            scope=scope,
            tag_id=(tag if "tag" in twist else terms.tag_id or tag) if scope == "tag" else None,
            account_ids=self._chosen(terms, twist) if scope == "selected" else frozenset(),
            limits=terms.limits._replace(**_in_euro(twist)),
            may_pass_on=twist.get("may_pass_on", terms.may_pass_on),
        )
        return self._timed(self._with_role(terms, twist), twist)

    def _chosen(self, terms, twist) -> frozenset[int]:
        if "accounts" in twist or not terms.account_ids:
            return self.cast.ids(*twist.get("accounts", ["alpha"]))
        return terms.account_ids

    def _with_role(self, terms, twist) -> Terms:
        if "role" in twist:
            rows = Role.objects.filter(workspace=self.cast.workspace)
            return replace(terms, preset="", role=self._nth(rows, twist["role"]))
        return replace(terms, preset=twist["preset"], role=None) if "preset" in twist else terms

    def _timed(self, terms, twist) -> Terms:
        names = {"starts", "ends"} & set(twist)
        at = {name: twist[name] and self.now + timedelta(days=twist[name]) for name in names}
        timed = replace(terms, **{f"{name}_at": value for name, value in at.items()})
        ends_first = timed.starts_at and timed.ends_at and timed.ends_at <= timed.starts_at
        return replace(timed, starts_at=None) if ends_first else timed


def _in_euro(twist) -> dict[str, Decimal | None]:
    names = {"per_day", "approval_above"} & set(twist)
    return {name: None if twist[name] is None else Decimal(twist[name]) for name in names}


def _arm(cast) -> None:
    """Give the band something to start from: tags, limits, ends, a role, rights not to pass on."""
    now = timezone.now()
    for name in ("without_factor", "future"):
        cast.members[name].grants.all().delete()
    held = {"may_pass_on": True, **LIMITED._asdict()}
    grant(cast.members["without_factor"], "administrator", "all", **held)
    soon = now + timedelta(days=10)
    grant(cast.members["future"], "administrator", "subaccounts", ends_at=soon, **held)
    grant(cast.members["customer_admin"], "operator", "tag", tag=cast.tags["spare"])
    role = Role.objects.create(
        workspace=cast.workspace, name="role 0", mask=PRESETS["support"].mask
    )
    grant(cast.members["future"], "", "subaccounts", role=role, may_pass_on=True, ends_at=soon)
    for name in ("developer", "operator"):
        cast.members[name].grants.all().delete()
        reach.rebuild(cast.members[name])


@settings(
    max_examples=40,
    phases=[Phase.generate],  # a try costs too much to be shortened
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(attempts=st.lists(tries, min_size=8, max_size=16))
def test_no_band_of_members_comes_by_more_than_its_members_could_pass_on(cast, attempts):
    with naive.undone():
        _arm(cast)
        trying = Trying(cast)
        times = [trying.now + timedelta(days=each) for each in (0, 2, 7, 30, 400)]
        band = [cast.members[name] for name in BAND]
        before = {each.pk: naive.rights(each, times) for each in band}
        passable = set().union(
            *(naive.rights(each, times, passable_at=trying.now) for each in band)
        )
        for name, *arguments in attempts:
            with suppress(*REFUSALS):
                getattr(trying, name)(*arguments)
        for each in band:
            assert not naive.rights(each, times) - before[each.pk] - passable
        assert reach.differences() == []


def test_band_comes_by_what_its_members_may_pass_on(cast):
    """Otherwise the rule above would hold of services that refuse everything."""
    _arm(cast)
    cast.members["former"].invited_by = cast.members["guest"].user
    cast.members["former"].save()
    trying = Trying(cast)
    trying.give("without_factor", "guest", 0, {"scope": "tag", "tag": "pilot"})
    trying.give(
        "guest", "former", 0, {"scope": "selected", "accounts": {"pilot_one"}, "per_day": 10}
    )
    passed_on = cast.members["former"].grants.latest("pk")
    assert (passed_on.per_day, passed_on.accounts.get()) == (10, cast.accounts["pilot_one"])


def test_who_holds_nothing_is_out_of_reach_of_who_looks_after_some_accounts(cast):
    idle, of_customers = cast.members["guest"], cast.actor("customer_admin")
    assert ceilings.is_above(of_customers, idle)
    assert idle.pk in ceilings.members_above(of_customers)
    with pytest.raises(ceilings.CeilingError):
        ceilings.require_may_manage(of_customers, idle)
    idle.invited_by = of_customers.user
    idle.save()
    ceilings.require_may_manage(of_customers, idle)
    assert not ceilings.is_above(cast.actor("administrator"), cast.members["former"])
