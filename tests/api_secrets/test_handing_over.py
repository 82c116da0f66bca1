"""A new API secret goes to somebody outside: once, with link and code, and then it is nowhere."""

import re
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from api_secrets.models import HandOver, Rotation
from api_secrets.services import handing_over, keeping
from audit.models import Entry
from operations.errors import RefusedError
from operations.services import asking, sending
from subaccounts import new_secrets
from subaccounts.models import NewSecret
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operation(actor, sub, send):
    """A secret that was added, and not seen by anybody."""
    keeping.read(sub)
    made = asking.draft(actor, kind="add_secret", form_token="new", account=sub, wanted={})
    return send(asking.confirm(actor, made))


@pytest.fixture
def offer(actor, operation):
    return lambda: handing_over.offer(actor, operation)


@pytest.fixture
def outsider():
    """A browser of somebody who has no login."""
    return Client()


def digest(made):
    return handing_over.digest_of(made.token)


def wrong(code):
    return f"{(int(code) + 1) % 10**8:08}"


def secrets_of(account):
    return f"/w/harbour/accounts/{account.api_key}/secrets/"


def text(answer) -> str:
    return answer.content.decode()


def test_whoever_has_link_and_code_gets_the_secret_once(offer, outsider, operation, vonage, sub):
    made = offer()
    assert outsider.get(f"/hand-over/{made.token}/")["Location"] == "/hand-over/"
    asked = text(outsider.get("/hand-over/"))
    assert sub.api_key in asked
    assert "Harbour Hotel" not in asked
    shown = outsider.post("/hand-over/", {"code": f" {made.code[:4]} {made.code[4:]} "})
    value = re.search(r'<code class="secret">(\w+)</code>', text(shown))[1]
    assert "no-store" in shown["Cache-Control"]
    assert vonage.state.authenticate(api_key=sub.api_key, secret=value)
    assert value not in text(outsider.get("/hand-over/"))
    assert not NewSecret.objects.exists()
    assert new_secrets.waits(operation) is False
    assert value not in str([vars(each) for each in Entry.objects.all()])
    assert value not in str([each.body for each in mail.outbox])


def test_that_it_is_in_use_is_confirmed_and_told(offer, outsider, owner):
    made = offer()
    outsider.get(f"/hand-over/{made.token}/")
    outsider.post("/hand-over/", {"code": made.code})
    outsider.post("/hand-over/", {"confirm": "1"})
    assert "Thank you" in text(outsider.get("/hand-over/"))
    row = HandOver.objects.get()
    assert row.taken_at <= row.confirmed_at
    told = [each.body for each in mail.outbox if each.to == [owner.email]]
    assert any("took the API secret" in each for each in told)
    assert any("confirmed that the new API secret is in use" in each for each in told)
    events = set(Entry.objects.values_list("event", flat=True))
    assert {"account:secret:offer", "account:secret:take", "account:secret:confirm"} <= events


def test_looking_uses_nothing_up(offer, outsider):
    made = offer()
    for _ in range(5):
        outsider.get(f"/hand-over/{made.token}/")
        outsider.head("/hand-over/")
    assert handing_over.take(digest(made), made.code)


def test_nothing_but_hashes_is_kept(offer):
    made = offer()
    kept = str(list(HandOver.objects.values()))
    assert made.token not in kept
    assert made.code not in kept


def test_wrong_codes_are_counted_and_the_fifth_voids_the_link(offer, outsider):
    made = offer()
    outsider.get(f"/hand-over/{made.token}/")
    for left in ("4 tries are", "3 tries are", "2 tries are", "One try is"):
        answer = outsider.post("/hand-over/", {"code": wrong(made.code)})
        assert answer.status_code == 422
        assert f"{left} left" in text(answer)
    assert "void now" in text(outsider.post("/hand-over/", {"code": wrong(made.code)}))
    assert outsider.post("/hand-over/", {"code": made.code}).status_code == 404
    with pytest.raises(handing_over.VoidLinkError):
        handing_over.take(digest(made), made.code)


def test_newer_link_takes_the_place_of_the_older(offer):
    older, newer = offer(), offer()
    assert handing_over.pending(digest(older)) is None
    assert handing_over.take(digest(newer), newer.code)


