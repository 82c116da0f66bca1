"""The run sees what it claims to see: a secret that is planted in each place is found there."""

import logging
import secrets
import subprocess
import sys

import pytest
from django.contrib.sessions.backends.cached_db import SessionStore
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.template import Context, Engine

from accounts.tasks import sync_workspace
from tests.canary.canaries import Canary
from tests.canary.person import Person
from tests.canary.watching import add_process
from tests.operations.conftest import later, times  # noqa: F401 - fixtures

USER_NAME = "column:teams_user.username"


@pytest.fixture
def plant():
    """Return a new secret for a place; all of them are in `plant.canaries`, named by place."""

    def make(place):
        made = Canary(place, f"Plant7{secrets.token_hex(9)}")
        make.canaries.append(made)
        return made.value

    make.canaries = []
    return make


def test_what_is_planted_is_found(watched, gather, plant, owner):
    from teams.models import User, Workspace

    for name in ("urllib3", "httpx", "celery.worker", "django.request", "vonage_api"):
        logging.getLogger(name).debug("sent %s", plant(f"log:{name}"))
        logging.getLogger(name).info("x", extra={"header": plant(f"log:{name}")})
    error = ValueError(plant("log:vault"))
    logging.getLogger("vault").error("failed", exc_info=error)
    User.objects.filter(username=plant("statements")).exists()
    Engine().from_string("{{ nothing }}").render(Context({"a": plant("contexts of pages")}))
    cache.set("a", {"b": plant("redis:cache")})
    cache.set("gone", plant("redis commands"))
    cache.delete("gone")
    cache.set(plant("redis:names"), 1)
    session = SessionStore()
    session["padding" * 50] = plant("redis:sessions")
    session["more"] = plant("column:django_session.session_data")
    session.save()
    task = plant("redis:broker")
    sync_workspace.apply_async(kwargs={"workspace_id": task}, queue="nobody listens")
    Workspace.objects.create(
        slug="planted", name=plant("column:teams_workspace.name"), primary_user=owner
    )
    User.objects.create_user(username=plant(USER_NAME), email="", password="")
    mail.EmailMessage("Hello", plant("mail:Hello"), to=["a@example.com"]).send()
    headers = {"X-Planted": plant("mail headers")}
    mail.EmailMessage("Hello", "x", to=["a@example.com"], headers=headers).send()
    mail.mail_admins("x", plant("error mail"))
    answer(watched, plant)
    process(watched, plant)

    found = {(each.canary, each.place) for each in gather().search(plant.canaries)}
    assert [each.name for each in plant.canaries if (each.name, each.name) not in found] == []
    assert connection.vendor != "sqlite" or (USER_NAME, "database file") in found


def answer(places, plant):
    """Let a page, a file and their headers hold secrets."""
    person = Person(places, plant.canaries)
    page = HttpResponse(plant("page:GET /x/"), headers={"Location": plant("headers")})
    page.set_cookie("a", plant("cookies"))
    person._kept("GET", "/x/", page)
    file = HttpResponse(plant("export:POST /y/"))
    file.headers["Content-Disposition"] = 'attachment; filename="a.csv"'
    person._kept("POST", "/y/", file)


def process(places, plant):
    """Let the command line and the environment of a process hold secrets."""
    waiting = [sys.executable, "-c", "print(flush=True); input()", plant("process:cmdline")]
    env = {"PLANTED": plant("process:environ")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(waiting, env=env, **pipes) as running:
        running.stdout.readline()
        add_process(places, running.pid)
        running.kill()
