"""What is done with the product's own settings, in a process of `bench.inside`."""

import gzip
import re
import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import bulk, history
from accounts.models import (
    Account,
    Balance,
    Connection,
    MemberReading,
    Mirror,
    Observation,
    Reading,
    TotalReading,
)
from accounts.services.thinning import KEPT_WHOLE
from accounts.tasks import sync_workspace
from bench.vonage import API_KEY, API_SECRET
from teams.models import User, Workspace
from ui.chart import Chart
from vault.fields import seal_into
from vault.secret import Secret

_DAYS = 30
_SPARKS = 12


def furnish() -> str:
    """Make a workspace that is connected to the configured Vonage; return its owner's cookie."""
    owner = User.objects.create_user(username="owner", email="owner@example.com", password="")
    workspace = Workspace.objects.create(
        slug="bench", name="Bench", primary_user=owner, created_at=_long_ago()
    )
    Mirror.objects.create(workspace=workspace)
    row = Connection(workspace=workspace, api_key=API_KEY, api_host=settings.VONAGE_HOSTS[0])
    seal_into(row, "api_secret", Secret(API_SECRET))
    row.save()
    return cookie_of(owner)


def cookie_of(user: User) -> str:
    """Return the cookie of a new session of the person."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}"


def make_due() -> None:
    """Let the next reading be due now."""
    Mirror.objects.update(due_at=timezone.now())


def read() -> bool:
    """Read the workspace from Vonage as the worker does; return whether it worked."""
    sync_workspace(workspace_id=Mirror.objects.get().workspace_id)
    return not Mirror.objects.get().fault


def count_writes() -> int:
    """Return how many rows this process has written; SQLite counts them by itself."""
    connection.ensure_connection()
    return int(connection.connection.total_changes)


def database_pid() -> int:
    """Return the id of the process that serves this one's connection, 0 where there is none."""
    connection.ensure_connection()
    return int(connection.connection.info.backend_pid) if connection.vendor == "postgresql" else 0


def hang_up() -> None:
    """Close the connection to the database, which then knows its statistics."""
    connection.close()


def add_history(observations: int) -> None:
    """Leave what 30 days of readings leave, as far as a page can show it.

    Each account gets a sparkline, the workspace a total for every minute of two days and for every
    hour before, and one account a reading for every twentieth minute: what 5 % changes make of it.
    """
    now = timezone.now()
    Account.objects.update(first_seen_at=_long_ago())
    for step in range(1, _SPARKS):
        _add_readings(now - timedelta(hours=step), step)
    _add_totals(now)
    _add_readings_of_one(now)
    _add_observations(now, observations)


def _long_ago() -> datetime:
    """Return when everything was known already, so that charts are as coarse as in daily life."""
    return timezone.now() - timedelta(days=2 * _DAYS)


def _add_readings(at: datetime, step: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_reading (account_id, at, balance, credit_limit) "
            "SELECT account_id, %s, balance + %s * (account_id * 7919 %% 100000), credit_limit "
            "FROM accounts_balance ORDER BY account_id",
            [_adapted(at), step],
        )


def _add_totals(now: datetime) -> None:
    workspace = Workspace.objects.get()
    recent = KEPT_WHOLE // timedelta(minutes=1)
    minutes = (*range(1, recent), *range(recent, _DAYS * 24 * 60, 60))
    bulk.insert(
        bulk.Columns.of(TotalReading, "workspace_id", "at", "balance", "credit_limit"),
        [
            (workspace.pk, _adapted(now - timedelta(minutes=minute)), _wave(minute), -(10**12))
            for minute in minutes
        ],
    )


def _add_readings_of_one(now: datetime) -> None:
    account = _shown_account()
    bulk.insert(
        bulk.Columns.of(Reading, "account_id", "at", "balance", "credit_limit"),
        [
            (account.pk, _adapted(now - timedelta(minutes=minute, seconds=1)), _wave(minute), 0)
            for minute in range(20, _DAYS * 24 * 60, 20)
        ],
    )


def _add_observations(now: datetime, number: int) -> None:
    keys = Account.objects.order_by("pk").values_list("workspace_id", "pk")[:number]
    bulk.insert(
        bulk.Columns.of(Observation, "workspace_id", "account_id", "at", "kind", "before", "after"),
        [
            (workspace, pk, _adapted(now - timedelta(minutes=minute)), "suspended", "", "")
            for minute, (workspace, pk) in enumerate(keys)
        ],
    )


