"""The chapters of the walk in which something is changed at Vonage."""

import re
import secrets
from datetime import timedelta
from decimal import Decimal

from django.db import OperationalError
from django.utils import timezone

from simulator.records import OwnedNumber
from simulator.usage_records import Source, records
from tests.canary.person import Person, text
from tests.canary.walk import AWAY, BROKEN, HOME, NEW_SECRET_LENGTH, WRONG, Walk
from usage.services.windows import begin_of


def known_random(walk: Walk) -> None:
    """Let the signs of new API secrets be noted as they are drawn."""
    from subaccounts import new_secrets

    drawn: list[str] = []

    class Source:
        @staticmethod
        def choice(signs: str) -> str:
            drawn.append(secrets.choice(signs))
            if len(drawn) == NEW_SECRET_LENGTH:
                walk.know("new API secret", "".join(drawn))
                drawn.clear()
            return drawn[-1] if drawn else walk.canaries[-1].value[-1]

    walk.patch.setattr(new_secrets, "secrets", Source)


def show_once(walk: Walk, ada: Person) -> None:
    """Add an API secret and look at it; Vonage repeats what it is sent, and a page fails."""
    secrets_url = f"{HOME}/accounts/{walk.keys['Harbour Hotel']}/secrets/"
    ada.post(f"{secrets_url}read/")
    for status in (400, 500):
        walk.echo("POST", "/secrets", status=status)
        echoed = ada.ask(f"{secrets_url}new/")
        walk.until(lambda at=echoed: "data-poll" not in text(ada.get(at)))
        _settle(walk)
    added = ada.ask(f"{secrets_url}new/")
    _settle(walk)
    with walk.broken("subaccounts.new_secrets._tell"):
        ada.post(f"{added}secret/", status=BROKEN)
    shown = text(ada.post(f"{added}secret/"))
    value = re.search(r'<code class="secret">(\w+)</code>', shown)
    assert value
    assert value[1] in {each.value for each in walk.canaries}
    ada.post(f"{added}secret/")
    ada.get(added)
    ada.get(secrets_url)


def _settle(walk: Walk) -> None:
    """Wait until nothing is under way at Vonage."""
    from operations.models import Operation
    from operations.states import TERMINAL

    walk.until(lambda: not Operation.objects.exclude(state__in=TERMINAL).exists())


def hand_over(walk: Walk, ada: Person) -> None:
    """Replace a secret, hand the new one over, have it confirmed and the old one revoked."""
    from api_secrets.models import Rotation

    secrets_url = f"{HOME}/accounts/{walk.keys['Harbour Ferry']}/secrets/"
    ada.post(f"{secrets_url}read/")
    ada.get(f"{secrets_url}rotate/")
    ada.post(f"{secrets_url}rotate/")
    walk.until(lambda: Rotation.objects.filter(proved_at__isnull=False).exists())
    rotation = Rotation.objects.get()
    page = f"{HOME}/operations/{rotation.added.reference}/"
    with walk.broken("api_secrets.services.handing_over.record"):
        ada.post(f"{page}hand-over/", status=BROKEN)
    for _ in range(2):  # the second link takes the place of the first
        offered = text(ada.post(f"{page}hand-over/"))
        link = re.search(r"/hand-over/([\w-]{43})/", offered)
        code = re.search(r'<code class="secret">(\d{8})</code>', offered)
        assert link
        assert code
        walk.know("hand-over token", link[1])
        walk.know("hand-over code", code[1])
    outsider = walk.person()
    outsider.send("POST", link[0])
    outsider.get(f"{link[0]}nothing/")
    outsider.get(link[0])
    outsider.post("/hand-over/", {"code": "00000000"}, status=WRONG)
    with walk.broken("api_secrets.services.handing_over._tell"):
        outsider.post("/hand-over/", {"code": code[1]}, status=BROKEN)
    with walk.broken("api_secrets.services.handing_over.take", OperationalError("gone")):
        outsider.post("/hand-over/", {"code": code[1]}, status=AWAY)
    taken = text(outsider.post("/hand-over/", {"code": code[1]}))
    assert 'class="secret"' in taken
    outsider.get("/hand-over/")
    outsider.post("/hand-over/", {"confirm": "1"})
    outsider.get(link[0])
    walk.until(lambda: Rotation.objects.filter(end=Rotation.End.DONE).exists())
    ada.get(page)


def hold(walk: Walk, ada: Person) -> None:
    """Let the workspace sign in as a subaccount, and replace its own secret."""
    from api_secrets.models import HeldSecret, Rotation

    for name in ("Harbour Pier", "primary"):
        page = f"{HOME}/accounts/{walk.keys[name]}/secrets/"
        ada.post(f"{page}read/")
        begin = "rotate/" if name == "primary" else "hold/"
        ada.get(page + begin)
        ada.post(page + begin)
        walk.until(lambda: not Rotation.objects.filter(ended_at=None).exists())
        ada.get(page)
    assert HeldSecret.objects.count() == 1
    assert Rotation.objects.filter(end=Rotation.End.DONE).count() == 3


