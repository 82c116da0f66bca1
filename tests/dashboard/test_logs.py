"""LG-1, BR-9: no link that lets somebody in is readable in a log."""

import logging
import logging.config

import pytest
from django.test import Client

from dashboard.logs import QUIET, logging_config

TOKEN = "Canary0Token0Canary0Token"


@pytest.mark.parametrize("name", sorted(QUIET))
def test_loggers_that_say_too_much_are_quiet_whatever_the_level(name):
    loggers = logging_config(level="DEBUG", as_json=True)["loggers"]
    assert loggers[name]["level"] == "WARNING"


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/invitation/{TOKEN}/"),
        ("PUT", f"/setup/{TOKEN}/"),
        ("POST", f"/hand-over/{TOKEN}/"),
        ("GET", f"/invitation/{TOKEN}/nothing/"),
        ("GET", f"/confirm-email/{TOKEN}/nothing/"),
    ],
)
def test_token_of_a_link_stays_out_of_the_log(method, path, as_json, capsys):
    config = logging_config(level="INFO", as_json=as_json)
    formatter = config["formatters"]["line"]
    handler = logging.StreamHandler()
    handler.setFormatter(formatter.pop("()")(**formatter))
    lines: list[str] = []
    handler.emit = lambda record: lines.append(handler.format(record))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        Client().generic(method, path)
    finally:
        logger.removeHandler(handler)
    assert lines
    assert TOKEN not in "".join(lines)
    assert "/***" in lines[0]
