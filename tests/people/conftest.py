"""Members with what they hold, and accounts without a network."""

import time

import pytest


@pytest.fixture
def person(db):
    """Make somebody with a login and a verified address."""
    from allauth.account.models import EmailAddress

    from teams.models import User

    def make(name: str, email: str = "", *, verified: bool = True):
        address = email or f"{name}@example.com"
        user = User.objects.create_user(
            username=name, email=address, password=f"{name} and a long password"
        )
        EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)
        return user

    return make


@pytest.fixture
def member(person, workspace, actor):
    """Make a member who holds a preset on a set of accounts."""
    from teams.models import Member
    from teams.services import granting
    from teams.services.granting import Terms

    def make(name: str, preset: str = "", scope: str = "all", **terms):
        made = Member.objects.create(workspace=workspace, user=person(name))
        if preset:
            granting.give(actor, member=made, terms=Terms(scope=scope, preset=preset, **terms))
        return made

    return make


@pytest.fixture
def administrator(member):
    """Holds everything that can be held, and may pass it on."""
    return member("administrator", "administrator", may_pass_on=True)


@pytest.fixture
def accounts(workspace):
    """A primary account and three subaccounts, two of the same name."""
    from django.utils import timezone

    from accounts.models import Account
    from accounts.naming import listing_key

    names = ["Harbour", "Ferry", "Pier", "Pier"]
    return Account.objects.bulk_create(
        Account(
            workspace=workspace,
            api_key=f"{index:08x}",
            name=name,
            listing_key=listing_key(name, f"{index:08x}"),
            is_primary=index == 0,
            shares_balance=index > 0,
            first_seen_at=timezone.now(),
        )
        for index, name in enumerate(names)
    )


@pytest.fixture(autouse=True)
def mail_at_once():
    """Send mails without a thread."""
    from teams import mailing

    with mailing.sent_at_once():
        yield


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """A block at whose end happens what waits for the commit."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def terms():
    """Operator on all subaccounts."""
    from teams.services.granting import Terms

    return Terms(scope="subaccounts", preset="operator")


@pytest.fixture
def invite(actor, terms):
    """Invite an address as the primary user, or as somebody else; return it with its token."""
    from teams.services import invitations
    from teams.services.invitations import Guest

    def make(email: str = "ada@example.com", by=None, **more):
        more = {"terms": [terms], **more}
        (sent,) = invitations.invite(by or actor, guests=[Guest(email)], **more)
        return sent.invitation, sent.link.reveal().rstrip("/").rpartition("/")[2]

    return make


@pytest.fixture
def sign_in():
    """Sign somebody in who gave the password just now."""

    def come_in(client, user):
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()

    return come_in


@pytest.fixture
def enter():
    """Follow the link of an invitation."""
    from django.urls import reverse

    def follow(client, token: str):
        return client.get(reverse("teams:enter_invitation", args=[token]), follow=True)

    return follow


CHOSEN = {"username": "ada", "password": "slowly turning lighthouse", "time_zone": ""}


@pytest.fixture
def chosen():
    """What a new person chooses."""
    return dict(CHOSEN)