def test_link_ends_after_a_day(offer, outsider):
    made = offer()
    HandOver.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    outsider.get(f"/hand-over/{made.token}/")
    answer = outsider.get("/hand-over/")
    assert answer.status_code == 404
    assert "leads nowhere" in text(answer)


@pytest.mark.parametrize(
    "end", [{"ends_at": timezone.now()}, {"tries": HandOver.MOST_TRIES}], ids=["age", "codes"]
)
def test_pages_say_whether_the_link_still_works(end, offer, client, owner, operation, sub):
    client.force_login(owner)
    pages = (f"/w/harbour/operations/{operation.reference}/", secrets_of(sub))
    assert "by a link for one view" in text(client.get(pages[0]))
    offer()
    assert "Nobody has taken the secret yet" in text(client.get(pages[0]))
    assert "handed over, not taken yet" in text(client.get(pages[1]))
    HandOver.objects.update(**end)
    for page in pages:
        assert "works no longer" in text(client.get(page))


def test_old_secret_is_said_to_go_only_where_it_goes(offer, outsider, operation, actor, sub):
    made = offer()
    outsider.get(f"/hand-over/{made.token}/")
    page = text(outsider.post("/hand-over/", {"code": made.code}))
    assert "kept nowhere here" in page
    assert "The link takes your word until" in page
    assert "is revoked afterwards" not in page
    Rotation.objects.create(
        workspace=actor.workspace, account=sub, made_by=actor.user, added=operation
    )
    assert "is revoked afterwards" in text(outsider.get("/hand-over/"))


def test_link_to_what_was_shown_here_is_void(offer, operation, actor):
    made = offer()
    assert new_secrets.take_out(actor, operation)
    assert handing_over.pending(digest(made)) is None
    with pytest.raises(RefusedError):
        offer()


def test_link_of_nobody_looks_like_a_used_one(offer, outsider):
    made = offer()
    handing_over.take(digest(made), made.code)
    HandOver.objects.update(ends_at=timezone.now() - timedelta(days=1))
    pages = []
    for token in (made.token, "nobody"):
        outsider.get(f"/hand-over/{token}/")
        pages.append(text(outsider.get("/hand-over/")))
    assert pages[0] == pages[1]


def test_many_at_once_get_it_once(offer):
    made, got = offer(), []

    def take():
        try:
            got.append(handing_over.take(digest(made), made.code))
        except handing_over.VoidLinkError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(got) == 1


def test_handing_over_is_a_right_of_its_own(workspace, sub, operation):
    user = User.objects.create_user(username="looks", email="looks@example.com", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "auditor", "selected", accounts=[sub])
    with pytest.raises(MissingCapabilityError):
        handing_over.offer(actor_of(member), operation)


def test_operator_hands_over_what_an_operator_may_not_read(client, workspace, sub, outsider):
    keeping.read(sub)
    user = User.objects.create_user(username="operator", email="o@example.com", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "operator", "selected", accounts=[sub])
    client.force_login(user)
    made = asking.draft(
        actor_of(member), kind="add_secret", form_token="new", account=sub, wanted={}
    )
    operation = asking.confirm(actor_of(member), made)
    sending.send_ready()
    address = f"/w/harbour/operations/{operation.reference}/"
    page = text(client.get(address))
    assert "Hand it over" in page
    assert "Show the secret" not in page
    shown = text(client.post(f"{address}hand-over/"))
    token = re.search(r"/hand-over/([\w-]{43})/", shown)[1]
    code = re.search(r'<code class="secret">(\d{8})</code>', shown)[1]
    outsider.get(f"/hand-over/{token}/")
    assert outsider.post("/hand-over/", {"code": code}).status_code == 200


def test_page_says_how_far_it_is_and_what_comes_next(offer, outsider, client, owner, sub):
    client.force_login(owner)
    page = secrets_of(sub)
    made = offer()
    assert "handed over, not taken yet" in text(client.get(page))
    outsider.get(f"/hand-over/{made.token}/")
    outsider.post("/hand-over/", {"code": made.code})
    assert "handed over, taken" in text(client.get(page))
    assert "can be revoked now" not in text(client.get(page))
    outsider.post("/hand-over/", {"confirm": "1"})
    said = text(client.get(page))
    assert "in use since" in said
    old = sub.api_secrets.get(operation=None).remote_id
    assert f"<code>{old}</code> can be revoked now" in said
