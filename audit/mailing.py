"""Where the chains stand, by mail: a copy that whoever owns this machine cannot reach."""

import logging
from datetime import UTC, date
from itertools import chain

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Max
from django.utils import timezone

from audit.checkpoints import export, line_of
from audit.models import Checkpoint, CheckpointMail

logger = logging.getLogger(__name__)

_HEAD = (
    "Where the chains of the audit book stand that have moved since the last such mail.",
    "Keep this mail. Whether the book still is as it was then, its text tells, saved as a file:",
    "",
    "    python manage.py verify_audit --checkpoints FILE",
    "",
)
_NOTHING = "None has moved."


def mail_checkpoints() -> bool:
    """Send the mail of today (of UTC), unless it was sent; return whether one was sent now.

    Nothing is sent where `AUDIT_CHECKPOINT_MAIL` names nobody. Outside transactions.
    """
    if not settings.AUDIT_CHECKPOINT_MAIL:
        return False
    export()
    today = timezone.now().astimezone(UTC).date()
    _, is_mine = CheckpointMail.objects.get_or_create(day=today)
    return is_mine and _send(today)


def _send(today: date) -> bool:
    row = CheckpointMail.objects.filter(day=today)
    since = CheckpointMail.objects.aggregate(upto=Max("upto"))["upto"] or 0
    marks = _newest(since)
    upto = max((mark.pk for mark in marks), default=since)
    try:
        _mail(today, marks).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server may answer
        row.delete()
        fault = type(error).__name__
        logger.warning("the mail with audit checkpoints was not sent", extra={"fault": fault})
        return False
    row.update(upto=upto)
    return True


def _mail(today: date, marks: list[Checkpoint]) -> EmailMessage:
    lines = [line_of(mark) for mark in marks] or [_NOTHING]
    body = "\n".join(chain(_HEAD, lines, [""]))
    to = list(settings.AUDIT_CHECKPOINT_MAIL)
    return EmailMessage(f"Audit checkpoints of {today} ({settings.BASE_URL})", body, to=to)


def _newest(since: int) -> list[Checkpoint]:
    """Return the last note of each chain that was noted after the note `since`."""
    noted = Checkpoint.objects.filter(pk__gt=since)
    last = noted.order_by().values("chain").annotate(last=Max("pk")).values("last")
    return list(Checkpoint.objects.filter(pk__in=last).order_by("chain"))
