"""Sessions end by themselves, by a click, by what should end them. AU-6, AU-7, AU-8, BR-10."""

import time
from http.cookies import SimpleCookie

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from teams.access import signed_in
from teams.door import sessions
from teams.door.browsers import in_words

pytestmark = pytest.mark.django_db

MINUTE = 60


@signed_in("for the test")
@sessions.polled
def poll(request):
    return HttpResponse("polled")


urlpatterns = [path("poll/", poll)]


@pytest.fixture
def with_a_poll(monkeypatch):
    from django.urls import clear_url_caches

    from dashboard import urls

    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, *urlpatterns])
    clear_url_caches()
    yield
    clear_url_caches()


def test_session_ends_after_half_an_hour_without_a_person(inside, age_session, is_in, events):
    age_session(inside, used=29 * MINUTE)
    assert is_in(inside)
    age_session(inside, used=31 * MINUTE)
    old = inside.session.session_key
    assert not is_in(inside)
    assert not Session.objects.filter(session_key=old).exists()
    assert events()[-1] == ("user:session:end", "done")


def test_session_ends_after_twelve_hours_whatever_is_done(inside, age_session, is_in):
    age_session(inside, began=11 * 60 * MINUTE)
    assert is_in(inside)
    age_session(inside, began=61 * MINUTE)
    assert not is_in(inside)


def test_polling_keeps_no_session_alive(inside, age_session, with_a_poll):
    age_session(inside, used=20 * MINUTE)
    assert inside.get("/poll/").content == b"polled"
    age_session(inside, used=11 * MINUTE)
    assert inside.get("/poll/").status_code == 302


def test_page_that_reloads_by_itself_keeps_no_session_alive(inside, age_session):
    itself = {"HX-Request": "true", "X-By-Itself": "yes"}
    age_session(inside, used=20 * MINUTE)
    inside.get(reverse("teams:me"), headers=itself)
    age_session(inside, used=11 * MINUTE)
    answer = inside.get(reverse("teams:me"), headers=itself)
    assert answer.headers["HX-Redirect"].startswith(reverse("account_login"))
    assert answer.content == b""


def test_person_keeps_the_session_alive(inside, age_session, is_in):
    for _ in range(3):
        age_session(inside, used=20 * MINUTE)
        assert is_in(inside)


def test_session_without_a_beginning_is_over(inside, is_in):
    session = inside.session
    del session["door"]
    session.save()
    assert not is_in(inside)


def test_session_is_written_once_a_minute_at_most(inside, age_session, django_assert_num_queries):
    inside.get(reverse("teams:me"))
    with django_assert_num_queries(1):
        inside.get(reverse("teams:me"))
    age_session(inside, used=2 * MINUTE)
    began, before = inside.session["door"]
    inside.get(reverse("teams:me"))
    assert inside.session["door"][0] == began
    assert inside.session["door"][1] >= before + 2 * MINUTE


def test_signing_in_gives_a_new_session(client, sign_in, workspace, is_in):
    client.get(reverse("account_login"))
    client.cookies["session"] = "chosen-by-somebody-else"
    sign_in(client)
    assert client.session.session_key != "chosen-by-somebody-else"
    assert is_in(client)


def test_signed_out_session_is_dead(inside, is_in):
    thief = Client()
    thief.cookies = SimpleCookie({"session": inside.session.session_key})
    assert is_in(thief)
    inside.post(reverse("account_logout"))
    assert not is_in(thief)


def test_new_password_ends_the_others(inside, sign_in, is_in):
    other, old = sign_in(), inside.session.session_key
    new = "a quite different lantern"
    inside.post(
        reverse("account_change_password"),
        {"oldpassword": "owner and a long password", "password1": new, "password2": new},
    )
    assert (is_in(inside), is_in(other)) == (True, False)
    assert inside.session.session_key != old


