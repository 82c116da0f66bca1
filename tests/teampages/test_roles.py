"""Roles of the workspace's own, by levels."""

import pytest
from django.urls import reverse

from teams import policy
from teams.capabilities import Capability
from teams.levels import GROUPS, Level, mask_of_levels
from teams.models import Role
from teams.presets import PRESETS
from teams.services import roles

pytestmark = pytest.mark.django_db


def typed(name: str, **levels: str) -> dict[str, str]:
    return {"name": name, **{f"level_{code}": levels.get(code, "none") for code in GROUPS}}


@pytest.fixture
def role(scene):
    mask = mask_of_levels({"accounts": Level.VIEW, "transfers": Level.MANAGE})
    return roles.make(scene.actor, name="Night shift", mask=mask)


@pytest.fixture
def role_url(scene, role):
    return reverse("team:role", args=[scene.slug, role.pk])


def test_a_role_is_made_level_by_level(scene):
    url = reverse("team:make_role", args=[scene.slug])
    answer = scene.browser().post(url, typed("Till", balances="view", transfers="manage"))
    assert answer.status_code == 303
    made = Role.objects.get()
    wanted = {"balances": Level.VIEW, "transfers": Level.MANAGE}
    assert made.mask == mask_of_levels(wanted)
    assert made.mask & Capability.ACCOUNT_VIEW.bit


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (typed("Empty"), "Choose a level in one group at least."),
        (typed("", accounts="view"), "This field is required."),
        (typed("night SHIFT", accounts="view"), "There is a role of this name."),
        (typed("x", accounts="king"), "Select a valid choice"),
        (typed("x", balances="manage"), "Select a valid choice"),
    ],
)
def test_what_makes_no_role_is_said(given, said, scene, role):
    answer = scene.browser().post(reverse("team:make_role", args=[scene.slug]), given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Role.objects.count() == 1


def test_another_workspaces_role_is_not_there(scene, stranger):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    foreign = Role.objects.create(workspace=other, name="Foreign", mask=1)
    browser = scene.browser()
    for name in ("role", "remove_role"):
        url = reverse(f"team:{name}", args=[scene.slug, foreign.pk])
        assert browser.post(url, typed("Mine", accounts="view")).status_code == 404
    assert b"Foreign" not in browser.get(reverse("team:roles", args=[scene.slug])).content
    assert Role.objects.get().name == "Foreign"


def test_a_change_reaches_everybody_at_once(scene, role, role_url):
    ann = scene.member("ann")
    scene.give(ann, role=role, scope="subaccounts")
    browser = scene.browser()
    form = browser.get(role_url).context["form"]
    assert form["level_transfers"].value() == "manage"
    assert b">ann<" in browser.get(role_url).content
    browser.post(role_url, typed("Day shift", accounts="view", logs="view"))
    actor = policy.actor_of(ann)
    assert policy.can(actor, Capability.LOG_VIEW)
    assert not policy.can(actor, Capability.TRANSFER_BALANCE_GIVE)
    assert Role.objects.get().name == "Day shift"


def test_only_an_unused_role_is_removed(scene, role):
    ann = scene.member("ann")
    grant = scene.give(ann, role=role, scope="subaccounts")
    url = reverse("team:remove_role", args=[scene.slug, role.pk])
    answer = scene.browser().post(url)
    assert answer.status_code == 422
    assert b"Somebody has this role" in answer.content
    grant.delete()
    assert scene.browser().post(url).status_code == 303
    assert not Role.objects.exists()


def test_who_may_not_define_roles_reads_them(scene, role, role_url):
    auditor = scene.member("auditor")
    scene.give(auditor, "auditor", "all")
    browser = scene.browser(auditor)
    page = browser.get(role_url)
    assert page.status_code == 200
    assert "<input" not in page.content.decode().partition("<main")[2]
    assert browser.post(role_url, typed("Mine", accounts="view")).status_code == 403
    assert browser.get(reverse("team:make_role", args=[scene.slug])).status_code == 403
    assert browser.post(reverse("team:remove_role", args=[scene.slug, role.pk])).status_code == 403
    assert Role.objects.get().name == "Night shift"


def test_a_role_above_oneself_is_explained(scene, role, role_url):
    helper = scene.member("helper")
    scene.give(helper, "access_administrator", "all", may_pass_on=True)
    ann = scene.member("ann")
    scene.give(ann, "support", "subaccounts")
    scene.give(ann, role=role, scope="subaccounts")
    answer = scene.browser(helper).post(role_url, typed("More", transfers="manage", logs="view"))
    assert answer.status_code == 422
    assert "holds more than you do" in answer.content.decode()
    assert Role.objects.get().name == "Night shift"


def test_ready_made_roles_are_shown_with_their_levels(scene):
    browser = scene.browser()
    for code, preset in PRESETS.items():
        answer = browser.get(reverse("team:preset", args=[scene.slug, code]))
        levels = {group.code: level for group, level in answer.context["levels"]}
        assert {code: x for code, x in levels.items() if x != "none"} == preset.levels
    assert browser.get(reverse("team:preset", args=[scene.slug, "king"])).status_code == 404


def test_only_listed_fields_of_a_role_are_written(scene, role_url, stranger):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=stranger)
    extras = {"workspace": other.pk, "mask": -1, "id": 77, "pk": 77}
    scene.browser().post(role_url, {**typed("Same", accounts="view"), **extras})
    found = Role.objects.get()
    assert (found.workspace, found.mask) == (scene.workspace, Capability.ACCOUNT_VIEW.bit)
