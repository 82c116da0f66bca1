import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from ui.times import ago

AT = datetime(2026, 11, 23, 14, 3, 9, tzinfo=UTC)


def drawn(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_when_shows_the_zone_of_the_person_and_names_utc():
    with timezone.override(zoneinfo.ZoneInfo("Europe/Berlin")):
        assert drawn("{% when at %}", at=AT) == (
            '<time datetime="2026-11-23T14:03:09Z" title="2026-11-23 14:03:09 UTC">'
            "23 Nov 2026, 15:03</time>"
        )


def test_when_crosses_midnight_with_the_zone():
    with timezone.override(zoneinfo.ZoneInfo("Pacific/Auckland")):
        assert ">24 Nov 2026, 03:03<" in drawn("{% when at %}", at=AT)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (0, "just now"),
        (1, "1 s ago"),
        (59, "59 s ago"),
        (60, "1 min ago"),
        (3_599, "59 min ago"),
        (3_600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 d ago"),
        (40 * 86_400, "40 d ago"),
    ],
)
def test_age_counts_in_the_largest_unit_that_fits(seconds, text):
    assert ago(AT, AT + timedelta(seconds=seconds)) == text


def test_age_can_be_counted_on_by_the_browser(time_machine_at):
    with time_machine_at(AT + timedelta(seconds=12)):
        html = drawn("{% age at %}", at=AT)
    assert " data-age>12 s ago</time>" in html
    assert 'datetime="2026-11-23T14:03:09Z"' in html


@pytest.mark.parametrize("tag", ["when", "age"])
def test_no_time_draws_nothing(tag):
    assert drawn("{% " + tag + " at %}", at=None) == ""
