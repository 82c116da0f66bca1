"""The outbox's scene, and numbers."""

import pytest

from simulator.records import OwnedNumber
from tests.operations.conftest import (  # noqa: F401 - fixtures
    harbour,
    later,
    primary,
    send,
    sub,
    times,
)


@pytest.fixture(autouse=True)
def no_numbers(vonage):
    """Let nobody own a number that the test did not give."""
    numbers = vonage.state.store.numbers
    with vonage.state.change("no numbers") as draft:
        for msisdn in list(numbers.rows):
            draft.put(numbers, msisdn, None)


@pytest.fixture
def give(vonage):
    """Let an account own a number at Vonage."""

    def make(account, msisdn="447700900001", **more):
        number = OwnedNumber(
            country=more.pop("country", "GB"),
            msisdn=msisdn,
            owner=account.api_key,
            type="mobile-lvn",
            features=("SMS", "VOICE"),
            **more,
        )
        with vonage.state.change("a number") as draft:
            draft.put(vonage.state.store.numbers, msisdn, number)
        return msisdn

    return make


@pytest.fixture
def owner_of(vonage):
    """Return who owns a number at Vonage."""
    return lambda msisdn: vonage.state.store.numbers.rows[msisdn].owner


@pytest.fixture
def held(sub, vonage):  # noqa: F811 - the fixture
    """Let the workspace hold a secret of the subaccount."""
    from accounts.services.vonage import hosts
    from api_secrets.models import HeldSecret
    from vault.fields import seal_into
    from vault.secret import Secret
    from vonage_api import Credentials, Hosts, VonageClient
    from vonage_api import Secret as WireSecret

    value = "HeldForTheWorkspace1"
    with VonageClient(
        credentials=Credentials(api_key=vonage.api_key, api_secret=vonage.api_secret),
        hosts=Hosts(api=vonage.url, rest=vonage.url),
    ) as client:
        made = client.secrets.create(WireSecret(value), sub.api_key).get()
    row = HeldSecret(workspace=sub.workspace, account=sub, api_host=hosts().api, remote_id=made.id)
    seal_into(row, "api_secret", Secret(value))
    row.save(force_insert=True)
    return row
