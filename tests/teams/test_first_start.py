"""One link, one primary user, whatever races."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from teams.models import SetupLink, User, Workspace
from teams.services import first_start
from teams.services.first_start import Owner

FORM = {
    "workspace": "Harbour Messaging",
    "username": "ada",
    "email": "ada@example.com",
    "password": "slowly turning lighthouse",
    "time_zone": "Europe/Berlin",
}


def enter(client, token: str):
    return client.get(reverse("teams:enter_setup", args=[token]), follow=True)


@pytest.mark.django_db
def test_link_leads_to_the_form_and_leaves_the_address(client):
    answer = enter(client, first_start.new_link())
    assert answer.redirect_chain == [(reverse("teams:setup"), 302)]
    assert answer.status_code == 200
    assert answer.context["form"].fields["password"].widget.attrs["autocomplete"] == "new-password"


@pytest.mark.django_db
def test_token_stands_in_no_session(client):
    token = first_start.new_link()
    enter(client, token)
    assert token not in str(dict(client.session))


@pytest.mark.django_db
def test_setup_makes_the_primary_user_and_leads_to_vonage(client):
    enter(client, first_start.new_link())
    answer = client.post(reverse("teams:setup"), FORM)
    workspace = Workspace.objects.get()
    assert answer.url == reverse("accounts:connect", args=[workspace.slug])
    user = workspace.primary_user
    assert (user.username, user.email, user.time_zone) == (
        "ada",
        "ada@example.com",
        "Europe/Berlin",
    )
    assert user.check_password(FORM["password"])
    assert user.emailaddress_set.get().verified
    assert client.get(answer.url).status_code == 200


@pytest.mark.django_db
def test_long_name_makes_a_short_address(client):
    enter(client, first_start.new_link())
    client.post(reverse("teams:setup"), {**FORM, "workspace": "Harbour & Sons " * 8})
    assert len(Workspace.objects.get().slug) <= 64


@pytest.mark.django_db
def test_wrong_link_leaves_no_session_behind(client):
    from django.contrib.sessions.models import Session

    enter(client, "guessed")
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_used_link_is_gone_for_ever(client):
    token = first_start.new_link()
    enter(client, token)
    client.post(reverse("teams:setup"), FORM)
    client.logout()
    used = enter(client, token)
    unknown = enter(client, "no-such-token")
    assert used.status_code == unknown.status_code == 404
    assert client.post(reverse("teams:setup"), {**FORM, "username": "eve"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db
def test_newer_link_ends_the_older(client):
    old = first_start.new_link()
    new = first_start.new_link()
    assert not first_start.is_open(old)
    assert first_start.is_open(new)


@pytest.mark.django_db
def test_database_holds_no_usable_token():
    token = first_start.new_link()
    assert token not in str(SetupLink.objects.values().get())


@pytest.mark.django_db
def test_console_prints_a_link_until_the_setup_is_done(capsys, owner, settings):
    User.objects.all().delete()
    call_command("first_start")
    assert f"{settings.BASE_URL}/setup/" in capsys.readouterr().out
    first_start.found(Owner("ada", "ada@example.com", "slowly turning lighthouse", "", "Harbour"))
    call_command("first_start")
    out = capsys.readouterr().out
    assert "/setup/" not in out
    assert reverse("account_login") in out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("password", "short", "too short"),
        ("password", "passwordpassword", "too common"),
        ("password", "Password123456", "too common"),
        ("password", "ada@example.com", "too similar"),
        ("email", "nonsense", "valid email"),
        ("username", "a b<c", "valid username"),
        ("workspace", "", "required"),
        ("time_zone", "Mars/Olympus", "valid choice"),
    ],
)
def test_bad_input_is_explained_beside_the_field_and_nothing_is_lost(
    client, field, value, sentence
):
    enter(client, first_start.new_link())
    answer = client.post(reverse("teams:setup"), {**FORM, field: value})
    assert answer.status_code == 422
    assert sentence in str(answer.context["form"].errors[field])
    if field != "workspace":
        assert b"Harbour Messaging" in answer.content
    assert FORM["password"].encode() not in answer.content
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_racing_browsers_make_one_primary_user():
    token = first_start.new_link()
    start = threading.Barrier(8)
    outcomes = []

    def finish(number: int) -> None:
        owner = Owner(f"user{number}", f"{number}@example.com", "slowly turning", "", "Harbour")
        start.wait()
        try:
            first_start.complete(token=token, owner=owner)
            outcomes.append("made")
        except first_start.SetupClosedError:
            outcomes.append("closed")
        finally:
            connection.close()

    threads = [threading.Thread(target=finish, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["closed"] * 7 + ["made"]
    assert User.objects.count() == Workspace.objects.count() == 1
