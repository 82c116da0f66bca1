"""A workspace with some history, and people who may read different parts of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEYS = [f"aaaa000{number}" for number in range(1, 6)]


@pytest.fixture
def accounts(workspace):
    """A primary account and five subaccounts, by API key."""
    from accounts.models import Account
    from accounts.naming import listing_key

    rows = Account.objects.bulk_create(
        Account(
            workspace=workspace,
            api_key=key,
            name=f"Customer {key[-1]}",
            listing_key=listing_key(f"Customer {key[-1]}", key),
            is_primary=key == "00000000",
            shares_balance=key != "00000000",
            created_at=NOW,
            first_seen_at=NOW,
        )
        for key in ("00000000", *KEYS)
    )
    return {row.api_key: row for row in rows}


@pytest.fixture
def join(workspace):
    """Make members: `join("ada", preset="operator", scope="selected", accounts=[…])`."""
    from teams.models import Grant, Member, User
    from teams.services import reach

    def make(name: str, *, scope: str = "all", accounts=(), **grant):
        user = User.objects.create(username=name, email=f"{name}@example.com")
        member = Member.objects.create(workspace=workspace, user=user)
        if grant:
            given = Grant.objects.create(member=member, place=0, scope=scope, **grant)
            given.accounts.set(accounts)
            reach.extend_to_grant(given)
        return member

    return make


@pytest.fixture
def role(workspace):
    """Make a role of the workspace's own of these capabilities, without the sight of accounts."""
    from teams.capabilities import Capability, mask_of
    from teams.models import Role

    def make(*capabilities):
        mask = mask_of(map(Capability, capabilities))
        return Role.objects.create(workspace=workspace, name=" ".join(capabilities), mask=mask)

    return make


@pytest.fixture
def actor_of():
    """Return a member as an actor, as a request would."""
    from teams.policy import actor_in

    return lambda member: actor_in(member.user, member.workspace.slug)


@pytest.fixture
def happens(workspace, owner, monkeypatch):
    """Write an entry so many minutes after noon: `happens("account:tag:put", 3, account=…)`."""
    from audit.events import Event
    from audit.writing import record

    def write(event: str, minute: float = 0, **fields):
        at = NOW + timedelta(minutes=minute)
        with monkeypatch.context() as patch:
            patch.setattr("audit.writing.timezone.now", lambda: at)
            with transaction.atomic():
                return record(Event(event), **{"actor": owner, "workspace": workspace, **fields})

    return write


@pytest.fixture
def observed(workspace):
    """Note that an account changed at Vonage, so many minutes after noon."""
    from accounts.models import Observation

    def write(account, minute: float = 0, kind: str = "renamed", **fields):
        at = NOW + timedelta(minutes=minute)
        return Observation.objects.create(
            workspace=workspace, account=account, at=at, kind=kind, **fields
        )

    return write


@pytest.fixture
def browse(client, workspace):
    """Open a page of the workspace as somebody: `browse(member, "activity", {"q": …})`."""
    from django.urls import reverse

    def get(person, name: str, query=None, *args, **options):
        client.force_login(getattr(person, "user", person))
        return client.get(reverse(name, args=[workspace.slug, *args]), query, **options)

    return get


@pytest.fixture
def book(accounts, happens, observed):
    """Entries and observations by name."""
    one, two, *_ = (accounts[key] for key in KEYS)
    return {
        "one": happens("account:tag:put", 1, account=one, new={"accounts": KEYS[:1]}),
        "two": happens("account:tag:put", 2, account=two, new={"accounts": KEYS[1:2]}),
        "both": happens("account:tag:put", 3, new={"accounts": KEYS[:2]}),
        "three": happens("account:tag:put", 4, new={"accounts": KEYS[:3]}),
        "nameless": happens("account:tag:put", 5, new={"accounts": []}),
        "listless": happens("account:tag:put", 5, new={"accounts": 2}),
        "grant": happens("member:grant:give", 6, new={"accounts": KEYS[:1]}),
        "asked": happens("access:request:ask", 7, account=one),
        "primary": happens("account:tag:put", 8, account=accounts["00000000"]),
        "seen": observed(one, 9, after="Möwe"),
        "seen two": observed(two, 10),
        "installation": happens("installation:keys:rotate", 11, workspace=None),
    }
