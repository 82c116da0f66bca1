"""A team of its own: people who hold little, people who hold much, and accounts with tags."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone


@dataclass
class Scene:
    """A workspace with accounts, and the means to bring in people and give them access."""

    workspace: Any
    actor: Any
    accounts: list[Any] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.workspace.slug

    def fill(self, number: int) -> list[Any]:
        """Add so many accounts; the first of all is the primary account."""
        from accounts.models import Account, Balance
        from accounts.naming import listing_key

        first = len(self.accounts)
        rows = [
            Account(
                workspace=self.workspace,
                api_key=f"{index:08x}",
                name=f"Customer {index:03d}",
                listing_key=listing_key(f"Customer {index:03d}", f"{index:08x}"),
                is_primary=index == 0,
                shares_balance=False,
                first_seen_at=timezone.now(),
            )
            for index in range(first, first + number)
        ]
        made = Account.objects.bulk_create(rows)
        Balance.objects.bulk_create(
            Balance(account=each, workspace=self.workspace, balance=each.pk, credit_limit=0)
            for each in made
        )
        self.accounts += made
        return made

    def member(self, name: str, *, second_factor: bool = True):
        from teams.models import Member, User

        user = User(username=name, email=f"{name}@example.com", has_second_factor=second_factor)
        user.set_unusable_password()
        user.save()
        return Member.objects.create(workspace=self.workspace, user=user)

    def give(self, member, preset: str = "operator", scope: str = "all", **terms):
        """Give access as the primary user does."""
        from teams.services import granting

        accounts = frozenset(each.pk for each in terms.pop("accounts", ()))
        tag = terms.pop("tag", None)
        given = granting.Terms(
            scope=scope,
            preset="" if terms.get("role") else preset,
            tag_id=tag.pk if tag else None,
            account_ids=accounts,
            **terms,
        )
        return granting.give(self.actor, member=member, terms=given)

    def invite(self, email: str, preset: str = "support"):
        """Leave an invitation open, with a promise of all accounts."""
        from teams.models import Grant, Invitation

        made = Invitation.objects.create(
            workspace=self.workspace,
            email=email,
            digest=email,
            invited_by=self.actor.user,
            expires_at=timezone.now() + timedelta(days=7),
        )
        Grant.objects.create(invitation=made, preset=preset, scope="all")
        return made

    def tag(self, name: str, accounts=()):
        from accounts.services import tagging

        tag = tagging.define(self.actor, name=name)
        if accounts:
            tagging.put(self.actor, tag=tag, accounts=accounts)
        return tag

    def browser(self, member=None) -> Client:
        """Return a browser in which the member, or the primary user, is signed in."""
        client = Client()
        client.force_login(member.user if member else self.actor.user)
        return client


@pytest.fixture
def scene(workspace, actor, mirror) -> Scene:
    from accounts.models import Connection, Mirror

    Connection.objects.create(
        workspace=workspace, api_key="00000000", api_host="https://api.example.com", api_secret=b"x"
    )
    now = timezone.now()
    Mirror.objects.update(read_at=now, tried_at=now, due_at=now + timedelta(minutes=1), accounts=5)
    made = Scene(workspace, actor)
    made.fill(6)
    return made
