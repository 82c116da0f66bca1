"""Guessing is limited, and nothing tells who has a login. AU-9, AU-10."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.test import Client
from django.urls import reverse

from teams.door import limits

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "wrong wrong wrong"


def statuses(sign_in, times, **how) -> list[int]:
    return [sign_in(password=WRONG, **how).answer.status_code for _ in range(times)]


def test_too_many_wrong_passwords_are_refused_and_so_is_the_right_one(sign_in, workspace, is_in):
    assert statuses(sign_in, 6) == [200] * 5 + [429]
    client = sign_in()
    assert client.answer.status_code == 429
    assert 0 < int(client.answer.headers["Retry-After"]) <= 300
    assert b"<html" in client.answer.content
    assert not is_in(client)


def test_no_mark_on_the_clock_frees_more(sign_in, workspace, is_in):
    with time_machine.travel("2026-11-23 12:04:58Z") as clock:
        assert statuses(sign_in, 5) == [200] * 5
        clock.shift(60)
        assert statuses(sign_in, 1) == [429]
        clock.shift(242)
        assert is_in(sign_in())


def test_waiting_helps(sign_in, workspace, is_in):
    with time_machine.travel("2026-11-23 12:00:00Z") as clock:
        statuses(sign_in, 6)
        clock.shift(301)
        assert is_in(sign_in())


@pytest.mark.parametrize("spelling", ["OWNER", " owner ", "\uff4fwner", "oWnEr"])
def test_spelling_makes_no_new_name(spelling, sign_in, owner):
    statuses(sign_in, 5)
    assert statuses(sign_in, 1, login=spelling) == [429]


def test_nobody_is_locked_out_from_elsewhere(sign_in, workspace, is_in):
    assert statuses(sign_in, 6, REMOTE_ADDR="203.0.113.9")[-1] == 429
    assert is_in(sign_in())


def test_one_network_is_limited_whatever_the_names(sign_in, owner):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        found = [statuses(sign_in, 1, login=f"name{each}")[0] for each in range(21)]
    assert found == [200] * 20 + [429]


@pytest.mark.parametrize(
    ("one", "two", "is_same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.10", False),
    ],
)
def test_addresses_of_one_customer_are_one_network(one, two, is_same):
    assert (limits.network_of(one) == limits.network_of(two)) is is_same


def test_claimed_address_makes_no_new_network(sign_in, owner):
    found = [
        statuses(sign_in, 1, headers={"X-Forwarded-For": f"203.0.113.{each}"})[0]
        for each in range(6)
    ]
    assert found[-1] == 429


def test_limit_holds_without_redis(sign_in, owner, monkeypatch):
    from dashboard.cache import ForgivingRedisCache

    monkeypatch.setattr(ForgivingRedisCache, "asleep_until", float("inf"))
    assert statuses(sign_in, 6) == [200] * 5 + [429]


def test_limit_holds_for_many_at_once(owner, db):
    def attempt(_):
        try:
            limits.count(limits.NAME, "somebody")
        except limits.LimitReachedError:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with time_machine.travel("2026-11-23 12:00:00Z", tick=False), ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(40))) == limits.NAME.most


def test_right_password_counts_for_nothing(sign_in, workspace):
    assert all(sign_in().answer.status_code == 302 for _ in range(8))


def test_asking_for_links_is_limited(client, owner):
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        found = [
            client.post(reverse("account_reset_password"), {"email": f"x{each}@example.com"})
            for each in range(21)
        ]
    assert [each.status_code for each in found] == [302] * 20 + [429]
    assert "Retry-After" in found[-1].headers


def test_limits_of_the_library_say_when_to_come_back(rf):
    from dashboard.urls import handler429

    answer = handler429(rf.get("/"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")


def test_counts_are_forgotten(owner):
    from teams.models import Tally

    with time_machine.travel("2026-11-23 12:00:00Z"):
        limits.count(limits.NAME, "somebody")
    with time_machine.travel("2026-11-23 13:00:00Z") as clock:
        from django.utils import timezone

        limits.forget_past(timezone.now())
        assert clock
    assert not Tally.objects.exists()


@pytest.mark.parametrize("login", ["owner", "owner@example.com"])
def test_unknown_name_looks_the_same(login, sign_in, owner):
    known = sign_in(login=login, password=WRONG).answer
    unknown = sign_in(login=login.replace("owner", "nobody"), password=WRONG).answer
    assert known.status_code == unknown.status_code
    assert plain(known, login) == plain(unknown, login.replace("owner", "nobody"))


def test_reset_of_an_unknown_address_looks_the_same(client, owner):
    page = reverse("account_reset_password")
    known = client.post(page, {"email": "owner@example.com"})
    unknown = client.post(page, {"email": "nobody@example.com"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert dict(known.headers) == dict(unknown.headers)


@pytest.fixture
def as_in_production(settings, monkeypatch, owner):
    """Passwords are hashed, mails take their time after the answer, and nobody is limited."""
    from teams.door import later

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    # Some 15 ms: what hashing once more or less would show.
    for name, value in {"time_cost": 2, "memory_cost": 16 * 1024, "parallelism": 1}.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, value)
    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages",
        lambda *_: work(0.02),
    )
    settings.DO_LATER = True
    settings.ACCOUNT_RATE_LIMITS = False
    monkeypatch.setattr(limits, "count", lambda *_: None)
    owner.set_password("owner and a long password")
    owner.save()
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(later, "_pool", pool)
        yield lambda: pool.submit(int).result()


@pytest.mark.parametrize("domain", ["", "@example.com"])
def test_time_of_signing_in_tells_nothing(domain, as_in_production, owner):
    def attempt(name):
        Client().post(reverse("account_login"), {"login": name + domain, "password": WRONG})

    assert difference(attempt, settle=as_in_production) < 0.005


def test_time_of_asking_for_a_link_tells_nothing(as_in_production, owner):
    def attempt(name):
        Client().post(reverse("account_reset_password"), {"email": f"{name}@example.com"})

    assert difference(attempt, settle=as_in_production) < 0.005


def work(seconds: float) -> None:
    """Use the processor for so long."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def difference(attempt, *, settle, pairs: int = 30) -> float:
    """Return by how many seconds the medians of a known and an unknown name differ.

    In processor time of this thread, which other processes do not disturb as they do the clock;
    passwords and mails cost that time here. `settle` waits for what is done after an answer, so
    that it does not slow the next one.
    """
    took: dict[str, list[float]] = {"owner": [], "nobody": []}
    for name in took:
        attempt(name)
    for _ in range(pairs):
        for name, times in took.items():
            start = time.thread_time()
            attempt(name)
            times.append(time.thread_time() - start)
            settle()
    known, unknown = map(statistics.median, took.values())
    return abs(known - unknown)


def plain(answer, login: str) -> str:
    import re

    text = re.sub(r'value="[^"]{40,}"', "", answer.content.decode())
    return text.replace(login, "")
