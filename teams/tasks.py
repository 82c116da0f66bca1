from datetime import timedelta

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from teams.door import limits
from teams.door.later import at_once
from teams.models import UsedCode
from teams.services import expiry, factor_reset, handover

_DAY = timedelta(days=1)


@shared_task
def forget_ended_sessions() -> None:
    """Delete sessions, codes and counts that mean nothing any more."""
    call_command("clearsessions")
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    now = timezone.now()
    UsedCode.objects.filter(used_at__lt=now - _DAY).delete()
    limits.forget_past(now)


@shared_task
def carry_out_factor_resets() -> None:
    """Take away the second factors of people whose reset has waited for a day."""
    with at_once():
        factor_reset.carry_out_due(timezone.now())


@shared_task
def hand_over_due() -> None:
    """Give workspaces whose handover is due to their new primary users."""
    with at_once():
        handover.carry_out_due(timezone.now())


@shared_task
def look_after_endings() -> None:
    """Tell people of access that ends soon, and clear away what is long over."""
    now = timezone.now()
    with at_once():
        expiry.tell_of_endings(now)
    expiry.clear_away(now)
