"""A walk through the product as people take it, with faults in the middle of what they send.

Every secret on the way is a canary. Each chapter leaves the product usable for the next one.
"""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.db import OperationalError

from simulator import fault_kinds
from simulator.fault_kinds import Fault
from simulator.faults import Rule
from simulator.line import Answer, Line
from tests.canary.canaries import Canary, Places
from tests.canary.person import Person, text

HOME = "/w/harbour"
WRONG = 422
BROKEN = 500
AWAY = 503
NEW_SECRET_LENGTH = 24


def _token(kind: str) -> str:
    """Return something that nobody else says, with upper and lower case letters and a digit."""
    return f"{kind}A7{secrets.token_hex(9)}"


@dataclass
class Walk:
    """What the chapters have in common.

    vonage: the simulator; patch: of pytest; until: waits for a condition while the worker works.
    """

    vonage: Any
    patch: Any
    until: Callable[[Callable[[], object]], None]
    places: Places
    canaries: list[Canary] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def person(self) -> Person:
        """Return somebody with a new browser."""
        return Person(self.places, self.canaries)

    def know(self, name: str, value: str) -> str:
        """Let a value be a canary from now on."""
        self.canaries.append(Canary(name, value))
        return value

    def make(self, name: str, kind: str) -> str:
        """Return a new secret that is a canary."""
        return self.know(name, _token(kind))

    @contextmanager
    def broken(self, where: str, error: Exception | None = None) -> Iterator[None]:
        """Let a function, by its dotted name, fail with all that it was given at hand."""

        def fail(*given: Any, **named: Any) -> None:
            raise error or RuntimeError(f"broken, with {len(given) + len(named)} things at hand")

        with self.patch.context() as patch:
            patch.setattr(where, fail)
            yield

    def echo(self, method: str, path: str, *, status: int = 502) -> None:
        """Let Vonage answer once with what was sent, credentials included, and do nothing."""
        name = f"echo-{status}"
        about = "repeats what was asked, as careless gateways do"
        fault = Fault(name, "connection", 0, _echoing(status), about)
        self.patch.setitem(fault_kinds.FAULTS, name, Fault(name, "any", 0, fault.ending, about))
        self.vonage.faults.add(Rule(name, method, path))

    def sent(self, address: str, part: str) -> str:
        """Return the path of the link in the newest mail to somebody."""
        newest = next(each for each in reversed(mail.outbox) if each.to == [address])
        link = next(word for word in newest.body.split() if part in word)
        return part + link.partition(part)[2]


def _echoing(status: int) -> Callable[[Line, Answer | None, Any], None]:
    def end(line: Line, _answer: Answer | None, _times: Any) -> None:
        headers = {k: v for k, v in line._environ.items() if k.startswith("HTTP_")}
        body = f"You sent {headers} and {line._body.decode()} to {line.target}"
        old = {"error-code": "420", "error-code-label": body} if status < BROKEN else {}
        said = json.dumps({"title": body, "detail": body, **old}).encode()
        sent = (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(said))),
            ("X-Request-Id", headers.get("HTTP_AUTHORIZATION", "")),
        )
        line.send(Answer(status, "Echo", sent, said))

    return end


def set_up(walk: Walk) -> Person:
    """Use the set-up link, also wrongly; return the primary user, who is inside then."""
    from teams.services import first_start

    link = walk.know("set-up token", first_start.new_link())
    password = walk.make("password of the primary user", "Ada")
    ada = walk.person()
    ada.send("PUT", f"/setup/{link}/")
    ada.get(f"/setup/{link}/nothing/")
    ada.get(f"/setup/{link}/")
    ada.get("/setup/")
    given = {
        "workspace": "Harbour",
        "username": "ada",
        "email": "ada@example.com",
        "password": password,
        "time_zone": "UTC",
    }
    ada.post("/setup/", {**given, "email": "no address"}, status=WRONG)
    with walk.broken("teams.services.first_start.complete"):
        ada.post("/setup/", given, status=BROKEN)
    with walk.broken("teams.services.first_start.found", OperationalError("the disk is full")):
        ada.post("/setup/", given, status=AWAY)
    ada.post("/setup/", given)
    return ada


def connect(walk: Walk, ada: Person) -> None:
    """Connect the workspace to Vonage, after many failures."""
    page, key = f"{HOME}/connect/", walk.vonage.api_key
    right = {"api_key": key, "api_secret": walk.vonage.api_secret}
    wrong = walk.make("API secret that is wrong", "Wrong")
    ada.get(page)
    ada.post(page, {"api_key": key, "api_secret": wrong}, status=WRONG)
    ada.post(page, {"api_key": "", "api_secret": wrong}, status=WRONG)
    for status in (502, 400, 200):
        for _ in range(3):
            walk.echo("GET", "/account/get-balance", status=status)
        ada.post(page, right, status=WRONG)
        walk.vonage.faults.mend()
    with walk.broken("accounts.services.connecting.connect"):
        ada.post(page, right, status=BROKEN)
    with walk.broken("accounts.services.connecting.seal_into", OperationalError("locked")):
        ada.post(page, right, status=AWAY)
    with walk.broken("accounts.services.connecting.record"):
        ada.post(page, right, status=BROKEN)
    ada.post(page, right)
    from accounts.models import Account

    walk.until(lambda: Account.objects.count() == 5)
    for each in Account.objects.all():
        walk.keys[each.name] = each.api_key
    walk.keys["primary"] = key


