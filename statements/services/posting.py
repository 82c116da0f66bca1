"""Hands one mail to the mail server, and writes down what is known of it."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import (
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from django.core.mail import EmailMessage, get_connection
from django.urls import reverse
from django.utils import timezone

from statements.models import Mailed, Statement
from statements.pdf import render
from statements.seeing import View, view_of
from teams import mailing
from teams.policy import Actor

logger = logging.getLogger(__name__)
State = Mailed.State

GAPS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
"""How long after each try the next one is; none after the last."""
_NO = 400
"""From here on a mail server's answer means that it has not taken the mail."""


class UnreachableError(Exception):
    """There was nobody to hand a mail to: nothing left."""


def letter(actor: Actor, statement: Statement) -> EmailMessage:
    """Return the mail of a statement, as the person may see it. Raises `Http404`."""
    view = view_of(actor, statement)
    with mailing.in_zone_of(actor.user):
        message = mailing.written(
            "statement",
            actor.user.email,
            path=reverse(
                "statements:statement",
                args=[actor.workspace.slug, view.account.api_key, statement.month],
            ),
            workspace=actor.workspace.name,
            account=str(view.account),
            month=view.title,
        )
    message.attach(_name(view), render(view), "application/pdf")
    return message


def hand_over(row: Mailed, message: EmailMessage) -> bool:
    """Send the mail of a row that the caller has claimed; return whether it went.

    Raises `UnreachableError`; then the row is as it was. What breaks off in the middle may have
    left, and is never tried again by itself.
    """
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:  # which all of SMTP's faults are, too
        raise UnreachableError(type(error).__name__) from error
    message.connection = connection
    try:
        message.send()
    except Exception as error:  # noqa: BLE001 - whatever it is, something may have left
        _say(error)
        if _is_refusal(error):
            put_off(row, _code_of(error))
        else:
            _write(row, state=State.UNKNOWN)
        return False
    finally:
        with suppress(OSError):  # a farewell that fails changes nothing
            connection.close()
    _write(row, state=State.SENT, sent_at=timezone.now(), code=None)
    return True


def put_off(row: Mailed, code: int | None = None) -> None:
    """Write down that a claimed mail has not left, and when it is tried again, if at all."""
    _write(row, state=State.REFUSED, code=code, next_at=_next_at(row.tries))


def _next_at(tries: int) -> datetime | None:
    return timezone.now() + GAPS[tries - 1] if tries <= len(GAPS) else None


def _write(row: Mailed, **values: object) -> None:
    """Write to the row while it is the caller's: nobody has had it sent again meanwhile."""
    own = Mailed.objects.filter(pk=row.pk, state=State.SENDING, begun_at=row.begun_at)
    own.update(**values)


def _is_refusal(error: Exception) -> bool:
    """Return whether the mail server said that it has not taken the mail."""
    if isinstance(error, SMTPResponseException):
        return error.smtp_code >= _NO
    return isinstance(error, SMTPRecipientsRefused | SMTPNotSupportedError)


def _code_of(error: Exception) -> int | None:
    """Return the number of a refusal. Its words may hold the address, and are not kept."""
    if isinstance(error, SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, SMTPResponseException) else None


def _say(error: Exception) -> None:
    fault = type(error).__name__
    how = "refused" if isinstance(error, SMTPException) else "broke off"
    logger.warning("mail not sent", extra={"template": "statement", "fault": fault, "how": how})


def _name(view: View) -> str:
    return f"statement-{view.account.api_key}-{view.statement.month_code}.pdf"