def _wave(minute: int) -> int:
    """Return an amount in units that falls and is topped up again."""
    return (500_000_000_000 - minute % 1440 * 33_330_000) + minute * 7919 % 9973 * 10_000


def _adapted(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _shown_account() -> Any:
    """Return an account with a balance of its own, from the middle of the list."""
    own = Balance.objects.order_by("account_id")
    return own[own.count() // 2].account


def addresses() -> dict[str, str]:
    """Return the addresses of the pages to measure, by what they show."""
    words = _words()
    base = reverse("accounts:list", args=["bench"])
    queries = {
        "list": "",
        "middle page": f"after={_key_at('listing_key', 0.5)}",
        "last page": f"after={_key_at('listing_key', 1.0)}",
        "by spendable": "sort=spendable",
        "by spendable, middle page": f"sort=spendable&after={_key_at('spendable', 0.5)}",
        "by spendable, last page": f"sort=spendable&after={_key_at('spendable', 1.0)}",
        "suspended": "state=suspended",
        "below zero": "balance=negative",
        "low": "balance=low",
        "own balance": "balance=own",
        "search, one fits": f"q={_shown_account().api_key}",
        "search, 10 % fit": f"q={words['frequent']}",
        "search, 10 % fit, from the end": f"q={words['frequent']}&sort=-name",
        "search, 10 % fit, by spendable": f"q={words['frequent']}&sort=spendable",
        "search, 5 % fit, all far behind": f"q={words['late']}",
        "search, none fits": "q=zzqxzz",
        "search, one fits, by spendable": f"q={_shown_account().api_key}&sort=spendable",
        "search, 1 character": "q=h",
        "search, 2 characters": "q=ha",
        "search, 2 characters, none fits": "q=zq",
        "search, 2 characters, by spendable": "q=ha&sort=spendable",
    }
    pages = {
        "overview": reverse("accounts:overview", args=["bench"]),
        "account": reverse("accounts:detail", args=["bench", _shown_account().api_key]),
        "profile": reverse("teams:me"),
        "team": reverse("team:team", args=["bench"]),
        "activity": reverse("activity", args=["bench"]),
        "poll": reverse("accounts:freshness", args=["bench"]),
    }
    return pages | {name: f"{base}?{query}" if query else base for name, query in queries.items()}


def _key_at(order: str, part: float) -> str:
    """Return the API key after which the page at that part of the list begins."""
    column = {"listing_key": "listing_key", "spendable": "own_balance__spendable"}[order]
    rows = Account.objects.filter(**{f"{column}__isnull": False}).order_by(column, "pk")
    place = max(min(int(rows.count() * part), rows.count() - 51), 0)
    return str(rows.values_list("api_key", flat=True)[place])


def _words() -> dict[str, str]:
    """Return a word of a tenth of the names, and one of a twentieth that all stand far behind."""
    names = Account.objects.order_by("listing_key").values_list("listing_key", flat=True)
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for word in set(re.findall(r"[a-z]{4,}", name)):
            places[word].append(place)
    tenth = len(names) / 10
    some = [word for word, found in places.items() if tenth / 4 <= len(found) <= tenth]
    return {
        "frequent": min(places, key=lambda word: abs(len(places[word]) - tenth)),
        "late": max(some or places, key=lambda word: places[word][0]),
    }


def chart(of: str, times: int) -> dict[str, float]:
    """Draw a chart some times; return the milliseconds of the quickest, its points and its size.

    By the clock on the wall, so that what the database does for it counts, too.
    """
    drawn, spent = "", []
    for _ in range(times):
        started = time.perf_counter()
        found = _chart(of)
        drawn = render_to_string("components/chart.html", {"chart": found})
        spent.append(time.perf_counter() - started)
    size = len(gzip.compress(drawn.encode())) / 1000
    return {"ms": min(spent) * 1000, "points": len(found.points), "kB": size}


def _chart(of: str) -> Chart:
    now = timezone.now()
    workspace = Workspace.objects.get()
    if of == "one account":
        found = history.chart_of_account(_shown_account(), now=now)
    elif of == "the fleet":
        found = history.chart_of_workspace(workspace, now=now)
    else:
        reading = MemberReading.objects.latest("at")
        found = history.chart_of_member(reading.member_id, joined=_long_ago(), now=now)
    if found is None:
        raise RuntimeError(f"there is no chart of {of}")
    return found


def queries(path: str, cookie: str) -> list[str]:
    """Return the statements that a page asks of the database."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie.partition("=")[2]
    client.get(path)  # what is kept from now on is not what is counted
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code not in {200, 204}:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return [query["sql"] for query in captured]
