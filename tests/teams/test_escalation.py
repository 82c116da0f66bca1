"""Ways to come by more than one holds, directly and around corners: each is refused."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AccountTag, Tag
from accounts.services import tagging
from teams import viewing
from teams.capabilities import EVERYTHING, Capability, mask_of
from teams.ceilings import CeilingError, Limits
from teams.models import Grant, Invitation, Member, Reach, Role
from teams.policy import MissingCapabilityError
from teams.presets import PRESETS
from teams.services import granting, roles
from teams.services.granting import Terms
from teams.services.turns import turn
from tests.cast import Cast, grant

DAY = timedelta(days=1)
CAUTIOUS = Limits(*(Decimal(each) for each in (20, 100, 1000, 50)))


@dataclass
class Stage:
    """The cast, and people of this play: who tries, and who would be helped."""

    cast: Cast
    now: Any

    @property
    def accomplice(self) -> Member:
        """Somebody who holds nothing."""
        return self.cast.members["guest"]

    def give(self, actor: str, terms: Terms, *, to: Member | None = None) -> Grant:
        return granting.give(self.cast.actor(actor), member=to or self.accomplice, terms=terms)

    def change(self, actor: str, held: Grant, **changes: Any) -> None:
        terms = replace(Terms.of(held), **changes)
        granting.change(self.cast.actor(actor), grant=held, terms=terms)

    def grant_of(self, name: str) -> Grant:
        return self.cast.members[name].grants.get()

    def lead(self, **more: Any) -> str:
        """Let the future member administer all subaccounts, within limits, from now on."""
        self.cast.members["future"].grants.all().delete()
        terms = {"scope": "subaccounts", "may_pass_on": True, "ends_at": self.now + 10 * DAY}
        grant(self.cast.members["future"], "administrator", **terms | CAUTIOUS._asdict() | more)
        return "future"

    def invited(self) -> Invitation:
        """An open invitation."""
        return Invitation.objects.create(
            workspace=self.cast.workspace,
            email="new@example.com",
            digest="d",
            invited_by=self.cast.owner,
            expires_at=self.now + 7 * DAY,
        )

    def promise(self, actor: str, terms: Terms) -> None:
        """Have it hold such a grant, in the turn of whoever invites."""
        invitation = self.invited()
        with turn(self.cast.actor(actor)) as now:
            granting.promise(now, invitation=invitation, terms=terms)

    def role(self, *capabilities: Capability, held_by: str = "", scope: str = "all") -> Role:
        """A role that the owner made, held by a member where one is named."""
        role = roles.make(self.cast.actor("owner"), name="own", mask=mask_of(capabilities))
        if held_by:
            self.give("owner", Terms(scope=scope, role=role), to=self.cast.members[held_by])
        return role


Path = Callable[[Stage], Any]
PATHS: dict[str, tuple[type[Exception], Path]] = {}


def refused(error: type[Exception]) -> Callable[[Path], Path]:
    def note(path: Path) -> Path:
        PATHS[path.__name__] = (error, path)
        return path

    return note


ceiling = refused(CeilingError)
VIEWER = Terms(scope="selected", preset="customer_viewer")


# What is given: more rights.


@ceiling
def give_rights_that_one_does_not_hold(stage):
    stage.give("access_administrator", Terms(scope="all", preset="finance"))


@ceiling
def give_more_than_one_holds_on_ones_own_accounts(stage):
    tag = stage.cast.tags["pilot"].pk
    stage.give("customer_admin", Terms(scope="tag", tag_id=tag, preset="operator"))


@ceiling
def give_what_one_holds_only_to_use_it(stage):
    stage.give("without_factor", Terms(scope="all", preset="support"))


@ceiling
def give_what_one_holds_to_use_beside_something_to_pass_on(stage):
    grant(stage.cast.members["without_factor"], "support", "all", may_pass_on=True)
    stage.give("without_factor", Terms(scope="all", preset="finance"))


@ceiling
def give_a_right_in_the_workspace_together_with_ones_own_tag(stage):
    role = stage.role(Capability.CONNECTION_MANAGE)
    tag = stage.cast.tags["pilot"].pk
    stage.give("customer_admin", Terms(scope="tag", tag_id=tag, role=role))


@ceiling
def make_a_large_role_and_give_it(stage):
    role = roles.make(stage.cast.actor("access_administrator"), name="large", mask=EVERYTHING)
    stage.give("access_administrator", Terms(scope="all", role=role))


@ceiling
def let_a_role_grow_between_the_form_and_its_answer(stage):
    actor = stage.cast.actor("access_administrator")
    role = roles.make(actor, name="small", mask=Capability.ACCOUNT_VIEW.bit)
    terms = Terms(scope="all", role=role)
    roles.change(actor, role=role, name="small", mask=EVERYTHING)
    granting.give(actor, member=stage.accomplice, terms=terms)


# What is given: more accounts.


@ceiling
def give_all_accounts_while_holding_a_tag(stage):
    stage.give("customer_admin", Terms(scope="all", preset="customer_viewer"))


@ceiling
def give_all_subaccounts_while_holding_a_tag(stage):
    stage.give("customer_admin", Terms(scope="subaccounts", preset="customer_viewer"))


@ceiling
def give_another_tag(stage):
    tag = stage.cast.tags["spare"].pk
    stage.give("customer_admin", Terms(scope="tag", tag_id=tag, preset="customer_viewer"))


@ceiling
def choose_an_account_outside_ones_tag(stage):
    accounts = stage.cast.ids("pilot_one", "solo")
    stage.give("customer_admin", replace(VIEWER, account_ids=accounts))


@ceiling
def choose_the_primary_account_while_holding_all_subaccounts(stage):
    terms = replace(VIEWER, account_ids=stage.cast.ids("primary"), ends_at=stage.now + DAY)
    stage.give(stage.lead(), terms)


@ceiling
def give_all_accounts_while_holding_all_subaccounts(stage):
    terms = Terms(scope="all", preset="support", ends_at=stage.now + DAY)
    stage.give(stage.lead(), terms)


@ceiling
def choose_more_than_was_chosen_for_oneself(stage):
    lead = stage.lead(scope="selected", accounts=stage.cast.ids("alpha"))
    accounts = stage.cast.ids("alpha", "bravo")
    stage.give(lead, replace(VIEWER, account_ids=accounts, ends_at=stage.now + DAY))


@ceiling
def give_a_tag_that_happens_to_be_within_ones_selection(stage):
    """Tomorrow the tag may be on others."""
    lead = stage.lead(scope="selected", accounts=stage.cast.ids("pilot_one", "pilot_two"))
    tag = stage.cast.tags["pilot"].pk
    terms = Terms(scope="tag", tag_id=tag, preset="support", ends_at=stage.now + DAY)
    stage.give(lead, terms)


@ceiling
def piece_a_set_together_from_two_grants_of_ones_own(stage):
    lead = stage.lead(scope="selected", accounts=stage.cast.ids("alpha"))
    more = {"accounts": stage.cast.ids("bravo"), "may_pass_on": True}
    grant(stage.cast.members[lead], "administrator", "selected", **more)
    accounts = stage.cast.ids("alpha", "bravo")
    stage.give(lead, replace(VIEWER, account_ids=accounts, ends_at=stage.now + DAY))


@ceiling
def give_a_set_that_does_not_exist(stage):
    stage.give(stage.lead(), Terms(scope="everything", preset="support", ends_at=stage.now + DAY))


# What is given: more money, more time.


def _with_limits(stage, **changes: Decimal | None) -> Terms:
    limits = CAUTIOUS._replace(**changes)
    ends_at = stage.now + DAY
    return Terms(scope="subaccounts", preset="finance", limits=limits, ends_at=ends_at)


@ceiling
def give_without_a_limit_per_transfer(stage):
    stage.give(stage.lead(), _with_limits(stage, per_transfer=None))


@ceiling
def give_a_higher_limit_per_day(stage):
    stage.give(stage.lead(), _with_limits(stage, per_day=Decimal("100.01")))


@ceiling
def give_without_a_limit_per_month(stage):
    stage.give(stage.lead(), _with_limits(stage, per_month=None))


@ceiling
def raise_what_needs_no_approval(stage):
    stage.give(stage.lead(), _with_limits(stage, approval_above=Decimal(51)))


@ceiling
def need_no_approval_at_all(stage):
    stage.give(stage.lead(), _with_limits(stage, approval_above=None))


@ceiling
def lend_the_money_of_one_grant_the_freedom_of_another(stage):
    lead = stage.lead()
    grant(stage.cast.members[lead], "support", "subaccounts", may_pass_on=True)
    stage.give(lead, replace(_with_limits(stage), limits=Limits()))


@ceiling
def give_for_longer_than_one_has(stage):
    stage.give(stage.lead(), replace(_with_limits(stage), ends_at=stage.now + 11 * DAY))


@ceiling
def give_without_an_end(stage):
    stage.give(stage.lead(), replace(_with_limits(stage), ends_at=None))


@ceiling
def lend_the_rights_of_one_grant_the_time_of_another(stage):
    lead = stage.lead()
    grant(stage.cast.members[lead], "support", "subaccounts", may_pass_on=True)
    stage.give(lead, replace(_with_limits(stage), ends_at=stage.now + 20 * DAY))


# Oneself.


@ceiling
def give_to_oneself(stage):
    stage.give("administrator", replace(VIEWER), to=stage.cast.members["administrator"])


@ceiling
def lengthen_ones_own_access(stage):
    lead = stage.lead()
    stage.change(lead, stage.grant_of(lead), ends_at=None)


@ceiling
def let_oneself_pass_on(stage):
    held = stage.grant_of("without_factor")
    stage.change("without_factor", held, may_pass_on=True)


@ceiling
def end_ones_own_grant_that_has_limits(stage):
    lead = stage.lead()
    granting.end(stage.cast.actor(lead), grant=stage.grant_of(lead))


@ceiling
def enlarge_the_role_that_one_holds(stage):
    role = stage.role(Capability.ROLE_MANAGE, held_by="guest")
    roles.change(stage.cast.actor("guest"), role=role, name="own", mask=EVERYTHING)


@ceiling
def put_the_tag_that_one_holds_on_another_account(stage):
    lead = stage.lead()
    tag = stage.cast.tags["spare"]
    grant(stage.cast.members[lead], "administrator", "tag", tag=tag)
    tagging.put(stage.cast.actor(lead), tag=tag, accounts=[stage.cast.accounts["alpha"]])


@ceiling
def take_the_tag_that_one_holds_off(stage):
    lead = stage.lead()
    grant(stage.cast.members[lead], "support", "tag", tag=stage.cast.tags["pilot"])
    accounts = [stage.cast.accounts["pilot_one"]]
    tagging.take_off(stage.cast.actor(lead), tag=stage.cast.tags["pilot"], accounts=accounts)


# Somebody else's access.


@ceiling
def give_to_somebody_who_holds_more(stage):
    stage.give("access_administrator", VIEWER, to=stage.cast.members["finance"])


@ceiling
def change_the_access_of_somebody_who_holds_more(stage):
    stage.change("access_administrator", stage.grant_of("finance"), preset="support")


@ceiling
def end_the_access_of_somebody_who_holds_more(stage):
    granting.end(stage.cast.actor("customer_admin"), grant=stage.grant_of("support"))


@ceiling
def end_the_access_of_somebody_who_will_hold_more(stage):
    granting.end(stage.cast.actor("access_administrator"), grant=stage.grant_of("future"))


@ceiling
def end_the_access_of_somebody_with_higher_limits(stage):
    granting.end(stage.cast.actor(stage.lead()), grant=stage.grant_of("finance"))


@ceiling
def loosen_the_limits_of_another(stage):
    lead = stage.lead()
    held = stage.give("owner", _with_limits(stage))
    stage.change(lead, held, limits=Limits())


@ceiling
def remove_one_limit_of_another(stage):
    lead = stage.lead()
    held = stage.give("owner", _with_limits(stage))
    stage.change(lead, held, limits=CAUTIOUS._replace(per_day=None))


@ceiling
def lengthen_the_access_of_another(stage):
    lead = stage.lead()
    held = stage.give("owner", _with_limits(stage))
    stage.change(lead, held, ends_at=stage.now + 30 * DAY)


@ceiling
def widen_the_accounts_of_another(stage):
    accounts = stage.cast.ids("pilot_one")
    held = stage.give("customer_admin", replace(VIEWER, account_ids=accounts))
    stage.change("customer_admin", held, account_ids=accounts | stage.cast.ids("alpha"))


@ceiling
def exchange_the_role_of_another(stage):
    accounts = stage.cast.ids("pilot_one")
    held = stage.give("customer_admin", replace(VIEWER, account_ids=accounts))
    stage.change("customer_admin", held, preset="operator")


@ceiling
def let_another_pass_on_what_one_may_not(stage):
    held = stage.give("owner", Terms(scope="all", preset="support"))
    stage.change("without_factor", held, may_pass_on=True)


# Roles.


@ceiling
def enlarge_the_role_of_a_colleague(stage):
    role = stage.role(Capability.ACCOUNT_VIEW, held_by="guest")
    mask = PRESETS["finance"].mask
    roles.change(stage.cast.actor("access_administrator"), role=role, name="own", mask=mask)


@ceiling
def enlarge_a_role_that_is_given_on_more_accounts_than_ones_own(stage):
    role = stage.role(Capability.ACCOUNT_VIEW, held_by="guest", scope="all")
    mask = mask_of([Capability.BALANCE_VIEW])
    roles.change(stage.cast.actor(stage.lead()), role=role, name="own", mask=mask)


@ceiling
def enlarge_a_role_that_is_given_without_an_end(stage):
    role = stage.role(Capability.ACCOUNT_VIEW, held_by="guest", scope="subaccounts")
    mask = mask_of([Capability.TRANSFER_BALANCE_GIVE])
    roles.change(stage.cast.actor(stage.lead()), role=role, name="own", mask=mask)


@ceiling
def enlarge_a_role_that_is_promised(stage):
    role = stage.role(Capability.ACCOUNT_VIEW)
    stage.promise("owner", Terms(scope="all", role=role))
    mask = PRESETS["finance"].mask
    roles.change(stage.cast.actor("access_administrator"), role=role, name="own", mask=mask)


@ceiling
def shrink_the_role_of_somebody_who_holds_more(stage):
    role = stage.role(Capability.ACCOUNT_VIEW, Capability.BALANCE_VIEW, held_by="finance")
    mask = Capability.ACCOUNT_VIEW.bit
    roles.change(stage.cast.actor("access_administrator"), role=role, name="own", mask=mask)


@refused(roles.RoleInUseError)
def remove_a_role_that_somebody_holds(stage):
    roles.remove(
        stage.cast.actor("administrator"), role=stage.role(Capability.LOG_VIEW, held_by="guest")
    )


@refused(MissingCapabilityError)
def make_a_role_without_the_right_to(stage):
    roles.make(stage.cast.actor("customer_admin"), name="mine", mask=EVERYTHING)


# Tags.


@ceiling
def put_a_tag_by_which_an_accomplice_holds_more(stage):
    tag = stage.cast.tags["pilot"]
    grant(stage.accomplice, "finance", "tag", tag=tag)
    actor = stage.cast.actor("access_administrator")
    tagging.put(actor, tag=tag, accounts=[stage.cast.accounts["alpha"]])


@ceiling
def put_a_tag_by_which_somebody_invited_will_hold_more(stage):
    tag = stage.cast.tags["spare"]
    stage.promise("owner", Terms(scope="tag", tag_id=tag.pk, preset="finance"))
    actor = stage.cast.actor("access_administrator")
    tagging.put(actor, tag=tag, accounts=[stage.cast.accounts["alpha"]])


@ceiling
def put_a_tag_by_which_access_lasts_longer_than_ones_own(stage):
    tag = stage.cast.tags["spare"]
    grant(stage.accomplice, "support", "tag", tag=tag)
    actor = stage.cast.actor(stage.lead())
    tagging.put(actor, tag=tag, accounts=[stage.cast.accounts["alpha"]])


@refused(MissingCapabilityError)
def put_a_tag_on_an_account_that_one_may_not_tag(stage):
    actor = stage.cast.actor("support")
    accounts = [stage.cast.accounts["alpha"]]
    tagging.put(actor, tag=stage.cast.tags["spare"], accounts=accounts)


@refused(MissingCapabilityError)
def put_a_tag_on_an_account_of_ones_own_and_one_that_is_not(stage):
    lead = stage.lead(scope="selected", accounts=stage.cast.ids("alpha"))
    accounts = [stage.cast.accounts[name] for name in ("alpha", "bravo")]
    tagging.put(stage.cast.actor(lead), tag=stage.cast.tags["spare"], accounts=accounts)


@refused(tagging.PrimaryTaggedError)
def put_a_tag_on_the_primary_account(stage):
    accounts = [stage.cast.accounts["primary"]]
    tagging.put(stage.cast.actor("owner"), tag=stage.cast.tags["spare"], accounts=accounts)


@ceiling
def take_a_tag_off_to_rise_above_somebody(stage):
    actor = stage.cast.actor("access_administrator")
    accounts = [stage.cast.accounts["pilot_one"]]
    tagging.take_off(actor, tag=stage.cast.tags["pilot"], accounts=accounts)


@refused(tagging.TagInUseError)
def remove_a_tag_by_which_somebody_holds_access(stage):
    tagging.remove(stage.cast.actor("administrator"), tag=stage.cast.tags["pilot"])


@refused(tagging.TagInUseError)
def remove_a_tag_by_which_somebody_is_invited(stage):
    tag = stage.cast.tags["spare"]
    stage.promise("owner", Terms(scope="tag", tag_id=tag.pk, preset="support"))
    tagging.remove(stage.cast.actor("administrator"), tag=tag)


@refused(MissingCapabilityError)
def define_a_tag_without_the_right_to(stage):
    tagging.define(stage.cast.actor("access_administrator"), name="mine")


# Other workspaces.


@refused(PermissionDenied)
def give_to_a_member_of_another_workspace(stage):
    stage.give("owner", VIEWER, to=stage.cast.foreign["member"])


@refused(PermissionDenied)
def choose_an_account_of_another_workspace(stage):
    ids = frozenset({stage.cast.foreign["account"].pk})
    stage.give("owner", replace(VIEWER, account_ids=ids))


@refused(PermissionDenied)
def give_by_a_tag_of_another_workspace(stage):
    tag = stage.cast.foreign["tag"].pk
    stage.give("owner", Terms(scope="tag", tag_id=tag, preset="support"))


@refused(PermissionDenied)
def give_a_role_of_another_workspace(stage):
    stage.give("owner", Terms(scope="all", role=stage.cast.foreign["role"]))


@refused(PermissionDenied)
def promise_an_account_of_another_workspace(stage):
    ids = frozenset({stage.cast.foreign["account"].pk})
    stage.promise("owner", replace(VIEWER, account_ids=ids))


@refused(PermissionDenied)
def change_a_grant_of_another_workspace(stage):
    stage.change("owner", stage.cast.foreign["grant"], may_pass_on=True)


@refused(PermissionDenied)
def end_a_grant_of_another_workspace(stage):
    granting.end(stage.cast.actor("owner"), grant=stage.cast.foreign["grant"])


@refused(PermissionDenied)
def change_a_role_of_another_workspace(stage):
    role = stage.cast.foreign["role"]
    roles.change(stage.cast.actor("owner"), role=role, name="mine", mask=EVERYTHING)


@refused(PermissionDenied)
def remove_a_role_of_another_workspace(stage):
    roles.remove(stage.cast.actor("owner"), role=stage.cast.foreign["role"])


@refused(PermissionDenied)
def remove_a_tag_of_another_workspace(stage):
    tagging.remove(stage.cast.actor("owner"), tag=stage.cast.foreign["tag"])


@refused(PermissionDenied)
def put_a_tag_of_another_workspace(stage):
    accounts = [stage.cast.accounts["alpha"]]
    tagging.put(stage.cast.actor("owner"), tag=stage.cast.foreign["tag"], accounts=accounts)


@refused(MissingCapabilityError)
def put_a_tag_on_an_account_of_another_workspace(stage):
    accounts = [stage.cast.accounts["alpha"], stage.cast.foreign["account"]]
    tagging.put(stage.cast.actor("owner"), tag=stage.cast.tags["spare"], accounts=accounts)


@refused(PermissionDenied)
def act_here_as_the_owner_of_another_workspace(stage):
    stage.give("stranger", Terms(scope="all", preset="administrator"))


# At another time, with other eyes.


@refused(MissingCapabilityError)
def act_by_a_grant_that_has_ended(stage):
    stage.give("former", VIEWER)


@refused(MissingCapabilityError)
def act_by_a_grant_that_has_not_begun(stage):
    stage.give("future", VIEWER)


@ceiling
def pass_on_what_has_ended_by_a_grant_that_lasts(stage):
    grant(stage.cast.members["former"], "access_administrator", "all", may_pass_on=True)
    stage.give("former", Terms(scope="all", preset="finance"))


@ceiling
def pass_on_what_has_not_begun_by_a_grant_that_has(stage):
    member = stage.cast.members["future"]
    Grant.objects.filter(member=member).update(may_pass_on=True)
    grant(member, "access_administrator", "all", may_pass_on=True)
    stage.give("future", Terms(scope="all", preset="finance"))


@refused(PermissionDenied)
def act_while_suspended(stage):
    stage.give("suspended", VIEWER)


@refused(PermissionDenied)
def act_with_a_page_from_before_ones_removal(stage):
    actor = stage.cast.actor("administrator")
    stage.cast.members["administrator"].delete()
    granting.give(actor, member=stage.accomplice, terms=VIEWER)


@refused(MissingCapabilityError)
def act_with_a_page_from_before_ones_demotion(stage):
    actor = stage.cast.actor("administrator")
    stage.cast.members["administrator"].grants.all().delete()
    granting.give(actor, member=stage.accomplice, terms=VIEWER)


def _looking_as(stage, name: str) -> Any:
    session: dict[str, Any] = {}
    actor = stage.cast.actor("owner")
    viewing.start(actor, session, member=stage.cast.members[name])
    return viewing.seen_by(actor, session)


@refused(PermissionDenied)
def change_something_while_looking_with_anothers_eyes(stage):
    seen = _looking_as(stage, "administrator")
    granting.give(seen, member=stage.accomplice, terms=VIEWER)


@refused(PermissionDenied)
def make_a_role_while_looking_with_anothers_eyes(stage):
    roles.make(_looking_as(stage, "administrator"), name="mine", mask=1)


@ceiling
def look_with_the_eyes_of_somebody_who_holds_more(stage):
    actor = stage.cast.actor("access_administrator")
    viewing.start(actor, {}, member=stage.cast.members["finance"])


@refused(MissingCapabilityError)
def look_with_anothers_eyes_without_the_right_to(stage):
    actor = stage.cast.actor("customer_admin")
    viewing.start(actor, {}, member=stage.accomplice)


@refused(PermissionDenied)
def look_with_the_eyes_of_a_member_of_another_workspace(stage):
    viewing.start(stage.cast.actor("owner"), {}, member=stage.cast.foreign["member"])


@ceiling
def promise_more_than_one_holds(stage):
    stage.promise("access_administrator", Terms(scope="all", preset="finance"))


@refused(MissingCapabilityError)
def give_without_managing_the_team(stage):
    grant(stage.cast.members["support"], "support", "subaccounts", may_pass_on=True)
    stage.give("support", Terms(scope="subaccounts", preset="support"))


def everything_that_rights_are_made_of() -> list[Any]:
    models = (Grant, Grant.accounts.through, Role, Tag, AccountTag, Reach, Member, Invitation)
    return [sorted(model.objects.values_list(), key=str) for model in models]


@pytest.mark.parametrize("name", PATHS)
def test_way_to_more_is_refused_and_changes_nothing(cast, name):
    error, path = PATHS[name]
    stage = Stage(cast, timezone.now())
    before = []

    def snapshot() -> None:
        before.append(everything_that_rights_are_made_of())

    with pytest.raises(error), watched(snapshot):
        path(stage)
    assert everything_that_rights_are_made_of() == before[-1]


def test_there_are_many_ways():
    assert len(PATHS) >= 40


class watched:  # noqa: N801 - reads as a word of the sentence above
    """Call `before` whenever a turn begins: what comes before it is the scenery."""

    def __init__(self, before: Callable[[], None]) -> None:
        self._before = before
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> None:
        from teams.services import turns

        lock = turns.lock

        def noting(workspace_id: int) -> None:
            self._before()
            lock(workspace_id)

        self._before()
        self._patch.setattr(turns, "lock", noting)

    def __exit__(self, *_: object) -> None:
        self._patch.undo()
