"""Whoever has lost the factors needs somebody else, a day, and is told. AU-16."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from teams.policy import MissingCapabilityError, actor_in
from teams.services import factor_reset
from teams.services.factor_reset import DELAY, ResetRefusedError

pytestmark = pytest.mark.django_db(transaction=True)

AFTER = DELAY + timedelta(minutes=1)


@pytest.fixture
def member(workspace, stranger):
    """Somebody else in the workspace, with an authenticator app, who may do nothing there."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from teams.models import Member

    TOTP.activate(stranger, generate_totp_secret())
    stranger.refresh_from_db()
    return Member.objects.create(workspace=workspace, user=stranger)


@pytest.fixture
def other_administrator(workspace):
    """Somebody who may manage people, without being the primary user."""
    from teams.capabilities import Capability
    from teams.models import Grant, Member, Role, User

    user = User.objects.create_user(username="third", email="third@example.com", password="x" * 20)
    member = Member.objects.create(workspace=workspace, user=user)
    people = Capability.TEAM_MANAGE.bit | Capability.ACCOUNT_VIEW.bit
    role = Role.objects.create(workspace=workspace, name="people", mask=people)
    Grant.objects.create(member=member, role=role, scope=Grant.Scope.ALL, place=0)
    return actor_in(user, workspace.slug)


def has_factor(member) -> bool:
    member.user.refresh_from_db()
    return member.user.has_second_factor


def carry_out() -> int:
    return factor_reset.carry_out_due(timezone.now() + AFTER)


def test_factors_go_after_a_day_and_the_person_is_told_twice(actor, member, sign_in, events):
    with timezone.override("Asia/Tokyo"):
        reset = factor_reset.start(actor=actor, member=member)
    (told,) = mail.outbox
    assert told.to == ["stranger@example.com"]
    assert "owner asked to reset" in told.body
    assert f"{reset.due_at:%H:%M} (UTC)" in told.body
    assert factor_reset.carry_out_due(timezone.now() + DELAY - timedelta(minutes=1)) == 0
    assert has_factor(member)
    assert carry_out() == 1
    assert not has_factor(member)
    assert mail.outbox[1].subject == "Your second factors were reset"
    assert events() == [("user:factor:ask_reset", "done"), ("user:factor:reset", "done")]
    assert carry_out() == 0


def test_sessions_end_with_the_factors(actor, member, client, is_in):
    client.force_login(member.user)
    assert is_in(client)
    factor_reset.start(actor=actor, member=member)
    assert is_in(client)
    carry_out()
    assert not is_in(client)


def test_without_the_right_nobody_starts_it(member, owner, workspace):
    from teams.models import Member

    powerless = actor_in(member.user, workspace.slug)
    with pytest.raises(MissingCapabilityError):
        factor_reset.start(actor=powerless, member=Member(user=owner, workspace=workspace))


def test_nobody_starts_it_for_themselves(other_administrator, app, events):
    from teams.models import Member

    mine = Member.objects.get(user=other_administrator.user)
    with pytest.raises(ResetRefusedError, match="Somebody else"):
        factor_reset.start(actor=other_administrator, member=mine)
    assert events()[-1] == ("user:factor:ask_reset", "refused")


def test_nobody_starts_it_with_somebody_elses_eyes(actor, member, owner, stranger):
    from dataclasses import replace

    with pytest.raises(ResetRefusedError):
        factor_reset.start(actor=replace(actor, seen_by=stranger), member=member)


def test_nobody_starts_it_in_another_workspace(actor, member, owner):
    from teams.models import Workspace

    elsewhere = Workspace.objects.create(slug="far", name="Far", primary_user=owner)
    with pytest.raises(ResetRefusedError, match="not in the workspace"):
        factor_reset.start(actor=actor_in(owner, elsewhere.slug), member=member)


def test_second_one_is_refused(actor, member):
    factor_reset.start(actor=actor, member=member)
    with pytest.raises(ResetRefusedError, match="waiting already"):
        factor_reset.start(actor=actor, member=member)


def test_without_factors_there_is_nothing_to_reset(actor, member):
    member.user.authenticator_set.all().delete()
    member.user.refresh_from_db()
    with pytest.raises(ResetRefusedError, match="no second factor"):
        factor_reset.start(actor=actor, member=member)


@pytest.mark.parametrize("by", ["stranger", "owner"])
def test_person_and_starter_call_it_off(by, actor, member, client, events):
    from teams.models import User

    reset = factor_reset.start(actor=actor, member=member)
    client.force_login(User.objects.get(username=by))
    page = client.get(reverse("security"))
    assert (b"Call it off" in page.content) == (by == "stranger")
    client.post(reverse("cancel_factor_reset", args=[reset.pk]))
    assert carry_out() == 0
    assert has_factor(member)
    assert mail.outbox[-1].subject == "Your second factors stay as they are"
    assert events()[-1] == ("user:factor:cancel_reset", "done")


def test_nobody_else_calls_it_off(actor, member, other_administrator, client):
    reset = factor_reset.start(actor=actor, member=member)
    client.force_login(other_administrator.user)
    assert client.post(reverse("cancel_factor_reset", args=[reset.pk])).status_code == 404
    with pytest.raises(ResetRefusedError):
        factor_reset.cancel(user=other_administrator.user, reset=reset)
    assert carry_out() == 1


def test_it_cannot_be_called_off_afterwards(actor, member):
    reset = factor_reset.start(actor=actor, member=member)
    carry_out()
    with pytest.raises(ResetRefusedError, match="over"):
        factor_reset.cancel(user=member.user, reset=reset)


def test_who_lost_the_right_meanwhile_resets_nothing(other_administrator, member, events):
    from teams.models import Grant

    factor_reset.start(actor=other_administrator, member=member)
    Grant.objects.all().delete()
    assert carry_out() == 0
    assert has_factor(member)
    assert events()[-1] == ("user:factor:cancel_reset", "done")


def test_beat_carries_out_what_is_due(actor, member):
    from dashboard.celery import app
    from teams.models import FactorReset
    from teams.tasks import carry_out_factor_resets

    factor_reset.start(actor=actor, member=member)
    FactorReset.objects.update(due_at=timezone.now())
    carry_out_factor_resets()
    assert not has_factor(member)
    names = [each["task"] for each in app.conf.beat_schedule.values()]
    assert carry_out_factor_resets.name in names


def test_console_resets_at_once_and_loudly(app, owner, capsys):
    from audit.models import Entry

    call_command("reset_factors", "OWNER")
    owner.refresh_from_db()
    assert not owner.has_second_factor
    assert "owner" in capsys.readouterr().out
    entry = Entry.objects.get()
    assert (entry.event, entry.actor_label) == ("user:factor:reset", "the console")
    assert mail.outbox[0].to == ["owner@example.com"]
    with pytest.raises(CommandError, match="no login"):
        call_command("reset_factors", "nobody")


def test_person_of_another_workspace_too_keeps_the_factors(other_administrator, member):
    from teams.models import Workspace

    factor_reset.start(actor=other_administrator, member=member)
    Workspace.objects.create(slug="other", name="Other", primary_user=member.user)
    assert carry_out() == 0
    assert has_factor(member)
    with pytest.raises(factor_reset.ResetRefusedError, match="console"):
        factor_reset.start(actor=other_administrator, member=member)


def test_person_who_rose_above_meanwhile_keeps_the_factors(other_administrator, member):
    from teams.models import Grant

    factor_reset.start(actor=other_administrator, member=member)
    Grant.objects.create(member=member, preset="administrator", scope="all", place=0)
    assert carry_out() == 0
    assert has_factor(member)
