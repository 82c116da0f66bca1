"""How long files and found records are kept: set by workspace, also for what is here already."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from teams.capabilities import Capability
from teams.models import Member, User
from teams.policy import MissingCapabilityError, actor_of
from tests.cast import grant
from usage.models import Keeping
from usage.services import advancing, files, keeping

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/w/harbour/usage/keeping/"
PAGE = "/w/harbour/usage/budget/"


def test_new_files_are_kept_as_long_as_is_set(order, follow, workspace):
    assert keeping.log_hours(workspace.pk) == 24
    first = follow(order())
    assert first.kept_until - first.finished_at == timedelta(days=30)
    Keeping.objects.create(workspace=workspace, report_days=7, log_hours=72)
    second = follow(order("second", direction="inbound"))
    assert second.kept_until - second.finished_at == timedelta(days=7)
    assert keeping.log_hours(workspace.pk) == 72


def test_shorter_time_counts_for_files_that_are_here(order, follow, actor, workspace):
    old, new = follow(order()), follow(order("new", direction="inbound"))
    type(old).objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=3))
    keeping.change(actor, report_days=2, log_hours=24)
    advancing.forget_files()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == ("expired", "ready")
    assert not files.path_of(old).exists()
    assert files.path_of(new).exists()
    assert new.kept_until - new.finished_at == timedelta(days=2)
    keeping.change(actor, report_days=90, log_hours=24)
    new.refresh_from_db()
    assert new.kept_until - new.finished_at == timedelta(days=2)


def test_it_is_set_on_the_budget_s_page_and_written_down(client, owner, workspace):
    client.force_login(owner)
    assert 'value="30"' in client.get(PAGE).content.decode()
    form = {"report_days": "7", "log_hours": "12"}
    assert client.post(URL, form)["Location"] == PAGE
    client.post(URL, form)
    entry = Entry.objects.get(event="workspace:report:keeping")
    assert entry.old == {"report_days": 30, "log_hours": 24}
    assert entry.new == {"report_days": 7, "log_hours": 12}
    assert 'value="12"' in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"report_days": "0"}, {"report_days": "91"}, {"log_hours": "73"}, {"log_hours": ""}]
)
def test_what_is_too_short_or_too_long_is_refused(client, owner, workspace, wrong):
    client.force_login(owner)
    form = {"report_days": "30", "log_hours": "24", **wrong}
    assert client.post(URL, form).status_code == 422
    assert not Keeping.objects.exists()


def test_it_takes_the_right(workspace):
    user = User.objects.create_user(username="ann", email="ann@a.example", password="")
    member = Member.objects.create(workspace=workspace, user=user)
    grant(member, "analyst", "all")
    with pytest.raises(MissingCapabilityError) as refused:
        keeping.change(actor_of(member), report_days=1, log_hours=1)
    assert refused.value.capability == Capability.GUARDRAIL_MANAGE
