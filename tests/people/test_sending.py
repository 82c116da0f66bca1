"""Sending invitations: IN-9, IN-10, IN-13 and IN-14, each named where it is proved."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from teams.ceilings import CeilingError
from teams.models import Grant, Invitation, Member, User
from teams.policy import MissingCapabilityError, actor_in, actor_of
from teams.services import invitations, membership
from teams.services.granting import Terms

PAGE = "/invitation/"

pytestmark = pytest.mark.django_db


def test_in_9_nobody_makes_a_login_without_an_invitation(client, chosen, workspace, rf):
    """IN-9: the first start is proved in tests/teams/test_first_start.py; this is any later day."""
    from allauth.account.adapter import get_adapter
    from django.urls import NoReverseMatch

    from teams.services import first_start

    assert client.post(PAGE, chosen).status_code == 404
    assert not get_adapter().is_open_for_signup(rf.get("/"))
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    late = first_start.new_link()
    client.get(reverse("teams:enter_setup", args=[late]))
    assert client.post(reverse("teams:setup"), chosen).status_code == 404
    assert User.objects.count() == 1


def test_in_10_asking_somebody_with_a_login_looks_like_asking_anybody(
    invite, person, committed, stranger
):
    """IN-10: neither the answer nor the mail depends on it."""
    with committed():
        known, _ = invite("stranger@example.com")
        unknown, _ = invite("unknown@example.com")
    first, second = mail.outbox
    assert first.subject == second.subject
    assert without_link(first.body) == without_link(second.body)
    assert known.expires_at - unknown.expires_at < timedelta(seconds=5)


def without_link(body):
    return [line for line in body.splitlines() if "://" not in line]


def test_in_10_who_does_not_see_a_member_does_not_learn_of_them(invite, administrator, member):
    """Of people who hold more nothing is learned; of others, what the team page says."""
    lesser = actor_of(member("customer", "customer_admin", "subaccounts", may_pass_on=True))
    little = [Terms(scope="subaccounts", preset="customer_viewer")]
    invite("administrator@example.com", by=lesser, terms=little)
    member("colleague", "customer_viewer", "subaccounts")
    with pytest.raises(invitations.AlreadyInvitedError):
        invite("colleague@example.com", by=lesser, terms=little)


def test_a_member_who_is_asked_again_gets_nothing_more(
    client, sign_in, invite, enter, administrator, member
):
    lesser = actor_of(member("customer", "customer_admin", "subaccounts", may_pass_on=True))
    little = [Terms(scope="subaccounts", preset="customer_viewer")]
    _, token = invite("administrator@example.com", by=lesser, terms=little)
    sign_in(client, administrator.user)
    enter(client, token)
    client.post(PAGE)
    assert administrator.grants.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_locked_out_member_does_not_come_back_by_invitation(invite, actor, administrator, person):
    membership.suspend(actor, member=administrator)
    with pytest.raises(invitations.AlreadyInvitedError):
        invite("administrator@example.com")


def test_in_10_a_day_has_an_end(invite, actor, monkeypatch):
    from teams.services.invitations import sending

    monkeypatch.setattr(sending, "PER_PERSON", 2)
    first, _ = invite("a@example.com")
    invite("b@example.com")
    with pytest.raises(invitations.TooManyInvitationsError):
        invite("c@example.com")
    with pytest.raises(invitations.TooManyInvitationsError):
        invitations.resend(actor, invitation=first)
    invitations.withdraw(actor, invitation=first)
    with pytest.raises(invitations.TooManyInvitationsError):
        invite("c@example.com")
    Invitation.objects.update(invited_at=timezone.now() - timedelta(days=1))
    invite("c@example.com")


def test_in_10_a_workspace_has_a_limit_of_its_own(invite, monkeypatch, administrator):
    from teams.services.invitations import sending

    monkeypatch.setattr(sending, "PER_WORKSPACE", 1)
    invite("a@example.com")
    with pytest.raises(invitations.TooManyInvitationsError):
        invite("b@example.com", by=actor_of(administrator))


def test_in_10_names_cannot_put_a_link_or_a_header_into_a_mail(invite, workspace, owner, committed):
    from teams.models import Workspace

    Workspace.objects.update(name="Win https://evil.example\r\nBcc: all@example.com {{7*7}}<b>")
    User.objects.filter(pk=owner.pk).update(username="www.evil.example")
    with committed():
        invite(by=actor_in(User.objects.get(pk=owner.pk), workspace.slug))
    (sent,) = mail.outbox
    assert "\n" not in sent.subject
    assert "{{7*7}}<b>" in sent.subject
    links = [word for word in sent.body.split() if "://" in word or "evil.example" in word]
    assert len(links) == 1
    assert "Bcc" not in sent.extra_headers
    assert sent.recipients() == ["ada@example.com"]


@pytest.mark.parametrize(
    "forged",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_X_FORWARDED_HOST": "evil.example"},
        {"HTTP_HOST": "evil.example:80@testserver"},
        {"HTTP_HOST": "testserver:8443"},
        {"SERVER_NAME": "evil.example"},
    ],
)
def test_in_13_links_lead_to_the_configured_address(
    client, sign_in, owner, workspace, settings, committed, forged
):
    """IN-13: whatever host name the request comes with."""
    sign_in(client, owner)
    with committed():
        answer = client.post(
            reverse("team:invite", args=[workspace.slug]),
            {
                "addresses": "ada@example.com",
                "form-TOTAL_FORMS": "1",
                "form-INITIAL_FORMS": "0",
                "form-0-role": "preset:support",
                "form-0-scope": "all",
            },
            **forged,
        )
    if answer.status_code == 400:
        assert mail.outbox == []
        return
    (sent,) = mail.outbox
    (link,) = [word for word in sent.body.split() if "://" in word]
    assert link.startswith(f"{settings.BASE_URL}/invitation/")


def test_in_14_a_former_member_gets_only_what_is_new(client, invite, actor, member, accounts):
    """IN-14: nothing comes back with the person."""
    from teams.models import Reach

    one = frozenset({accounts[1].pk})
    former = member("ada", "developer", "selected", account_ids=one)
    user = former.user
    membership.remove(actor, member=former)
    assert not Grant.objects.filter(member__user=user).exists()
    assert not Reach.objects.exists()
    invitation, _ = invite("ada@example.com", terms=[Terms(scope="all", preset="support")])
    again = invitations.accept(invitation, user)
    assert [each.preset for each in again.grants.all()] == ["support"]
    assert not Reach.objects.exists()


def test_sending_again_keeps_the_terms_and_changes_the_answerable(
    invite, actor, administrator, enter, client, chosen
):
    old, token = invite(by=actor_of(administrator))
    sent = invitations.resend(actor, invitation=old)
    assert sent.invitation.invited_by == actor.user
    assert enter(client, token).status_code == 404
    membership.remove(actor, member=administrator)
    enter(client, sent.link.reveal().rstrip("/").rpartition("/")[2])
    assert client.post(PAGE, chosen).status_code == 303
    assert Member.objects.get().grants.get().preset == "operator"
    assert "***" in repr(sent)


def test_nobody_sends_again_what_they_could_not_promise(invite, member):
    high, _ = invite("ada@example.com", terms=[Terms(scope="all", preset="administrator")])
    lesser = actor_of(member("customer", "customer_admin", "subaccounts", may_pass_on=True))
    assert invitations.find(lesser, high.pk) is None
    with pytest.raises(CeilingError):
        invitations.resend(lesser, invitation=high)
    high.refresh_from_db()
    assert high.withdrawn_at is None


def test_nobody_invites_with_more_than_they_may_pass_on(invite, member):
    lesser = actor_of(member("customer", "customer_admin", "subaccounts", may_pass_on=True))
    with pytest.raises(CeilingError):
        invite(by=lesser, terms=[Terms(scope="all", preset="customer_viewer")])
    with pytest.raises(MissingCapabilityError):
        invite(by=actor_of(member("viewer", "customer_viewer", may_pass_on=True)))
    assert not Invitation.objects.exists()


def test_an_old_invitation_makes_room_for_a_new_one(invite):
    old, _ = invite()
    Invitation.objects.update(expires_at=timezone.now())
    invite()
    old.refresh_from_db()
    assert old.withdrawn_at
    assert not old.grants.exists()
    with pytest.raises(invitations.AlreadyInvitedError):
        invite("ADA@example.com")


def test_the_inviter_is_told_who_came(invite, person, committed):
    invitation, _ = invite("ada@example.com")
    with committed():
        invitations.accept(invitation, person("ada"))
    (sent,) = mail.outbox
    assert sent.to == ["owner@example.com"]
    assert "ada has joined Harbour Messaging" in sent.subject
