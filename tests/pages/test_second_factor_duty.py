"""AU-1: who could move money, see secrets or manage people comes in with a second factor only."""

import pytest
from django.urls import reverse

from accounts.models import Connection
from teams.models import Grant, Member, User, Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def overview(workspace, mirror) -> str:
    Workspace.objects.update(second_factor_required=True)
    Connection.objects.create(
        workspace=workspace, api_key="abcd1234", api_host="https://api.example.com", api_secret=b"x"
    )
    return reverse("accounts:overview", args=[workspace.slug])


def test_primary_user_without_one_is_led_to_enrolment(signed_in, overview, workspace):
    answer = signed_in.get(overview)
    assert (answer.status_code, answer.url) == (302, reverse("security"))
    page = signed_in.get(answer.url).content.decode()
    assert workspace.name in page


def test_htmx_leaves_the_page_for_enrolment(signed_in, overview):
    answer = signed_in.get(overview, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith(reverse("security"))


def test_primary_user_with_one_comes_in(signed_in, overview):
    User.objects.update(has_second_factor=True)
    assert signed_in.get(overview).status_code == 200


def test_who_can_only_look_needs_none(client, stranger, overview, workspace):
    member = Member.objects.create(workspace=workspace, user=stranger)
    Grant.objects.create(member=member, place=0, preset="support", scope="all")
    client.force_login(stranger)
    assert client.get(overview).status_code == 200


@pytest.mark.parametrize("preset", ["administrator", "finance", "operator", "access_administrator"])
def test_who_can_move_money_or_people_needs_one(client, stranger, overview, workspace, preset):
    member = Member.objects.create(workspace=workspace, user=stranger)
    Grant.objects.create(member=member, place=0, preset=preset, scope="all")
    client.force_login(stranger)
    assert client.get(overview).url == reverse("security")


def test_workspace_may_do_without(signed_in, overview):
    Workspace.objects.update(second_factor_required=False)
    assert signed_in.get(overview).status_code == 200
