"""LG-1 in the real processes at level DEBUG: what they print and keep, how they were started."""

import contextlib
import re
import secrets
import sqlite3

import pytest
import requests
from redis import Redis

from dashboard.supervisor.addresses import redis_socket
from tests.canary.canaries import Canary, Places
from tests.start.conftest import PRODUCT, installation

pytestmark = pytest.mark.start

SECRET = f"Vonage7{secrets.token_hex(9)}"
ALLOWED = {
    ("API secret of the simulator", "environ"): "it is configured there, on a machine for trying",
    ("session key", "database"): "as in test_canary",
    ("session key", "redis"): "as in test_canary",
    ("API secret of the simulator", "announced"): "whoever starts the product connects with it",
    ("set-up token", "announced"): "the link is for whoever starts the product",
}
SEEN = {"printed": 500, "cmdline": 500, "environ": 1000, "database": 300_000, "redis": 100}


@pytest.fixture
def product(tmp_path, monkeypatch):
    """The whole product, logging at DEBUG, with a secret of this run's own."""
    monkeypatch.setitem(PRODUCT, "SIMULATOR_API_SECRET", SECRET)
    with installation(tmp_path) as made:
        made.up(LOG_LEVEL="debug")
        made.until(lambda: "Ctrl-C stops it" in made.output)
        yield made


def send(browser, url, given):
    """Fill in the form of a page."""
    page = browser.get(url).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token, page
    given = {**given, "csrfmiddlewaretoken": token[1]}
    return browser.post(url, given, headers={"Origin": url[: url.index("/", 8)]})


def test_processes_print_and_keep_no_secret(product):
    announced = product.output
    canaries = [Canary("API secret of the simulator", SECRET)]

    def make(name, value=""):
        canaries.append(Canary(name, value or f"Known7{secrets.token_hex(9)}"))
        return canaries[-1].value

    here = f"http://127.0.0.1:{product.env['PORT']}"
    token = make("set-up token", re.search(r"/setup/([^/\s]+)/", product.output)[1])
    given = {"workspace": "Harbour", "username": "ada", "email": "ada@example.com"}
    given |= {"password": make("password"), "time_zone": "UTC"}
    with requests.Session() as browser:
        browser.put(f"{here}/setup/{token}/")
        browser.get(f"{here}/setup/{token}/")
        assert send(browser, f"{here}/setup/", given).url.endswith("/connect/")
        connect, key = f"{here}/w/harbour/connect/", PRODUCT["SIMULATOR_API_KEY"]
        wrong = make("API secret that is wrong")
        assert send(browser, connect, {"api_key": key, "api_secret": wrong}).status_code == 422
        assert send(browser, connect, {"api_key": key, "api_secret": SECRET}).status_code == 200
        product.until(lambda: _read(product))
        browser.post(f"{here}/hand-over/{make('hand-over token')}/")
        browser.get(f"{here}/password/reset/a-{make('password-reset token')}/nothing/")
        for cookie in browser.cookies:
            if "session" in cookie.name:
                make("session key", cookie.value)
    with requests.Session() as stranger:
        wrong = make("password that is wrong")
        send(stranger, f"{here}/sign-in/", {"login": "ada", "password": wrong})
    assert "session key" in {each.name for each in canaries}

    places = gathered(product, announced)
    sizes = places.sizes()
    assert {kind: sizes.get(kind, 0) for kind in SEEN if sizes.get(kind, 0) < SEEN[kind]} == {}
    found = places.search(canaries)
    assert [each for each in found if (each.canary, each.place) not in ALLOWED] == []


def _read(product):
    with contextlib.closing(sqlite3.connect(product.home / "switchboard.sqlite3")) as database:
        return database.execute("SELECT 1 FROM accounts_mirror WHERE read_at > ''").fetchall()


def gathered(product, announced):
    """Keep what the processes have printed after they were ready, and all that they hold."""
    places = Places()
    places.add("announced", announced)
    places.add("printed", product.output.removeprefix(announced))
    for each in product.left():
        places.add("cmdline", " ".join(each.cmdline()))
        with contextlib.suppress(Exception):  # one may have ended meanwhile
            places.add("environ", str(each.environ()))
    for path in product.home.glob("*.sqlite3*"):
        places.add("database", path.read_bytes())
    for path in product.home.rglob("*.log"):
        places.add("printed", path.read_bytes())
    with Redis(unix_socket_path=str(redis_socket(product.home))) as server:
        for key in server.scan_iter():
            places.add("redis", key)
            places.add("redis", server.dump(key) or b"")
    return places
