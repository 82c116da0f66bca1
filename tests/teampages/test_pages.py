"""What each page shows, to whom, and what it costs."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db

MOST_QUERIES = 6


@pytest.fixture
def addresses(scene):
    """All pages to be read, with a member who has one grant of each kind."""
    ann = scene.member("ann")
    scene.invite("guest@example.com")
    tag = scene.tag("pilot", scene.accounts[1:3])
    scene.give(ann, scope="tag", tag=tag)
    grant = scene.give(ann, "analyst", "selected", accounts=scene.accounts[3:4])
    slug = scene.slug
    return {
        "team": reverse("team:team", args=[slug]),
        "member": reverse("team:member", args=[slug, ann.pk]),
        "give": reverse("team:give", args=[slug, ann.pk]),
        "change": reverse("team:change_grant", args=[slug, ann.pk, grant.pk]),
        "end": reverse("team:end_grant", args=[slug, ann.pk, grant.pk]),
        "roles": reverse("team:roles", args=[slug]),
        "make": reverse("team:make_role", args=[slug]),
        "preset": reverse("team:preset", args=[slug, "operator"]),
        "of member": reverse("accounts:of_member", args=[slug, ann.pk]),
        "matrix": reverse("accounts:matrix", args=[slug]),
        "people": reverse("accounts:people", args=[slug, "00000001"]),
        "tags": reverse("accounts:tags", args=[slug]),
        "tag": reverse("accounts:tag", args=[slug, tag.pk]),
        "put": reverse("accounts:put_tag", args=[slug, tag.pk]),
        "account": reverse("accounts:detail", args=[slug, "00000001"]),
        "list": reverse("accounts:list", args=[slug]) + f"?tag={tag.pk}",
    }


NAMES = (
    *("team", "member", "give", "change", "end", "roles", "make", "preset", "of member"),
    *("matrix", "people", "tags", "tag", "put", "account", "list"),
)


def statements(browser, url, capture):
    with capture() as captured:
        assert browser.get(url).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def capture(django_assert_max_num_queries):
    return lambda: django_assert_max_num_queries(100)


def crowd(scene):
    for number in range(5):
        scene.invite(f"guest{number}@example.com")
    for number in range(12):
        member = scene.member(f"person{number:02d}")
        scene.give(member, "support", "selected", accounts=scene.accounts[1:4])
        scene.give(member, "analyst", "subaccounts")
    scene.fill(30)


@pytest.mark.parametrize("name", NAMES)
def test_number_of_queries_does_not_grow_with_people_and_accounts(name, scene, addresses, capture):
    browser = scene.browser()
    browser.get(addresses[name])
    few = statements(browser, addresses[name], capture)
    crowd(scene)
    many = statements(browser, addresses[name], capture)
    assert len(few) == len(many), "\n".join(many)
    most = MOST_QUERIES + (name == "account")  # the latest activity is one more
    assert len(many) <= most, "\n".join(many)
    assert max(map(many.count, many)) <= 2


@pytest.mark.parametrize("scope", ["all", "subaccounts"])
@pytest.mark.parametrize("name", NAMES)
def test_it_does_not_grow_for_members_either_who_are_judged_against_the_team(
    name, scope, scene, addresses, capture
):
    chief = scene.member("chief")
    scene.give(chief, "administrator", scope, may_pass_on=True)
    browser = scene.browser(chief)
    browser.get(addresses[name])
    few = statements(browser, addresses[name], capture)
    crowd(scene)
    many = statements(browser, addresses[name], capture)
    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= MOST_QUERIES + 4, "\n".join(many)
    assert max(map(many.count, many)) <= 2
