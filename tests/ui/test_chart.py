import json
import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ui.chart import GRID, HEIGHT, WIDTH, Chart, scale_of

EURO = 10**8
MINUS = "\N{MINUS SIGN}"
START = datetime(2026, 10, 24, tzinfo=UTC)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def chart(*euros: float, days: int = 30, **more: object) -> Chart:
    step = timedelta(days=days) / len(euros)
    points = [
        (seconds(START + step * index), int(euro * EURO), -5 * EURO)
        for index, euro in enumerate(euros)
    ]
    return Chart(title="Balance", points=points, until=START + timedelta(days=days), **more)


def test_the_line_holds_each_balance_until_the_next():
    drawing = chart(0, 100, 50, 75)
    assert drawing.path == f"M0 {HEIGHT}h180v-200h180v100h180v-50h180"
    assert drawing.area == f"{drawing.path}V{HEIGHT}H0Z"


def test_the_line_leaves_out_what_does_not_bend():
    assert chart(10, 10, 10, 10).path.count("h") == 1


def test_the_line_ends_at_the_right_edge():
    lengths = [int(length) for length in re.findall(r"h(\d+)", chart(3, 1, 4, 1, 5, 9, 2).path)]
    assert sum(lengths) == WIDTH


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**40))
def test_a_scale_holds_every_amount_in_round_steps(low, height):
    high = low + height
    bottom, step = scale_of(low, high)
    assert bottom <= low
    assert high <= bottom + GRID * step
    assert str(step).rstrip("0") in {"1", "2", "25", "5"}


def test_the_scale_stays_above_zero_where_the_amounts_do():
    assert scale_of(1 * EURO, 10 * EURO).low == 0
    assert scale_of(-1 * EURO, 2 * EURO).low < 0


def test_the_browser_gets_the_exact_figures():
    figures = json.loads(chart(10.1725, 8.5, -3.25).figures)
    amounts = list(accumulate(figures["amounts"]))
    assert figures["decimals"] == 4
    assert amounts == [101725, 85000, -32500, -32500]
    times = [moment * figures["step"] for moment in accumulate(figures["times"])]
    assert times[0] == START.timestamp()
    assert times[-1] == (START + timedelta(days=30)).timestamp()


def test_the_table_has_every_figure_newest_first():
    rows = chart(10.1725, 8.5).rows
    assert [(balance, limit) for _, balance, limit in rows] == [
        ("8.50", f"{MINUS}5.00"),
        ("10.1725", f"{MINUS}5.00"),
    ]


def test_an_unknown_credit_limit_is_not_zero():
    points = [(seconds(START), EURO, None), (seconds(START + timedelta(1)), EURO, None)]
    drawing = Chart(title="Balance", points=points, until=START + timedelta(2))
    assert {limit for _, _, limit in drawing.rows} == {""}
    assert "<td>unknown</td>" in render_to_string("components/chart.html", {"chart": drawing})


def test_a_long_table_has_the_last_of_each_day_in_the_zone_of_the_person():
    drawing = chart(*range(720))
    with timezone.override(zoneinfo.ZoneInfo("Pacific/Auckland")):
        days = [timezone.localtime(at) for at, _, _ in drawing.rows]
    assert drawing.is_condensed
    assert len(days) == 31
    assert {day.hour for day in days[1:]} == {23}


def test_the_page_draws_it_without_script():
    html = render_to_string("components/chart.html", {"chart": chart(1, 3, 2)})
    assert 'aria-label="Balance: from 1.00 to 2.00, between 1.00 and 3.00"' in html
    assert html.count("<tr>") == 4
    assert "data-chart=" in html


def test_its_title_is_text():
    hostile = Chart(
        title='"><img onerror=x>', points=[(seconds(START), 1)], until=START + timedelta(1)
    )
    html = render_to_string("components/chart.html", {"chart": hostile})
    assert "<img" not in html


@pytest.mark.parametrize("count", [0, 721])
def test_it_refuses_more_points_than_a_screen_has(count):
    with pytest.raises(ValueError, match="1 to 720"):
        Chart(title="Balance", points=[(seconds(START), 1)] * count, until=START)


def test_720_points_are_a_small_page():
    import zlib

    euros = [1000 - hour * 0.8317 + hour % 7 for hour in range(720)]
    html = render_to_string("components/chart.html", {"chart": chart(*euros)})
    assert len(zlib.compress(html.encode())) < 9_000