def top_up(walk: Walk, ada: Person) -> None:
    """Note the reference of a payment, and have it made once more."""
    from operations.models import Operation
    from operations.states import State

    trx, odd = walk.make("trx", "8ef2447e6960"), walk.make("trx with a fault", "9ab3447e6960")
    walk.vonage.state.switch(auto_reload_trx=trx, auto_reload_amount=Decimal(25))
    page = f"{HOME}/top-up/"
    ada.get(f"{page}payment/")
    ada.post(f"{page}payment/", {"trx": f"{odd} {odd}"}, status=WRONG)
    given = {"trx": trx, "amount": "25", "threshold": "20"}
    with walk.broken("topups.services.noting.record"):
        ada.post(f"{page}payment/", given, status=BROKEN)
    ada.post(f"{page}payment/", given)
    ada.get(f"{page}payment/")
    ada.post(f"{page}read/")
    key = walk.keys["primary"]
    walk.echo("POST", "/account/top-up", status=422)
    ada.ask(f"{page}new/", word=key)
    _settle(walk)
    done = ada.ask(f"{page}new/", {"again": "on"}, word=key)
    _settle(walk)
    ada.get(done)
    walk.echo("POST", "/account/top-up", status=500)
    lost = ada.ask(f"{page}new/", {"again": "on"}, word=key)
    walk.until(lambda: Operation.objects.filter(state=State.NEEDS_HUMAN).exists())
    ada.get(lost)
    ada.post(f"{lost}judge/", {"happened": "no", "reason": "There is no such payment."})
    ada.get(page)


def numbers(walk: Walk, ada: Person) -> None:
    """Read, show, export and move the phone number of somebody, with a webhook of theirs."""
    from phone_numbers.models import Number

    number = walk.know("phone number", "447700973518")
    hook = walk.make("token of a webhook", "Hook")
    url = f"https://hooks.example.com/in?token={hook}"
    owned = OwnedNumber(
        number, "GB", "mobile-lvn", ("SMS", "VOICE"), walk.vonage.api_key, message_url=url
    )
    with walk.vonage.state.change("a number") as draft:
        for msisdn in list(walk.vonage.state.store.numbers.rows):
            draft.put(walk.vonage.state.store.numbers, msisdn, None)
        draft.put(walk.vonage.state.store.numbers, number, owned)
    read = f"{HOME}/accounts/{walk.keys['primary']}/numbers/read/"
    walk.echo("GET", "/account/numbers", status=500)
    ada.post(read)
    walk.vonage.faults.mend()
    ada.post(read)
    ada.get(f"{HOME}/numbers/", q=number)
    ada.post(f"{HOME}/numbers/export/?q={number}")
    page, to = f"{HOME}/numbers/transfer/", walk.keys["Harbour Pier"]
    query = f"number={Number.objects.get().pk}&to={to}"
    token = ada.form(f"{page}?{query}")
    given = {"token": token, "number": [Number.objects.get().pk], "to": to}
    ada.post(page, given)
    with walk.broken("phone_numbers.services.moving.ask"):
        ada.post(page, {**given, "begin": to}, status=BROKEN)
    moved = ada.post(page, {**given, "begin": to})["Location"]
    _settle(walk)
    ada.get(moved)
    ada.get(f"{HOME}/numbers/")


def logs(walk: Walk, ada: Person) -> None:
    """Look for a message by its number, look at it, take it away; Vonage repeats the question."""
    from log_search.models import Search

    day = begin_of(timezone.now().date()) - timedelta(days=1)
    source = Source(walk.vonage.state.seed, walk.vonage.api_key, day - timedelta(days=9))
    window = {"start": day, "end": day + timedelta(days=1)}
    sent = [each for _, each in records(source, "SMS", "outbound", **window)]
    number = walk.know("number in a record", sent[-1]["to"])
    page = f"{HOME}/logs/"
    given = {
        "account": walk.keys["primary"],
        "product": "SMS",
        "direction": "outbound",
        "starts_at": f"{day:%Y-%m-%dT%H:%M}",
        "ends_at": f"{day + timedelta(days=1):%Y-%m-%dT%H:%M}",
        "number_to": number,
    }
    ada.post(page, {**given, "token": ada.form(page), "country": "nowhere"}, status=WRONG)
    with walk.broken("log_search.services.asking.ask"):
        ada.post(page, {**given, "token": ada.form(page)}, status=BROKEN)
    for status in (400, 500):
        walk.echo("GET", "/v2/reports/records", status=status)
    found = ""
    for _ in range(2):  # the first one is refused
        found = ada.post(page, {**given, "token": ada.form(page)})["Location"]
        walk.until(lambda: not Search.objects.filter(state=Search.State.RUNNING).exists())
    assert number in ada.get(found).said
    ada.get(f"{found}records/0/")
    assert number in ada.post(f"{found}download/").said
    ada.get(page)