def add_factor(walk: Walk, ada: Person) -> list[str]:
    """Add an authenticator app; return the recovery codes."""
    page = "/me/security/app/add/"
    seed = re.search(r'class="key"[^>]*>([A-Z2-7]+)<', text(ada.get(page)))
    assert seed
    walk.know("TOTP seed", seed[1])
    ada.post(page, {"code": "000000"})
    with walk.broken("teams.door.factors.SealedFactors.encrypt"):
        ada.post(page, {"code": _code(seed[1])}, status=BROKEN)
    ada.post(page, {"code": _code(seed[1])})
    codes = re.findall(r"\b\d{8}\b", text(ada.get("/me/security/codes/")))
    assert len(set(codes)) == 10
    for each in codes:
        walk.know("recovery code", each)
    ada.get("/me/security/codes/")
    return codes


def _code(seed: str, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(seed, int(time.time()) // 30 + steps)))


def sign_in(walk: Walk, codes: list[str]) -> Person:
    """Come in with a password and a recovery code, after wrong ones; return the browser."""
    ada, wrong = walk.person(), walk.make("password that is wrong", "Mistyped")
    password = next(x.value for x in walk.canaries if x.name == "password of the primary user")
    given = {"login": "ada", "password": password}
    ada.get("/sign-in/")
    ada.post("/sign-in/", {"login": "ada", "password": wrong})
    ada.post("/sign-in/", {"login": wrong, "password": password})  # typed into the wrong field
    with walk.broken("teams.door.backends.QuickBackend._check_password"):
        ada.post("/sign-in/", given, status=BROKEN)
    with walk.broken("teams.door.backends.QuickBackend._authenticate", OperationalError("gone")):
        ada.post("/sign-in/", given, status=AWAY)
    ada.post("/sign-in/", given)
    ada.post("/sign-in/code/", {"code": "000000"})
    with walk.broken("allauth.mfa.recovery_codes.internal.auth.RecoveryCodes.validate_code"):
        ada.post("/sign-in/code/", {"code": codes[0]}, status=BROKEN)
    ada.post("/sign-in/code/", {"code": codes[1]})
    ada.get("/me/sessions/")
    ada.post("/confirm/", {"password": wrong})
    ada.post("/confirm/", {"password": password})
    assert ada.get("/me/").status_code == 200
    return ada


def reset_password(walk: Walk, code: str) -> Person:
    """Get a new password by a link in a mail, which ends all sessions; come in with it."""
    eve, new = walk.person(), walk.make("password by reset", "Reset")
    eve.post("/password/reset/", {"email": "ada@example.com"})
    link = walk.sent("ada@example.com", "/password/reset/")
    token = re.fullmatch(r"/password/reset/[0-9A-Za-z]+-(.+)/", link)
    assert token
    walk.know("password-reset token", token[1])
    eve.send("BREW", link)
    eve.get(f"{link}nothing/")
    form = eve.get(link)["Location"]
    eve.get(form)
    eve.post(form, {"password1": new, "password2": "another"})
    with walk.broken("teams.door.resets.use_up"):
        eve.post(form, {"password1": new, "password2": new}, status=BROKEN)
    eve.post(form, {"password1": new, "password2": new})
    ada = walk.person()
    ada.post("/sign-in/", {"login": "ada", "password": new})
    ada.post("/sign-in/code/", {"code": code})
    return ada


def invite(walk: Walk, ada: Person) -> None:
    """Invite somebody, who joins."""
    page, password = f"{HOME}/team/invite/", walk.make("password of the invited", "Grace")
    ada.get(page)
    ada.post(
        page,
        {
            "addresses": "Grace <grace@example.com>",
            "form-TOTAL_FORMS": "1",
            "form-INITIAL_FORMS": "0",
            "form-0-role": "preset:operator",
            "form-0-scope": "subaccounts",
        },
    )
    link = walk.sent("grace@example.com", "/invitation/")
    walk.know("invitation token", link.split("/")[2])
    grace = walk.person()
    grace.send("POST", link)
    grace.get(link)
    grace.get("/invitation/")
    given = {"username": "grace", "password": password, "time_zone": "UTC"}
    grace.post("/invitation/", {**given, "username": ""}, status=WRONG)
    with walk.broken("teams.services.invitations.join"):
        grace.post("/invitation/", given, status=BROKEN)
    grace.post("/invitation/", given)
    grace.get(f"{HOME}/")
    grace.get(f"{HOME}/team/")
    grace.post("/sign-out/")


def look_everywhere(walk: Walk, ada: Person) -> None:
    """Look at every page that there is in a workspace, and take every file away."""
    account = f"accounts/{walk.keys['Harbour Hotel']}/"
    for page in (
        *("", "accounts/", account, f"{account}people/", f"{account}secrets/", "activity/"),
        *("connect/", "settings/", "tags/", "team/", "team/matrix/", "team/requests/"),
        *("team/roles/", "transfers/", "approvals/", "needs-you/", "rules/", "numbers/"),
        *("secrets/", "secrets/campaigns/", "prices/", "statements/", "top-up/", "top-up/payment/"),
    ):
        assert ada.get(f"{HOME}/{page}").status_code == 200, page
    for page in ("/me/", "/me/security/", "/me/security/codes/", "/me/sessions/", "/me/email/"):
        assert ada.get(page).status_code == 200, page
    for form in ("csv", "jsonl"):
        ada.post(f"{HOME}/activity/export/", {"format": form})
    for export in ("transfers/export/", "team/matrix/export/", "numbers/export/"):
        ada.post(f"{HOME}/{export}")
    ada.get(f"{HOME}/nothing/")
