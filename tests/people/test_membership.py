"""Removal, leaving and locking out: IN-11 and IN-12."""

import threading

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from teams.ceilings import CeilingError
from teams.models import AccessRequest, Grant, Handover, Invitation, Member, Reach, User
from teams.policy import MissingCapabilityError, actor_in, actor_of
from teams.services import granting, handover, invitations, membership
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db

OUT = {302, 404}
"""Back at the sign-in page, or where there is no such workspace."""


@pytest.fixture
def ended():
    """Whose sessions and the like were ended, and where."""
    told = []
    membership.on_removal.append(lambda user, workspace: told.append((user, workspace)))
    yield told
    membership.on_removal.pop()


def test_in_11_nothing_of_a_removed_member_works_any_more(
    client, sign_in, actor, member, accounts, invite, terms, ended, workspace, person
):
    """IN-11: each old artefact is used after the removal."""
    whole = frozenset(each.pk for each in accounts)
    gone = member("gone", "administrator", "all", may_pass_on=True)
    granting.give(
        actor,
        member=gone,
        terms=Terms(scope="selected", preset="support", account_ids=whole),
    )
    old_actor = actor_of(gone)
    AccessRequest.objects.create(member=gone, capability="secret.reveal")
    invitation, _ = invite("friend@example.com", by=old_actor)
    Handover.objects.create(
        workspace=workspace, offered_by=workspace.primary_user, offered_to=gone.user
    )
    sign_in(client, gone.user)
    inside = reverse("team:leave", args=[workspace.slug])
    assert client.get(inside).status_code == 200
    link = reset_link(client, "gone@example.com")

    membership.remove(actor, member=gone, reason="Moved on.")

    assert client.get(inside).status_code in OUT
    assert ended == [(gone.user, workspace)]
    assert not Grant.objects.filter(member=gone.pk).exists()
    assert not Reach.objects.exists()
    assert not AccessRequest.objects.exists()
    assert not Handover.objects.filter(ended_at=None).exists()
    with pytest.raises(invitations.VoidInvitationError):
        invitations.accept(invitation, person("friend"))
    with pytest.raises(PermissionDenied):
        invite("other@example.com", by=old_actor)
    with pytest.raises(PermissionDenied):
        handover.accept(old_actor)
    assert b"password1" not in client.get(link, follow=True).content
    entry = Entry.objects.get(event="member:membership:remove")
    assert (entry.target_label, entry.reason) == ("gone", "Moved on.")
    assert entry.old["withdrawn_invitations"] == ["friend@example.com"]


def reset_link(client, email):
    from django.test import Client

    Client().post(reverse("account_reset_password"), {"email": email})
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/" in word)
    return "/" + link.split("/", 3)[3]


def test_in_11_what_lives_above_ends_with_it_or_nothing_does(actor, administrator):
    def fail(user, workspace):
        raise RuntimeError

    membership.on_removal.append(fail)
    try:
        with pytest.raises(RuntimeError):
            membership.remove(actor, member=administrator)
    finally:
        membership.on_removal.remove(fail)
    assert Member.objects.filter(pk=administrator.pk).exists()


def test_in_11_a_part_elsewhere_stays(actor, administrator, stranger):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    Member.objects.create(workspace=other, user=administrator.user)
    membership.remove(actor, member=administrator)
    assert actor_in(administrator.user, "other")
    assert actor_in(administrator.user, "harbour") is None


def test_removing_takes_the_right_and_the_rank(actor, administrator, member):
    lesser = actor_of(member("customer", "customer_admin", "subaccounts", may_pass_on=True))
    viewer = actor_of(member("viewer", "customer_viewer"))
    with pytest.raises(CeilingError):
        membership.remove(lesser, member=administrator)
    with pytest.raises(CeilingError):
        membership.suspend(lesser, member=administrator)
    with pytest.raises(MissingCapabilityError):
        membership.remove(viewer, member=administrator)
    with pytest.raises(CeilingError):
        membership.remove(actor_of(administrator), member=administrator)


def test_members_of_other_workspaces_are_nobody_here(actor, stranger, person):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    foreign = Member.objects.create(workspace=other, user=person("foreign"))
    for change in (membership.remove, membership.suspend, membership.resume):
        with pytest.raises(PermissionDenied):
            change(actor, member=foreign)
    assert Member.objects.filter(pk=foreign.pk, suspended_at=None).exists()


