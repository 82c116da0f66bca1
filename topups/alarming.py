"""That auto-reload stays away: begun once, told once, warned of while it lasts."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts import warnings
from audit.events import Event
from audit.writing import SWITCHBOARD, record
from teams import mailing
from teams.capabilities import Capability
from teams.models import Workspace
from topups.models import Alarm

OWNER = "auto_reload"
SENTENCES = {
    Alarm.Kind.LOW: "The balance of the primary account has been below the threshold of "
    "auto-reload for more than 30 minutes and has not risen.",
    Alarm.Kind.OFF: "Auto-reload of the primary account was on, and now Vonage says it is off.",
}
WORDS = {
    kind.value: warnings.Words(
        Capability.TOPUP_TRIGGER, kind.label.capitalize(), sentence, "topups:index"
    )
    for kind, sentence in SENTENCES.items()
}


@transaction.atomic
def begin(workspace: Workspace, kind: Alarm.Kind, now: datetime) -> bool:
    """Note that auto-reload stays away and tell the primary user; return whether that is new.

    Whoever adds the row tells, so two workers tell once.
    """
    _, is_new = Alarm.objects.get_or_create(
        workspace=workspace, kind=kind, ended_at=None, defaults={"began_at": now}
    )
    if is_new:
        _tell(workspace, kind, now)
        record(
            Event.AUTO_RELOAD_MISSED,
            actor=SWITCHBOARD,
            workspace=workspace,
            reason=SENTENCES[kind],
        )
        transaction.on_commit(lambda: publish(workspace.pk))
    return is_new


def end(workspace_id: int, kind: Alarm.Kind, now: datetime) -> bool:
    """Note that this is over; return whether there was something to end."""
    going_on = Alarm.objects.filter(workspace=workspace_id, kind=kind, ended_at=None)
    if not going_on.update(ended_at=now):
        return False
    transaction.on_commit(lambda: publish(workspace_id))
    return True


def publish(workspace_id: int) -> None:
    """Have the overview warn of what goes on in a workspace, and of nothing else."""
    going_on = Alarm.objects.filter(workspace=workspace_id, ended_at=None)
    codes = set(going_on.values_list("kind", flat=True))
    warnings.publish(workspace_id, OWNER, codes)


def publish_all() -> None:
    """Do so wherever something went on lately: what a process that died has left undone."""
    for workspace_id in Alarm.objects.values_list("workspace", flat=True).distinct():
        publish(workspace_id)


def _tell(workspace: Workspace, kind: Alarm.Kind, now: datetime) -> None:
    person = workspace.primary_user
    with mailing.in_zone_of(person):
        mailing.post(
            "auto_reload",
            person.email,
            path=reverse("topups:index", args=[workspace.slug]),
            workspace=workspace.name,
            what=kind.label,
            sentence=SENTENCES[kind],
            at=mailing.moment(now),
        )
