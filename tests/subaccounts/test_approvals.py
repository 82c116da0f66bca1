"""A second person's consent, limits, guardrails, and what happens when somebody goes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from operations.errors import GuardrailError, LimitReachedError, LostRaceError, RefusedError
from operations.models import Approval, Operation, Policy
from operations.services import approving, ruling
from operations.services.sweeping import end_overdue
from operations.services.telling import tell_due
from operations.states import State
from teams import policy
from teams.capabilities import Capability
from teams.models import Grant, Member, User
from teams.policy import MissingCapabilityError
from teams.services import membership, reach

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def join(workspace):
    """Make a member with one grant and return who that is as an actor."""

    def make(name, preset, scope="all", *, accounts=(), invited_by=None, **terms):
        user = User.objects.create_user(username=name, email=f"{name}@example.com", password="")
        member = Member.objects.create(workspace=workspace, user=user, invited_by=invited_by)
        grant = Grant.objects.create(member=member, place=0, preset=preset, scope=scope, **terms)
        grant.accounts.set(accounts)
        reach.extend_to_grant(grant)
        return policy.actor_of(member)

    return make


@pytest.fixture
def operator(join, sub):
    """Somebody who may move at most 50 EUR a day to one account, and nothing else."""
    terms = {"with_primary": True, "per_day": Decimal(5)}
    return join("operator", "operator", "selected", accounts=[sub], **terms)


@pytest.fixture
def approver(join):
    return join("approver", "approver", "subaccounts")


@pytest.fixture
def awaited(workspace, ask, operator, approver):
    """A transfer of the operator's that waits for consent."""
    Policy.objects.create(workspace=workspace, amount_above=Decimal(1))
    operation = ask("2", by=operator)
    assert operation.state == State.AWAITING
    return operation


def approve(actor, operation):
    approving.approve(actor, operation, fingerprint=operation.fingerprint)
    operation.refresh_from_db()


def test_what_was_approved_is_sent(awaited, approver, send):
    approve(approver, awaited)
    assert send(awaited).state == State.SUCCEEDED


def test_what_waits_is_not_sent(awaited, send):
    assert send(awaited).state == State.AWAITING
    assert awaited.attempts.count() == 0


def test_maker_never_agrees(awaited, workspace, join, ask):
    administrator = join("boss", "administrator")
    own = ask("3", by=administrator)
    with pytest.raises(PermissionDenied, match="yourself"):
        approve(administrator, own)


def test_whom_the_maker_just_invited_does_not_count(awaited, operator, join):
    friend = join("friend", "approver", "subaccounts", invited_by=operator.user)
    with pytest.raises(PermissionDenied, match="less than seven days"):
        approve(friend, awaited)
    Member.objects.filter(user=friend.user).update(joined_at=timezone.now() - timedelta(days=8))
    approve(friend, awaited)


def test_right_to_approve_is_needed_on_the_account(awaited, join):
    with pytest.raises(PermissionDenied):
        approve(join("support", "support", "subaccounts"), awaited)


def test_consent_is_bound_to_what_was_shown(awaited, approver):
    with pytest.raises(RefusedError):
        approving.approve(approver, awaited, fingerprint="another")
    assert Approval.objects.get().verdict == ""


def test_consent_to_something_else_is_void(awaited, approver, send):
    approve(approver, awaited)
    Approval.objects.update(fingerprint="another")
    assert send(awaited).state == State.CANCELLED


def test_decision_is_made_once(awaited, approver, actor):
    approving.decline(approver, awaited, answer="Not this month.")
    awaited.refresh_from_db()
    assert (awaited.state, awaited.detail) == (State.DECLINED, "Not this month.")
    with pytest.raises(LostRaceError):
        approve(actor, awaited)


def test_unanswered_it_lapses_after_a_day(awaited, later):
    Approval.objects.update(lapses_at=timezone.now())
    assert end_overdue(timezone.now()) == 1
    awaited.refresh_from_db()
    assert awaited.state == State.LAPSED


def test_nobody_else_means_no_approval(workspace, ask):
    Policy.objects.create(workspace=workspace, amount_above=Decimal(1))
    assert ask("2").state == State.READY, "a primary user who is alone is not locked out"


def test_people_are_told(awaited, approver, owner):
    tell_due(timezone.now())
    assert {each.to[0] for each in mail.outbox} == {owner.email, approver.user.email}
    assert awaited.reference in mail.outbox[0].body
    mail.outbox.clear()
    tell_due(timezone.now())
    assert mail.outbox == []


# Who may agree


