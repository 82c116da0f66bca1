"""People at the door: with a password, with a second factor, in several browsers."""

import time
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

PASSWORD = "owner and a long password"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@dataclass
class App:
    """An authenticator app that holds the seed of somebody's factor."""

    seed: str

    def code(self, steps: int = 0) -> str:
        """Return the code of now, or of so many half minutes later."""
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        return format_hotp_value(hotp_value(self.seed, int(time.time()) // 30 + steps))


@pytest.fixture
def app(owner) -> App:
    """The owner's authenticator app, set up."""
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    seed = generate_totp_secret()
    TOTP.activate(owner, seed)
    RecoveryCodes.activate(owner)
    owner.refresh_from_db()
    return App(seed)


@pytest.fixture
def recovery_codes(app, owner) -> list[str]:
    from allauth.mfa.models import Authenticator

    return Authenticator.objects.get(user=owner, type="recovery_codes").wrap().get_unused_codes()


@pytest.fixture
def sign_in():
    """Give name and password in a browser, a new one unless named; return the browser."""

    def run(client: Client | None = None, login="owner", password=PASSWORD, **more) -> Client:
        client = client or Client(headers={"User-Agent": FIREFOX})
        client.answer = client.post(
            reverse("account_login"), {"login": login, "password": password}, **more
        )
        return client

    return run


@pytest.fixture
def inside(sign_in, workspace):
    """A browser in which the owner has just signed in with a password."""
    return sign_in()


@pytest.fixture
def age_session():
    """Let time pass for a session: since it began, since it was used, since the last proof."""

    def run(client, *, began=0, used=0, proved=0) -> None:
        session = client.session
        start, seen = session["door"]
        session["door"] = [start - began, seen - used]
        proofs = session.get("account_authentication_methods", [])
        session["account_authentication_methods"] = [
            {**each, "at": each["at"] - proved} for each in proofs
        ]
        session.save()

    return run


@pytest.fixture
def events():
    """Return what stands in the audit book, as event and outcome."""

    def read() -> list[tuple[str, str]]:
        from audit.models import Entry

        return list(Entry.objects.order_by("seq").values_list("event", "outcome"))

    return read


def is_in(client) -> bool:
    """Return whether somebody is signed in, as a page sees it."""
    return client.get(reverse("teams:me")).status_code == 200


@pytest.fixture(name="is_in")
def is_in_fixture():
    return is_in
