from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from teams import mailing
from teams.services import expiry, handover


@shared_task
def forget_ended_sessions() -> None:
    """Delete sessions that nobody can use any more."""
    call_command("clearsessions")


@shared_task
def hand_over_due() -> None:
    """Give workspaces whose handover is due to their new primary users."""
    with mailing.sent_at_once():
        handover.carry_out_due(timezone.now())


@shared_task
def look_after_endings() -> None:
    """Tell people of access that ends soon, and clear away what is long over."""
    now = timezone.now()
    with mailing.sent_at_once():
        expiry.tell_of_endings(now)
    expiry.clear_away(now)
