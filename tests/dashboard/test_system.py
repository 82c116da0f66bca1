"""What holds for the whole: health, errors, checks, Redis gone, the demo."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from dashboard import checks, demo
from dashboard.cache import ForgivingRedisCache
from teams.access import has_part, public, requires, signed_in
from teams.capabilities import Capability


def test_livez_asks_nobody(client):
    assert client.get("/livez").content == b"ok"


@pytest.mark.django_db
def test_readyz_names_what_is_missing(client, settings, monkeypatch):
    assert client.get("/readyz").json() == {"database": "ok", "keys": "ok", "redis": "ok"}
    monkeypatch.setattr("dashboard.views.system._redis", lambda: "unreachable")
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr("dashboard.views.system._database", lambda: "unreachable")
    assert client.get("/readyz").status_code == 503


@pytest.fixture
def no_redis(settings):
    """Point the cache to where nobody answers."""
    from django.core.cache import caches

    settings.CACHES = {
        name: {**cache, "LOCATION": "redis://127.0.0.1:9/0"}
        for name, cache in settings.CACHES.items()
    }
    ForgivingRedisCache.asleep_until = 0.0
    yield
    for name in ("default", "sessions"):
        del caches[name]


@pytest.mark.django_db
def test_pages_are_read_while_redis_is_gone(no_redis, client, workspace, connection):
    answer = client.post(
        reverse("account_login"), {"login": "owner", "password": "owner and a long password"}
    )
    assert answer.url == reverse("home")
    page = client.get(reverse("accounts:list", args=[workspace.slug]))
    assert page.status_code == 200


@pytest.mark.django_db
def test_signing_out_without_redis_ends_the_session_soon(client, owner, workspace, connection):
    from django.core.cache import caches

    client.force_login(owner)
    client.get(reverse("teams:me"))
    key = client.session.cache_key
    assert 0 < caches["sessions"]._cache.get_client().ttl(caches["sessions"].make_key(key)) <= 60


@pytest.mark.django_db
@pytest.mark.parametrize(("known", "starts"), [("test", False), ("gone", False), (None, True)])
def test_process_refuses_to_start_with_wrong_keys(known, starts):
    from dashboard.starting import refuse_wrong_keys
    from vault.models import KeyCheck

    if known:
        KeyCheck.objects.create(key_id=known, value="0" * 16)
    if starts:
        refuse_wrong_keys()
    else:
        with pytest.raises(SystemExit, match="ENCRYPTION_KEYS"):
            refuse_wrong_keys()


@pytest.mark.django_db
def test_refresh_without_a_broker_is_noted_and_says_so(
    client, owner, workspace, mirror, monkeypatch
):
    from celery import current_app

    from accounts.models import Mirror
    from accounts.tasks import sync_workspace

    client.force_login(owner)
    nobody = current_app.connection_for_write("redis://127.0.0.1:9/0")
    publish = partial(sync_workspace.apply_async, connection=nobody)
    monkeypatch.setattr(sync_workspace, "apply_async", publish)
    Mirror.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    url = reverse("accounts:refresh", args=[workspace.slug])
    answer = client.post(url, headers={"HX-Request": "true"})
    assert "as soon as it is back" in answer.content.decode()
    assert Mirror.objects.get().claim is None


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/nowhere", "/w/nowhere/", "/w/harbour/nowhere/"])
def test_what_is_not_there_is_a_page(path, client, workspace, owner):
    client.force_login(owner)
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"<html" in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize(("fault", "status"), [(OperationalError, 503), (ValueError, 500)])
def test_fault_of_ours_is_a_page_that_asks_nothing(client, monkeypatch, fault, status):
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr("dashboard.views.home.policy.workspaces_of", broken)
    from teams.models import User

    user = User.objects.create_user(username="a", email="a@example.com", password="x" * 12)
    client.force_login(user)
    client.raise_request_exception = False
    monkeypatch.setattr("django.template.context_processors.csrf", broken)
    answer = client.get("/")
    assert answer.status_code == status
    assert b"<html" in answer.content


def test_checks_pass():
    assert [error for error in run_checks() if not error.is_silenced()] == []


@pytest.mark.parametrize(
    ("address", "stated", "fault"),
    [
        ("silent/", lambda view: view, "E001"),
        ("w/<slug:slug>/silent/", lambda view: view, "E001"),
        ("w/<slug:slug>/mine/", signed_in("one's own"), "E010"),
        ("w/<slug:slug>/open/", public("everybody's"), "E010"),
        ("elsewhere/<slug:slug>/", requires(Capability.ACCOUNT_VIEW), "E011"),
        ("w/<str:slug>/", has_part("all may look"), "E011"),
        ("unreasoned/", public(""), "E012"),
        ("w/<slug:slug>/unreasoned/", has_part(""), "E012"),
    ],
)
def test_view_that_states_no_access_of_its_place_stops_the_start(
    address, stated, fault, monkeypatch
):
    from django.urls import clear_url_caches, path

    from dashboard import urls

    def refuse(request):
        raise AssertionError

    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, path(address, stated(refuse))])
    clear_url_caches()
    found = checks.every_view_states_its_access()
    clear_url_caches()
    assert [error.id for error in found] == [f"switchboard.{fault}"]


def test_walk_that_saw_nothing_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "views_of", lambda _: iter(()))
    assert [error.id for error in checks.every_view_states_its_access()] == ["switchboard.E002"]


@pytest.fixture
def demo_home(settings, monkeypatch):
    """A home in which the demo may be made; the file with its passwords."""
    monkeypatch.setattr(type(settings.ENV), "simulated", True)
    kept = settings.ENV.home / "demo-passwords"
    kept.unlink(missing_ok=True)
    yield kept
    kept.unlink(missing_ok=True)


@pytest.mark.django_db(transaction=True)
def test_demo_makes_its_people_once_and_prints_them_each_time(vonage, demo_home, capsys):
    from audit.models import Entry

    for number in range(7):
        vonage.subaccount(f"Shop {number}", balance="5")
    call_command("first_start", demo=True)
    first = capsys.readouterr().out
    call_command("first_start", demo=True)
    assert first.count("user name ") == 5
    assert first.splitlines()[:6] == capsys.readouterr().out.splitlines()[:6]
    assert demo_home.stat().st_mode & 0o077 == 0
    assert Entry.objects.named(["member:grant:give"]).count() == 4


@pytest.mark.django_db(transaction=True)
def test_people_of_the_demo_may_do_what_is_said_of_them(vonage, demo_home, settings):
    from decimal import Decimal

    from accounts.models import Account
    from teams.models import Grant, Workspace
    from teams.policy import actor_of

    for number in range(7):
        vonage.subaccount(f"Shop {number}")
    logins = demo.prepare(settings.ENV)
    workspace = Workspace.objects.get()
    members = {each.user.username: each for each in workspace.members.all()}
    assert [each.name for each in logins] == ["owner", *members]
    assert all(members[x.name].user.check_password(x.password) for x in logins[1:])

    def sees(name: str) -> int:
        actor = actor_of(members[name])
        return Account.objects.visible_to(actor, Capability.ACCOUNT_VIEW).count()

    assert [sees(name) for name in members] == [8, 8, 3, 1]
    assert workspace.tags.get().accounts.count() == 5
    assert Grant.objects.get(member=members["operator"]).per_day == Decimal(50)


@pytest.mark.django_db(transaction=True)
def test_demo_completes_what_was_begun_and_brings_nobody_back(vonage, demo_home, settings):
    from teams.models import Member, User

    vonage.subaccount("Shop")
    demo_home.write_text("owner KeptFromBefore00\n")
    assert demo.prepare(settings.ENV)[0].password == "KeptFromBefore00"
    Member.objects.get(user__username="finance").delete()
    User.objects.get(username="customer").delete()
    demo.prepare(settings.ENV)
    assert sorted(Member.objects.values_list("user__username", flat=True)) == [
        "administrator",
        "customer",
        "operator",
    ]


@pytest.mark.django_db(transaction=True)
def test_demo_that_cannot_read_says_so(vonage, demo_home, settings, monkeypatch):
    monkeypatch.setattr(demo, "_PATIENCE", 0.0)
    monkeypatch.setattr("accounts.services.sync.take", lambda *_: None)
    with pytest.raises(demo.CannotDemonstrateError, match="start the demo again"):
        demo.prepare(settings.ENV)


@pytest.mark.django_db
def test_demo_is_refused_beside_real_money(settings, monkeypatch):
    monkeypatch.setattr(type(settings.ENV), "simulated", False)
    with pytest.raises(CommandError, match="simulator only"):
        call_command("first_start", demo=True)


@pytest.mark.django_db
def test_demo_is_refused_where_people_are(settings, monkeypatch, owner):
    monkeypatch.setattr(type(settings.ENV), "simulated", True)
    with pytest.raises(demo.NotTheSimulatorError, match="people of its own"):
        demo.prepare(settings.ENV)
