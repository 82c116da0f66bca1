"""Looking with another member's eyes: seen, said on every page, and nothing can be changed."""

import pytest
from django.urls import reverse

from audit.models import Entry
from teams.models import Grant, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(scene):
    member = scene.member("ann")
    scene.give(member, "support", "selected", accounts=scene.accounts[1:3])
    return member


@pytest.fixture
def start_url(scene, ann):
    return reverse("team:view_as", args=[scene.slug, ann.pk])


@pytest.fixture
def stop_url(scene):
    return reverse("team:stop_viewing", args=[scene.slug])


def test_the_page_is_the_members_own(scene, ann, start_url, stop_url):
    browser, listed = scene.browser(), reverse("accounts:list", args=[scene.slug])
    assert browser.post(start_url).status_code == 303
    page = browser.get(listed).content.decode()
    assert "You see what" in page
    assert "Customer 001" in page
    assert "Customer 003" not in page
    assert f'href="{reverse("team:team", args=[scene.slug])}"' not in page
    assert browser.post(stop_url).status_code == 303
    assert "Customer 003" in browser.get(listed).content.decode()
    events = [each.event for each in Entry.objects.filter(event__contains="view_as")]
    assert events == ["member:view_as:start", "member:view_as:end"]


def test_nothing_can_be_changed_meanwhile(scene, ann, start_url):
    chief = scene.member("chief")
    scene.give(chief, "administrator", "all", may_pass_on=True)
    browser = scene.browser()
    browser.post(reverse("team:view_as", args=[scene.slug, chief.pk]))
    posts = {
        reverse("team:give", args=[scene.slug, ann.pk]): {
            "role": "preset:support",
            "scope": "all",
            "step": "give",
        },
        reverse("accounts:tags", args=[scene.slug]): {"name": "x"},
        reverse("accounts:export_matrix", args=[scene.slug]): {},
        start_url: {},
    }
    before = Grant.objects.count()
    for url, given in posts.items():
        answer = browser.post(url, given)
        assert answer.status_code == 403
        assert "another member" in answer.content.decode()
    assert Grant.objects.count() == before
    page = browser.get(reverse("team:member", args=[scene.slug, ann.pk])).content.decode()
    assert "Give access" not in page
    assert "You see what" in page


def test_a_refused_page_says_whose_eyes_and_how_to_stop(scene, start_url, stop_url):
    browser = scene.browser()
    browser.post(start_url)
    refused = browser.get(reverse("team:team", args=[scene.slug]))
    assert refused.status_code == 403
    assert stop_url in refused.content.decode()


def test_who_may_not_look_or_is_below_does_not(scene, ann, start_url):
    helper = scene.member("helper")
    scene.give(helper, "customer_admin", "selected", accounts=scene.accounts[1:3])
    assert scene.browser(helper).post(start_url).status_code == 403
    chief = scene.member("chief")
    scene.give(chief, "administrator", "all")
    looker = scene.member("looker")
    scene.give(looker, "access_administrator", "all")
    above = reverse("team:view_as", args=[scene.slug, chief.pk])
    assert scene.browser(looker).post(above).status_code == 404
    own = reverse("team:view_as", args=[scene.slug, looker.pk])
    assert scene.browser(looker).post(own).status_code == 403
    assert scene.browser().get(start_url).status_code == 405
    assert not Entry.objects.filter(event__contains="view_as").exists()


def test_who_is_locked_out_sees_nothing_to_look_at(scene, ann, start_url):
    from django.utils import timezone

    Member.objects.filter(pk=ann.pk).update(suspended_at=timezone.now())
    answer = scene.browser().post(start_url)
    assert answer.status_code == 403
    assert "locked out" in answer.content.decode()


def test_stopping_twice_is_no_error(scene, stop_url):
    browser = scene.browser()
    assert browser.post(stop_url).status_code == 303
    assert browser.post(stop_url).status_code == 303
