"""How log lines look: JSON for machines in production, plain lines on one's own machine."""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_LINK = re.compile(r"/(setup|invitation|hand-over|password/reset|confirm-email)/[^/\s'\"?]+")

QUIET = {
    "fontTools": "a line for each table of a font, with every PDF",
    "fpdf": "likewise",
    "urllib3": "whole addresses and headers",
    "requests": "whole addresses and headers",
    "httpx": "whole addresses and headers",
    "httpcore": "whole addresses and headers",
    "kombu": "whole messages",
    "amqp": "whole messages",
    "django.template": "all that a page is made of, wherever a name in it is missing",
    "django.db.backends": "statements with what is in them: session keys, addresses, numbers",
}
"""Loggers that never say more than warnings, with what their lines would hold."""

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_config(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`.

    Some are kept above DEBUG, whatever the level: `QUIET` says which, and why.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _formatter(as_json=as_json)},
        "filters": {"live": {"()": "django.utils.log.RequireDebugFalse"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            # Nobody gets any unless settings of one's own name `ADMINS`.
            "mail": {"class": "dashboard.reports.PlainMail", "level": "ERROR", "filters": ["live"]},
        },
        "root": {"handlers": ["console"], "level": level.upper()},
        "loggers": {
            # In place of Django's own, which mails the fields of forms.
            "django": {"handlers": ["mail"]},
            **{name: {"level": "WARNING"} for name in QUIET},
        },
    }


def without_tokens(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take out of a line what follows the addresses of links that let somebody in.

    Django names the address, and the request, wherever it refuses or fails.
    """
    for name, value in line.items():
        if name == "request" or isinstance(value, str):
            line[name] = hide_links(str(value))
    return line


def hide_links(text: str) -> str:
    """Return the text without what follows the addresses of links that let somebody in."""
    return _LINK.sub(r"/\1/***", text)


def _formatter(*, as_json: bool) -> dict[str, Any]:
    last = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_tokens,
            last,
        ],
    }
