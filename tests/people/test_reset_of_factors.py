"""AU-16: another administrator starts the reset of lost factors; it waits for a day."""

import pytest
from django.core import mail
from django.urls import reverse

from teams.models import FactorReset, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(member):
    made = member("lost", "support")
    User.objects.filter(pk=made.user.pk).update(has_second_factor=True)
    return made


def address(workspace, member) -> str:
    return reverse("team:reset_factors", args=[workspace.slug, member.pk])


def test_reset_is_asked_for_from_the_page_of_the_member(
    client, workspace, lost, django_capture_on_commit_callbacks
):
    client.force_login(workspace.primary_user)
    page = client.get(reverse("team:member", args=[workspace.slug, lost.pk])).content.decode()
    assert address(workspace, lost) in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address(workspace, lost), {"reason": "The phone is gone."})
    assert FactorReset.objects.get().outcome == FactorReset.Outcome.WAITING
    assert [each.to for each in mail.outbox] == [["lost@example.com"]]


def test_nobody_below_the_person_asks_for_it(client, workspace, member, lost):
    customer = member("customer", "customer_admin", "subaccounts")
    client.force_login(customer.user)
    above = member("above", "administrator")
    User.objects.filter(pk=above.user.pk).update(has_second_factor=True)
    answer = client.post(address(workspace, above), {"reason": ""})
    assert answer.status_code in {403, 404}
    assert not FactorReset.objects.exists()


def test_second_request_while_one_waits_says_so(client, workspace, lost):
    client.force_login(workspace.primary_user)
    client.post(address(workspace, lost), {"reason": ""})
    answer = client.post(address(workspace, lost), {"reason": ""})
    assert answer.status_code == 422
    assert b"waiting already" in answer.content
