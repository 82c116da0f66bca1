"""The chart of records per day: what is not known is a gap, and not zero."""

from datetime import UTC, date, datetime

from usage.drawing import chart_of
from usage.products import PRODUCTS
from usage.services.knowing import Known

WINDOW = (date(2026, 11, 1), date(2026, 11, 6))


def known(*missing, product="SMS"):
    spans = [(date(2026, 11, first), date(2026, 11, last)) for first, last in missing]
    asked = datetime(2026, 11, 7, tzinfo=UTC)
    return Known(PRODUCTS[product], "", WINDOW[1], asked, spans, is_partial=False)


def test_unknown_days_are_left_out():
    days = {date(2026, 11, 1): 10, date(2026, 11, 6): 20}
    chart = chart_of(WINDOW, days, [known((3, 4))])
    assert chart.is_known == [True, True, False, False, True, True]
    assert chart.has_gaps
    assert chart.path.count("M") == 2
    assert chart.path.startswith("M0 ")
    first, second = chart.path.split("M")[1:]
    assert first.endswith("H240")  # two of six days, and the line stops
    assert second.startswith("480 200V200H600")  # a known day without records is zero
    assert second.endswith("H720")
    assert chart.area.count("Z") == 2
    assert chart.area.endswith("V200H480Z")


def test_what_one_product_knows_is_drawn():
    days = {date(2026, 11, 1): 10}
    products = [known((2, 6)), known((1, 3), product="VERIFY-API")]
    chart = chart_of(WINDOW, days, products)
    assert chart.is_known == [True, False, False, True, True, True]
    whole = chart_of(WINDOW, days, [known()])
    assert not whole.has_gaps
    assert whole.path.count("M") == 1


def test_day_with_records_is_always_drawn():
    chart = chart_of(WINDOW, {date(2026, 11, 2): 1}, [known((1, 6))])
    assert chart.is_known == [False, True, False, False, False, False]