def test_list_names_places_and_marks_this_one(inside, sign_in, age_session):
    sign_in(Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Version/18 Safari/604.1"}))
    age_session(inside, used=2 * MINUTE)
    rows = inside.get(reverse("sessions")).context["sessions"]
    assert [(each["browser"], each["is_this"]) for each in rows] == [
        ("Firefox on Linux", True),
        ("Safari on iPhone", False),
    ]
    assert {each["ip"] for each in rows} == {"127.0.0.1"}


def test_one_session_is_ended_by_hand(inside, sign_in, is_in, events):
    one, two = sign_in(), sign_in()
    row = next(
        each
        for each in inside.get(reverse("sessions")).context["sessions"]
        if key_of(each) == one.session.session_key
    )
    inside.post(reverse("end_session", args=[row["pk"]]))
    assert (is_in(inside), is_in(one), is_in(two)) == (True, False, True)
    assert events()[-1] == ("user:session:end", "done")


def test_all_others_are_ended_by_hand(inside, sign_in, is_in):
    others = [sign_in(), sign_in()]
    inside.post(reverse("end_other_sessions"))
    assert is_in(inside)
    assert not any(is_in(each) for each in others)
    assert len(inside.get(reverse("sessions")).context["sessions"]) == 1


def test_nobody_ends_a_session_of_somebody_else(inside, client, stranger, is_in):
    from allauth.usersessions.models import UserSession

    client.force_login(stranger)
    row = UserSession.objects.get(session_key=inside.session.session_key)
    assert client.post(reverse("end_session", args=[row.pk])).status_code == 404
    assert client.get(reverse("end_session", args=[row.pk])).status_code == 405
    assert is_in(inside)


def test_all_sessions_end_at_once_also_those_that_only_a_cache_knows(inside, owner, is_in):
    key = inside.session.session_key
    cached = f"django.contrib.sessions.cached_db{key}"
    copy = caches["sessions"].get(cached)
    with transaction.atomic():
        sessions.end_all(owner)
    caches["sessions"].set(cached, copy)
    assert copy is not None
    assert not is_in(inside)


def test_ending_is_taken_back_with_its_transaction(inside, owner, is_in):
    with transaction.atomic():
        sessions.end_all(owner)
        transaction.set_rollback(True)
    owner.refresh_from_db()
    assert is_in(inside)


def test_one_session_may_stay(inside, sign_in, owner, is_in):
    other = sign_in()
    sessions.end_all(owner, except_key=inside.session.session_key)
    assert (is_in(inside), is_in(other)) == (True, False)


def test_sessions_work_and_end_without_redis(inside, is_in, monkeypatch, age_session):
    from dashboard.cache import ForgivingRedisCache

    monkeypatch.setattr(ForgivingRedisCache, "asleep_until", float("inf"))
    assert is_in(inside)
    age_session(inside, used=31 * MINUTE)
    assert not is_in(inside)


def test_nothing_of_the_one_before_is_left_after_signing_in_again(
    inside, sign_in, stranger, age_session
):
    age_session(inside, used=31 * MINUTE)
    session = inside.session
    session["canary"] = "of the owner"
    session.save()
    inside.get(reverse("teams:me"))
    sign_in(inside, "stranger", "stranger and a long password")
    assert "canary" not in inside.session
    assert b"owner" not in inside.get(reverse("teams:me")).content


def test_sessions_that_are_gone_are_forgotten(inside):
    from allauth.usersessions.models import UserSession

    from teams.tasks import forget_ended_sessions

    forget_ended_sessions()
    assert UserSession.objects.count() == 1
    Session.objects.all().delete()
    forget_ended_sessions()
    assert UserSession.objects.count() == 0


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh) Version/18 Safari/605.1.15", "Safari on macOS"),
        ("", "Unknown browser"),
        ("<script>", "Unknown browser"),
    ],
)
def test_browsers_are_told_in_words(user_agent, words):
    assert in_words(user_agent) == words


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=0)
def test_place_is_not_what_the_browser_claims(inside, age_session):
    age_session(inside, used=2 * MINUTE)
    page = inside.get(reverse("sessions"), headers={"X-Forwarded-For": "203.0.113.9"})
    assert {each["ip"] for each in page.context["sessions"]} == {"127.0.0.1"}


def key_of(row) -> str:
    from allauth.usersessions.models import UserSession

    return UserSession.objects.get(pk=row["pk"]).session_key


def test_beginning_is_noted_at_sign_in(inside):
    began, used = inside.session["door"]
    assert began == used
    assert time.time() - began < MINUTE