@pytest.fixture
def team(awaited, join, operator, owner, sub, primary):
    """Members who may agree to it, and members who may not for one reason each."""
    over = {"ends_at": timezone.now() - timedelta(hours=1)}
    join("all", "approver", "all")
    join("chosen", "approver", "selected", accounts=[sub])
    join("invited_by_another", "approver", "all", invited_by=owner)
    join("invited_long_ago", "approver", "all", invited_by=operator.user)
    Member.objects.filter(user__username="invited_long_ago").update(
        joined_at=timezone.now() - timedelta(days=8)
    )
    join("chosen_other", "approver", "selected", accounts=[primary])
    join("invited", "approver", "all", invited_by=operator.user)
    join("suspended", "approver", "all")
    Member.objects.filter(user__username="suspended").update(suspended_at=timezone.now())
    join("over", "approver", "all", **over)
    join("yet_to_come", "approver", "all", starts_at=timezone.now() + timedelta(hours=1))
    join("another_right", "support", "all")
    return awaited


WHO_MAY = {"owner", "approver", "all", "chosen", "invited_by_another", "invited_long_ago"}


def test_those_who_are_told_are_those_who_may(team, workspace, owner):
    assert {each.username for each in approving.approvers_of(team)} == WHO_MAY
    members = Member.objects.filter(workspace=workspace).select_related("user", "workspace")
    judged = [each for each in members if not approving.objection(policy.actor_of(each), team)]
    assert {each.user.username for each in judged} | {owner.username} == WHO_MAY


def test_where_no_account_is_there_yet_it_is_held_anywhere(team):
    team.account = None
    assert {each.username for each in approving.approvers_of(team)} == {*WHO_MAY, "chosen_other"}


def test_nobody_may_on_an_account_of_another_workspace(team, owner):
    team.account.workspace_id += 1
    assert approving.approvers_of(team) == [owner]


def test_asking_who_may_takes_as_many_queries_for_two_as_for_twenty(
    awaited, join, sub, actor, django_assert_num_queries
):
    def ask_both(members: int):
        operation = Operation.objects.select_related("account", "workspace__primary_user").get()
        with django_assert_num_queries(1):
            assert len(approving.approvers_of(operation)) == 1 + members
        with django_assert_num_queries(1):
            assert approving.somebody_else_may(actor, operation)

    join("another", "approver", "selected", accounts=[sub])
    ask_both(2)
    for number in range(18):
        scope = ("selected", "all", "subaccounts")[number % 3]
        join(f"more-{number}", "approver", scope, accounts=[sub])
    ask_both(20)


# Limits


def test_limit_holds_over_everything_that_may_have_happened(ask, operator, send, vonage):
    send(ask("3", by=operator))
    with pytest.raises(LimitReachedError, match="2 is left"):
        ask("2.50", by=operator)
    assert ask("2", by=operator).state == State.READY


def test_limit_counts_what_is_unknown(ask, operator):
    operation = ask("3", by=operator)
    now = timezone.now()
    Operation.objects.filter(pk=operation.pk).update(
        state=State.UNKNOWN, unknown_since=now, look_at=now
    )
    with pytest.raises(LimitReachedError):
        ask("3", by=operator)


def test_limit_does_not_count_what_came_to_nothing(ask, operator):
    Operation.objects.filter(pk=ask("3", by=operator).pk).update(state=State.REJECTED)
    assert ask("5", by=operator)


def test_limit_is_over_after_a_day(ask, operator, later):
    ask("5", by=operator)
    later(24 * 3600 + 1)
    assert ask("5", by=operator)


def test_nobody_moves_where_no_grant_reaches(ask, operator, vonage, read, workspace):
    from accounts.models import Account

    key = vonage.subaccount("Another", balance="1")
    read()
    other = Account.objects.get(workspace=workspace, api_key=key)
    with pytest.raises(MissingCapabilityError):
        ask("1", by=operator, to=other)


def test_guardrail_binds_the_primary_user(ask, actor, workspace):
    ruling.change(actor, primary_keeps=Decimal(120))
    with pytest.raises(GuardrailError, match="at least"):
        ask("8")
    assert ask("7").state == State.READY
    with pytest.raises(GuardrailError):
        ask("1")


def test_each_part_of_the_rules_takes_its_own_right(join, workspace):
    assert policy.can(join("boss", "administrator"), Capability.GUARDRAIL_MANAGE)
    finance = join("finance", "finance")
    with pytest.raises(MissingCapabilityError):
        ruling.change(finance, primary_keeps=Decimal(1))


# Going


def test_right_that_is_gone_by_the_claim_cancels(ask, operator, send):
    operation = ask("1", by=operator)
    Grant.objects.all().delete()
    assert send(operation).state == State.CANCELLED
    assert "right" in operation.transitions.get(end="cancelled").reason


def test_removal_cancels_what_waits(ask, operator, actor, awaited):
    member = Member.objects.get(user=operator.user)
    membership.remove(actor, member=member)
    awaited.refresh_from_db()
    assert awaited.state == State.CANCELLED
