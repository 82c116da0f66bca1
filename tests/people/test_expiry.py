"""Access with an end: who is told, how often, and what becomes of it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from audit.models import Entry
from teams.models import Grant, Invitation, Reach
from teams.policy import actor_of
from teams.services import expiry, granting, membership
from teams.services.granting import Terms

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def days(number):
    return timedelta(days=number)


@pytest.fixture
def temporary(member):
    """Make a member whose access ends so many days from now, given so many days ago."""

    def make(name="temp", *, ends_in, given=30, by=None):
        made = member(name, "support", "all", ends_at=NOW + ends_in)
        Grant.objects.filter(member=made).update(given_at=NOW - days(given))
        if by:
            Grant.objects.filter(member=made).update(given_by=by)
        return made

    return make


def told(committed, at=NOW):
    mail.outbox.clear()
    with committed():
        expiry.tell_of_endings(at)
    return sorted(each.to[0] for each in mail.outbox)


def test_both_are_told_seven_days_and_one_day_before(temporary, committed):
    temporary(ends_in=days(10))
    both = ["owner@example.com", "temp@example.com"]
    assert told(committed) == []
    assert told(committed, NOW + days(3)) == both
    assert told(committed, NOW + days(4)) == []
    assert told(committed, NOW + days(9)) == both
    assert told(committed, NOW + days(9.5)) == []
    assert told(committed, NOW + days(10.5)) == []


def test_the_mail_says_what_ends_and_when_on_the_readers_clock(temporary, committed):
    made = temporary(ends_in=days(5))
    made.user.time_zone = "Asia/Tokyo"
    made.user.save()
    told(committed)
    mine = next(each for each in mail.outbox if each.to == ["temp@example.com"])
    assert "Support on all accounts" in mine.body
    assert "(Asia/Tokyo)" in mine.body
    assert "Harbour Messaging" in mine.subject


def test_a_day_that_was_past_when_it_was_given_is_not_told(temporary, committed):
    temporary(ends_in=days(3), given=0)
    assert told(committed) == []
    assert len(told(committed, NOW + days(2.5))) == 2


def test_who_missed_the_first_notice_gets_one_only(temporary, committed):
    temporary(ends_in=timedelta(hours=5))
    assert len(told(committed)) == 2
    assert told(committed) == []


def test_a_new_end_is_told_anew(temporary, committed, actor):
    made = temporary(ends_in=days(5))
    told(committed)
    grant = made.grants.get()
    longer = Terms(scope="all", preset="support", ends_at=NOW + days(40))
    granting.change(actor, grant=grant, terms=longer)
    assert told(committed) == []
    assert len(told(committed, NOW + days(35))) == 2


def test_people_who_are_gone_or_locked_out_are_not_told(temporary, committed, actor, administrator):
    made = temporary(ends_in=days(5), by=administrator.user)
    membership.remove(actor, member=administrator)
    assert told(committed) == ["temp@example.com"]
    Grant.objects.update(told_days=None)
    membership.suspend(actor, member=made)
    assert told(committed) == []


def test_whoever_gives_and_has_is_told_once(temporary, committed):
    made = temporary(ends_in=days(5))
    Grant.objects.update(given_by=made.user)
    assert told(committed) == ["temp@example.com"]


def test_what_was_over_for_thirty_days_goes(actor, member, accounts):
    one = frozenset({accounts[1].pk})
    made = member("temp", "support", "selected", account_ids=one, ends_at=NOW + days(1))
    assert Reach.objects.count() == 1
    assert expiry.clear_away(NOW + days(30)) == 0
    assert (
        expiry.clear_away(
            NOW
            + days(
                31,
            )
        )
        == 1
    )
    assert not Grant.objects.exists()
    assert not Reach.objects.exists()
    entry = Entry.objects.get(event="member:grant:end")
    assert (entry.actor_label, entry.target_label) == ("Switchboard", "temp")
    assert entry.old["role"] == "Support"
    assert actor_of(made).anywhere == 0


def test_old_invitations_stop_holding_their_role(invite):
    invite()
    assert expiry.clear_away(NOW + days(30)) == 0
    assert expiry.clear_away(NOW + days(38)) == 1
    assert Invitation.objects.get().withdrawn_at
    assert not Grant.objects.exists()


def test_beat_looks_after_it(temporary):
    from dashboard.celery import app
    from teams.tasks import look_after_endings

    assert "teams.tasks.look_after_endings" in {x["task"] for x in app.conf.beat_schedule.values()}
    temporary(ends_in=days(5))
    look_after_endings()
    assert Grant.objects.get().told_days == 7
