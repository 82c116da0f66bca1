"""What a person does not see is not there: the same answer for the same work (AZ-3)."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from teams.models import AccessRequest, Grant, Member, Role, User, Workspace

pytestmark = pytest.mark.django_db

ABSENT = 987_654
KEPT_APART = {"Date"}
VALUES = re.compile(r"'[^']*'|\b\d+\b")
TOKENS = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


@pytest.fixture
def elsewhere(stranger):
    """Another workspace with an owner, a member, a grant, a role, a tag and a wish of its own."""
    from accounts.models import Tag

    there = Workspace.objects.create(slug="elsewhere", name="Elsewhere", primary_user=stranger)
    user = User.objects.create(username="eve", email="eve@example.com")
    member = Member.objects.create(workspace=there, user=user)
    return {
        "member": member,
        "grant": Grant.objects.create(member=member, place=0, scope="all", preset="finance"),
        "role": Role.objects.create(workspace=there, name="Elsewhere", mask=1),
        "tag": Tag.objects.create(workspace=there, name="elsewhere"),
        "request": AccessRequest.objects.create(member=member, capability="account.rename"),
    }


@pytest.fixture
def reader(join, accounts):
    """Who may do everything, on one account."""
    chosen = [accounts["aaaa0001"]]
    return join("ada", preset="administrator", scope="selected", accounts=chosen, may_pass_on=True)


@pytest.fixture
def ask(client, reader):
    """Ask for an address; return all of the answer, and what it asked of the database."""
    client.force_login(reader.user)
    client.get(reverse("teams:me"))

    def get(method: str, address: str):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            answer = getattr(client, method)(address)
        headers = {name: value for name, value in answer.items() if name not in KEPT_APART}
        body = TOKENS.sub(b"", answer.content)
        work = [VALUES.sub("?", query["sql"]) for query in asked.captured_queries]
        return (answer.status_code, body, headers), work

    return get


def addresses(word: str) -> list[str]:
    """Return the names of all addresses in a workspace whose last id is the one to vary."""
    return [name for name in NAMES if NAMES[name] == word]


NAMES = {
    "accounts:overview": "workspace",
    "accounts:list": "workspace",
    "accounts:connect": "workspace",
    "accounts:matrix": "workspace",
    "accounts:tags": "workspace",
    "activity": "workspace",
    "activity_export": "workspace",
    "team:team": "workspace",
    "team:roles": "workspace",
    "team:invite": "workspace",
    "team:requests": "workspace",
    "teams:settings": "workspace",
    "accounts:detail": "account",
    "accounts:people": "account",
    "team:member": "member",
    "team:give": "member",
    "team:remove": "member",
    "team:suspend": "member",
    "team:view_as": "member",
    "team:role": "role",
    "team:remove_role": "role",
    "accounts:tag": "tag",
    "team:decline_request": "request",
}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", addresses("workspace"))
def test_workspace_of_others_is_one_that_does_not_exist(name, method, ask, elsewhere):
    theirs, theirs_work = ask(method, reverse(name, args=["elsewhere"]))
    absent, absent_work = ask(method, reverse(name, args=["nowhere"]))
    assert theirs == absent
    assert theirs[0] == 404
    assert theirs_work == absent_work


@pytest.mark.parametrize("name", addresses("account"))
def test_account_that_is_not_seen_is_one_that_does_not_exist(name, ask, workspace, elsewhere):
    hidden, hidden_work = ask("get", reverse(name, args=[workspace.slug, "aaaa0002"]))
    absent, absent_work = ask("get", reverse(name, args=[workspace.slug, "ffffffff"]))
    seen, _ = ask("get", reverse(name, args=[workspace.slug, "aaaa0001"]))
    assert hidden == absent
    assert (hidden[0], seen[0]) == (404, 200)
    assert hidden_work == absent_work


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(
    "name", [name for name in NAMES if NAMES[name] not in {"workspace", "account"}]
)
def test_row_of_elsewhere_is_one_that_does_not_exist(name, method, ask, workspace, elsewhere):
    theirs = elsewhere[NAMES[name]]
    foreign, foreign_work = ask(method, reverse(name, args=[workspace.slug, theirs.pk]))
    absent, absent_work = ask(method, reverse(name, args=[workspace.slug, ABSENT]))
    assert foreign == absent
    assert foreign[0] in {404, 405}
    assert foreign_work == absent_work


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", addresses("member"))
def test_member_who_holds_more_is_one_who_does_not_exist(name, method, ask, workspace, join):
    above = join("grace", preset="administrator", scope="all")
    hidden, hidden_work = ask(method, reverse(name, args=[workspace.slug, above.pk]))
    absent, absent_work = ask(method, reverse(name, args=[workspace.slug, ABSENT]))
    assert hidden == absent
    assert hidden[0] in {404, 405}
    assert hidden_work == absent_work