def test_locking_out_and_letting_in_again(client, sign_in, actor, administrator, ended, workspace):
    sign_in(client, administrator.user)
    inside = reverse("team:leave", args=[workspace.slug])
    membership.suspend(actor, member=administrator)
    membership.suspend(actor, member=administrator)
    assert client.get(inside).status_code in OUT
    assert ended == [(administrator.user, workspace)]
    assert administrator.grants.count() == 1
    membership.resume(actor, member=administrator)
    administrator.user.refresh_from_db()
    sign_in(client, administrator.user)
    assert client.get(inside).status_code == 200
    events = list(Entry.objects.filter(event__startswith="member:membership").order_by("seq"))
    assert [each.event for each in events] == [
        "member:membership:suspend",
        "member:membership:resume",
    ]


def test_leaving_ends_the_same(administrator, invite, ended, workspace):
    invitation, _ = invite("friend@example.com", by=actor_of(administrator))
    membership.leave(actor_of(administrator))
    assert not Member.objects.exists()
    assert ended == [(administrator.user, workspace)]
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    assert Entry.objects.filter(event="member:membership:leave").exists()


def test_in_12_the_primary_user_cannot_be_taken_away(
    client, sign_in, actor, administrator, workspace
):
    """IN-12: neither by leaving nor by others; there is no row of a member to touch."""
    with pytest.raises(membership.OwnerCannotLeaveError):
        membership.leave(actor)
    sign_in(client, workspace.primary_user)
    assert client.post(reverse("team:leave", args=[workspace.slug])).status_code == 403
    sign_in(client, administrator.user)
    for page in ("remove", "suspend", "resume"):
        for pk in (workspace.primary_user_id + 10_000, 0):
            there = reverse(f"team:{page}", args=[workspace.slug, pk])
            assert client.post(there).status_code == 404
    with pytest.raises(PermissionDenied):
        handover.offer(actor_of(administrator), member=administrator)
    with pytest.raises(ProtectedError):
        workspace.primary_user.delete()
    workspace.refresh_from_db()
    assert workspace.primary_user == actor.user


@pytest.mark.django_db(transaction=True)
def test_in_12_a_hundred_tries_at_once_leave_one_owner(actor, administrator, workspace):
    """IN-12: the owner leaves, is removed, hands over and calls it off, all at the same moment."""
    heir = actor_of(administrator)
    Handover.objects.create(
        workspace=workspace,
        offered_by=actor.user,
        offered_to=administrator.user,
        accepted_at=timezone.now(),
        due_at=timezone.now(),
    )
    tries = [
        lambda: membership.leave(actor),
        lambda: handover.cancel(actor),
        lambda: handover.carry_out_due(timezone.now()),
        lambda: membership.leave(heir),
        lambda: membership.remove(heir, member=administrator),
    ]
    owners = at_once([tries[number % len(tries)] for number in range(100)], workspace)
    assert owners <= {actor.user.pk, administrator.user_id}
    workspace.refresh_from_db()
    owner = workspace.primary_user
    assert not Member.objects.filter(workspace=workspace, user=owner).exists()


@pytest.mark.django_db(transaction=True)
def test_az_7_two_administrators_who_remove_each_other_leave_one(member):
    """AZ-7: the second is judged after the first is done."""
    one = member("one", "administrator", may_pass_on=True)
    two = member("two", "administrator", may_pass_on=True)
    at_once(
        [
            lambda: membership.remove(actor_of(one), member=two),
            lambda: membership.remove(actor_of(two), member=one),
        ],
        one.workspace,
    )
    assert Member.objects.count() == 1


def at_once(tries, workspace):
    """Try all at the same moment; return the owners that were seen after each."""
    from teams.models import Workspace

    start, owners = threading.Barrier(len(tries)), set()

    def run(act):
        start.wait()
        try:
            act()
        except (PermissionDenied, CeilingError, handover.HandoverError, Member.DoesNotExist):
            pass
        except membership.OwnerCannotLeaveError:
            pass
        finally:
            owners.add(Workspace.objects.get(pk=workspace.pk).primary_user_id)
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in tries]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return owners


def test_invitations_of_others_stay(actor, administrator, invite):
    invitation, _ = invite("friend@example.com")
    membership.remove(actor, member=administrator)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is None
    assert Invitation.objects.count() == User.objects.count() - 1
