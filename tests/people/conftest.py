"""Members with what they hold, and accounts without a network."""

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
