"""A workspace changes hands: offered, agreed to, done a day later, and never without an owner."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from teams.models import Handover, Member, User
from teams.policy import actor_in, actor_of
from teams.services import handover, membership
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


@pytest.fixture
def heir(member):
    return member("heir", "finance")


@pytest.fixture
def agreed(actor, heir):
    handover.offer(actor, member=heir)
    return handover.accept(actor_of(heir))


def owner_of(workspace):
    workspace.refresh_from_db()
    return workspace.primary_user


def test_it_happens_a_day_after_the_agreement(actor, heir, agreed, workspace, committed):
    later = timezone.now() + A_DAY
    assert handover.carry_out_due(timezone.now()) == 0
    assert owner_of(workspace) == actor.user
    with committed():
        assert handover.carry_out_due(later) == 1
    assert owner_of(workspace) == heir.user
    assert not Member.objects.filter(user=heir.user).exists()
    (grant,) = Member.objects.get(user=actor.user).grants.all()
    assert (grant.preset, grant.scope, grant.may_pass_on, grant.ends_at) == (
        "administrator",
        "all",
        True,
        None,
    )
    assert {each.to[0] for each in mail.outbox} == {"owner@example.com", "heir@example.com"}
    assert handover.carry_out_due(later) == 0
    entry = Entry.objects.get(event="workspace:ownership:hand_over")
    assert (entry.actor_label, entry.target_label) == ("Switchboard", "heir")


def test_administrators_are_told_at_each_step(actor, administrator, heir, member, committed):
    member("customer", "customer_admin", "subaccounts")
    with committed():
        handover.offer(actor, member=heir)
    assert sorted(each.to[0] for each in mail.outbox) == [
        "administrator@example.com",
        "heir@example.com",
    ]
    mail.outbox.clear()
    with committed():
        handover.accept(actor_of(heir))
    assert sorted(each.to[0] for each in mail.outbox) == [
        "administrator@example.com",
        "owner@example.com",
    ]
    assert all("UTC" in each.body or "Europe" in each.body for each in mail.outbox)
    mail.outbox.clear()
    with committed():
        handover.cancel(actor)
    assert sorted(each.to[0] for each in mail.outbox) == [
        "administrator@example.com",
        "heir@example.com",
    ]


def test_the_old_owner_calls_it_off_until_it_happens(actor, agreed, workspace):
    handover.cancel(actor)
    assert handover.carry_out_due(timezone.now() + A_DAY) == 0
    assert owner_of(workspace) == actor.user
    with pytest.raises(handover.HandoverError):
        handover.cancel(actor)


def test_the_heir_says_no_even_after_agreeing(actor, heir, agreed, workspace):
    handover.decline(actor_of(heir))
    assert handover.carry_out_due(timezone.now() + A_DAY) == 0
    assert owner_of(workspace) == actor.user


def test_nothing_happens_without_the_agreement(actor, heir, workspace):
    handover.offer(actor, member=heir)
    assert handover.carry_out_due(timezone.now() + 100 * A_DAY) == 0
    assert owner_of(workspace) == actor.user


def test_only_the_two_of_them_decide(actor, administrator, heir):
    other = actor_of(administrator)
    with pytest.raises(PermissionDenied):
        handover.offer(other, member=heir)
    handover.offer(actor, member=heir)
    for step in (handover.accept, handover.decline, handover.cancel):
        with pytest.raises(PermissionDenied):
            step(other)
    with pytest.raises(PermissionDenied):
        handover.accept(actor)
    with pytest.raises(PermissionDenied):
        handover.cancel(actor_of(heir))
    with pytest.raises(handover.HandoverError):
        handover.offer(actor, member=administrator)


def test_agreeing_twice_moves_no_day(actor, heir, agreed):
    with pytest.raises(handover.HandoverError):
        handover.accept(actor_of(heir))
    assert Handover.objects.get().due_at == agreed.due_at


@pytest.mark.parametrize("how", ["suspended", "removed", "switched off"])
def test_who_cannot_come_in_does_not_become_the_owner(actor, heir, agreed, workspace, how):
    if how == "suspended":
        membership.suspend(actor, member=heir)
    elif how == "removed":
        membership.remove(actor, member=heir)
    else:
        User.objects.filter(pk=heir.user_id).update(is_active=False)
    assert handover.carry_out_due(timezone.now() + A_DAY) == 0
    assert owner_of(workspace) == actor.user
    assert not Handover.objects.filter(ended_at=None).exists()


def test_a_failing_handover_does_not_hold_up_the_others(
    actor, agreed, person, monkeypatch, workspace, caplog
):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=actor.user)
    second = Member.objects.create(workspace=other, user=person("second"))
    there = actor_in(actor.user, "other")
    handover.offer(there, member=second)
    handover.accept(actor_of(second))
    make = handover._make_owner

    def fail(place, *args, **kwargs):
        if place == workspace:
            raise RuntimeError
        make(place, *args, **kwargs)

    monkeypatch.setattr(handover, "_make_owner", fail)
    assert handover.carry_out_due(timezone.now() + 2 * A_DAY) == 1
    assert owner_of(other) == second.user
    assert Handover.objects.filter(workspace=workspace, ended_at=None).exists()
    assert "handover failed" in caplog.text


def test_the_heirs_invitations_stay_good(actor, heir, agreed, invite, workspace, person):
    """What the heir was promised to give is still theirs to give."""
    from teams.services import granting, invitations

    granting.give(
        actor, member=heir, terms=Terms(scope="all", preset="administrator", may_pass_on=True)
    )
    invitation, _ = invite("ada@example.com", by=actor_of(heir))
    handover.carry_out_due(timezone.now() + A_DAY)
    assert invitations.accept(invitation, person("ada"))


def test_pages_from_offer_to_agreement(client, sign_in, actor, heir, workspace):
    page = reverse("teams:handover", args=[workspace.slug])
    sign_in(client, actor.user)
    assert b"Offer the workspace" in client.get(page).content
    offer = reverse("teams:offer_handover", args=[workspace.slug])
    assert client.post(offer, {"member": "0"}).status_code == 422
    client.post(offer, {"member": heir.pk})
    assert b"Call it off" in client.get(page).content
    sign_in(client, heir.user)
    assert b"Agree to own it" in client.get(page).content
    client.post(reverse("teams:accept_handover", args=[workspace.slug]))
    assert b"Agree to own it" not in client.get(page).content
    assert Handover.objects.get().due_at
    client.post(reverse("teams:decline_handover", args=[workspace.slug]))
    assert client.get(page).status_code == 404
    sign_in(client, actor.user)
    client.post(reverse("teams:cancel_handover", args=[workspace.slug]))
    assert b"There is no offer any more" in client.get(page).content


def test_the_page_exists_for_nobody_else(
    client, sign_in, member, heir, actor, administrator, workspace
):
    page = reverse("teams:handover", args=[workspace.slug])
    offer = reverse("teams:offer_handover", args=[workspace.slug])
    sign_in(client, member("viewer", "customer_viewer").user)
    assert client.get(page).status_code == 404
    assert client.post(offer, {"member": heir.pk}).status_code == 404
    sign_in(client, administrator.user)
    assert client.get(page).status_code == 200
    assert client.post(offer, {"member": heir.pk}).status_code == 404
    handover.offer(actor, member=heir)
    assert client.post(reverse("teams:accept_handover", args=[workspace.slug])).status_code == 403


def test_console_says_what_it_would_do_and_changes_nothing(capsys, actor, heir, workspace):
    call_command("recover_primary_user", "harbour", "HEIR")
    out = capsys.readouterr().out
    assert "heir <heir@example.com> would own Harbour Messaging instead of owner" in out
    assert owner_of(workspace) == actor.user
    assert not Entry.objects.filter(event="workspace:ownership:recover").exists()


def test_console_replaces_a_lost_primary_user_loudly(
    capsys, actor, heir, agreed, workspace, invite, committed, caplog
):
    invitation, _ = invite("friend@example.com")
    mail.outbox.clear()
    with committed():
        call_command("recover_primary_user", "harbour", "heir", "--yes")
    assert owner_of(workspace) == heir.user
    assert not workspace.members.exists()
    assert actor_in(actor.user, "harbour") is None
    assert not Handover.objects.filter(ended_at=None).exists()
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    entry = Entry.objects.get(event="workspace:ownership:recover")
    assert (entry.actor_label, entry.old, entry.new) == (
        "the console",
        {"primary_user": "owner"},
        {"primary_user": "heir"},
    )
    told = {each.to[0] for each in mail.outbox if "another primary user" in each.subject}
    assert told == {"owner@example.com", "heir@example.com"}
    assert "primary user replaced at the console" in caplog.text
    assert "heir owns Harbour Messaging now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("slug", "name", "sentence"),
    [
        ("nowhere", "heir", "no workspace"),
        ("harbour", "nobody", "no login"),
        ("harbour", "owner", "already"),
        ("harbour", "asleep", "switched off"),
    ],
)
def test_console_refuses_what_makes_no_sense(workspace, heir, person, slug, name, sentence):
    User.objects.filter(pk=person("asleep").pk).update(is_active=False)
    with pytest.raises(CommandError, match=sentence):
        call_command("recover_primary_user", slug, name, "--yes")


def test_beat_carries_it_out(agreed, heir, workspace):
    from dashboard.celery import app
    from teams.tasks import hand_over_due

    assert "teams.tasks.hand_over_due" in {x["task"] for x in app.conf.beat_schedule.values()}
    Handover.objects.update(due_at=timezone.now())
    hand_over_due()
    assert owner_of(workspace) == heir.user
