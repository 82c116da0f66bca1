"""Mail on a machine without a mail server: shown in the console and kept as files."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.filebased import EmailBackend as Files


class ConsoleAndFileBackend(BaseEmailBackend):
    """Writes each mail to the console and to a file under `mail/` in the home folder."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many there were."""
        Files().send_messages(email_messages)
        return Console().send_messages(email_messages) or 0
