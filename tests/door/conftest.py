"""People at the door: with a password, with a second factor, in several browsers."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
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


@dataclass
class Issuer:
    """What the identity provider says of whoever comes, and what it was asked."""

    url: str = ""
    client_id: str = "switchboard"
    secret: str = "Oidc0Secret-Oidc0Secret-Oidc0Secret"
    person: dict = field(default_factory=dict)
    challenges: dict = field(default_factory=dict)
    tokens: list = field(default_factory=list)

    def configuration(self) -> dict:
        pages = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "jwks",
        }
        return {
            "issuer": self.url,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **{name: f"{self.url}/{path}" for name, path in pages.items()},
        }

    def authorize(self, asked: dict) -> str:
        """Return where the browser is sent back to."""
        code = f"code{len(self.challenges)}"
        self.challenges[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict, authorization: str) -> dict | None:
        """Return tokens for a code, once, to whoever began and knows the secret."""
        asked = self.challenges.pop(form.get("code"), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        expected = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        basic = "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        if not asked or asked.get("code_challenge") != expected or authorization != basic:
            return None
        self.tokens.append(form)
        claims = {
            "iss": self.url,
            "aud": self.client_id,
            "exp": time.time() + 60,
            "iat": time.time(),
        }
        signed = jwt.encode({**claims, **self.person}, "k" * 32, algorithm="HS256")
        return {"access_token": "access", "token_type": "Bearer", "id_token": signed}


@pytest.fixture
def issuer():
    """An identity provider that knows `issuer.person`."""
    known = Issuer()

    class Provider(BaseHTTPRequestHandler):
        def do_GET(self):
            path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
            if path == "/authorize":
                self.send_response(302)
                self.send_header("Location", known.authorize(query))
                self.end_headers()
            elif path.endswith("openid-configuration"):
                self.answer(known.configuration())
            else:
                self.answer(known.person)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            tokens = known.token(dict(parse_qsl(body)), self.headers.get("Authorization", ""))
            self.answer(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def answer(self, data, status=200):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(data).encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()
