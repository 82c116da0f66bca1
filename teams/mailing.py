"""Mails about people's part in a workspace: plain text, sent when the change is committed."""

import logging
import re
import zoneinfo
from contextlib import AbstractContextManager
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from teams.door.later import later
from teams.models import User
from ui.times import local

logger = logging.getLogger(__name__)

Words = str | list[str]

# What mail programs make a link of, with or without a scheme, in any script.
_LINK = re.compile(r"\S*(?:://|www\.|\w\.[^\W\d_]{2})\S*", re.IGNORECASE)
_JOINTS = re.compile(r"[.:/]+")


def reaches_people() -> bool:
    """Return whether there is a mail server; without one, mails stay on this machine."""
    return bool(settings.EMAIL_HOST)


def post(template: str, address: str, *, path: str = "", **words: Words) -> None:
    """Send `teams/email/<template>_{subject,message}.txt` to the address after the commit.

    Nobody waits for the mail server. `path` becomes `link` at the configured address, whatever
    host the request came with. All other words are made harmless, since people typed them.
    """
    message = written(template, address, path=path, **words)
    transaction.on_commit(lambda: _hand_over(template, message))


def written(template: str, address: str, *, path: str = "", **words: Words) -> EmailMessage:
    """Return the mail that `post` would send, for those who send it themselves."""
    context = {name: _harmless(value) for name, value in words.items()}
    context["link"] = settings.BASE_URL + path
    subject, body = (
        render_to_string(f"teams/email/{template}_{part}.txt", context).strip()
        for part in ("subject", "message")
    )
    return EmailMessage(" ".join(subject.split()), body, to=[address])


def link_in(text: str) -> str:
    """Return the first thing in the text that a mail program may make a link of, or ""."""
    found = _LINK.search(text)
    return found[0] if found else ""


def one_line(text: str) -> str:
    """Return the text without line breaks, control characters and marks that turn it around."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def without_links(text: str) -> str:
    """Return the text in one line, with the joints of whatever looks like a link taken out."""
    return _LINK.sub(lambda found: _JOINTS.sub(" ", found[0]).strip(), one_line(text))


def in_zone_of(user: User | None) -> AbstractContextManager[None]:
    """Tell times as the reader's clock shows them; a stranger's is taken to be the usual one."""
    chosen = (user.time_zone if user else "") or settings.PEOPLE_TIME_ZONE
    return timezone.override(zoneinfo.ZoneInfo(chosen))


def moment(at: datetime) -> str:
    """Return e.g. `23 Nov 2026, 15:03 (Europe/Berlin)` in the active zone."""
    return f"{local(at)} ({timezone.get_current_timezone_name()})"


def _harmless(words: Words) -> Words:
    return without_links(words) if isinstance(words, str) else [*map(without_links, words)]


def _hand_over(template: str, message: EmailMessage) -> None:
    def send() -> None:
        try:
            message.send()
        except Exception as error:  # noqa: BLE001 - whatever a mail server may answer
            # Neither the address nor the text, which may hold a link that lets somebody in.
            fault = type(error).__name__
            logger.warning("mail not sent", extra={"template": template, "fault": fault})

    later(send)
