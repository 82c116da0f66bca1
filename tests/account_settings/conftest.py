"""The outbox's scene, with a subaccount that can be signed in as."""

import pytest
from django.utils import timezone

from simulator import secret_slots
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)

OURS = "HeldByUs0Secret"


@pytest.fixture
def hold(vonage):
    """Let this workspace hold a secret of an account."""
    from api_secrets.models import HeldSecret
    from vault.fields import seal_into
    from vault.secret import Secret

    def run(account, secret=OURS):
        secret_slots.add(vonage.state, account.api_key, secret)
        row = HeldSecret(workspace=account.workspace, account=account, api_host=vonage.url)
        seal_into(row, "api_secret", Secret(secret))
        row.save(force_insert=True)
        return row

    return run


@pytest.fixture
def held(hold, sub):  # noqa: F811 - the fixture
    """The subaccount, of which a secret is held."""
    hold(sub)
    return sub


@pytest.fixture
def want(actor, sub):  # noqa: F811 - the fixture
    """Ask for other settings and return the operation."""
    from operations.services import asking

    def ask(account=None, by=actor, **wanted):
        token = f"settings-{timezone.now().timestamp()}"
        made = asking.draft(
            by,
            kind="change_settings",
            form_token=token,
            account=account or sub,
            wanted=wanted,
        )
        return asking.confirm(by, made)

    return ask


@pytest.fixture
def at_vonage(vonage):
    """What Vonage has stored of an account: both addresses and the method."""

    def stored(account):
        found = vonage.state.store.get(vonage.state.store.settings, account.api_key)
        return (found.inbound_url, found.receipt_url, found.forward_method) if found else None

    return stored


@pytest.fixture
def person(workspace, sub):  # noqa: F811 - the fixture
    """Let somebody join with a role on the subaccount, or with a scope."""
    from teams import policy
    from teams.models import Member, User
    from tests.cast import grant

    def join(preset, scope="selected"):
        user = User.objects.create_user(username=preset, email=f"{preset}@a.example", password="")
        member = Member.objects.create(workspace=workspace, user=user)
        accounts = [sub] if scope == "selected" else []
        grant(member, preset, scope, accounts=accounts)
        return member, lambda: policy.actor_in(user, workspace.slug)

    return join
