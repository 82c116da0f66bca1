"""What is written to administrators about an error: where it was, and nothing that was in hand.

Django hides values by the names of their variables and fields, which is a guess. Nothing here
is about names: no local variable, no field of a form, no cookie, no header, no setting.
"""

import logging
import traceback
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter

from dashboard.logs import hide_links


class PlainReporter(ExceptionReporter):
    """Tells the kind of request, its address, and the way through the code to the error."""

    def get_traceback_text(self) -> Any:
        """Return the report as text, which is no HTML, whatever Django calls it."""
        asked = f"{self.request.method} {self.request.path}\n\n" if self.request else ""
        way = [] if self.exc_type is None else traceback.format_exception(self.exc_value)
        return hide_links(asked + "".join(way))

    def get_traceback_html(self) -> Any:
        """Return Django's page where `DEBUG` is on, which never is in production; else the text."""
        if settings.DEBUG:
            return super().get_traceback_html()
        return format_html("<pre>{}</pre>", self.get_traceback_text())


class PlainMail(AdminEmailHandler):
    """Mails such reports, with a subject that leads nobody in."""

    def format_subject(self, subject: str) -> str:
        """Return the subject without the tokens of links."""
        return hide_links(super().format_subject(subject))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record without the tokens of links."""
        return hide_links(super().format(record))
