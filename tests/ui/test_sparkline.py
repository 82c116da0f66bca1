import re

import pytest
from django.template import Context, Template

from ui.sparkline import HEIGHT, MOST_POINTS, WIDTH, sparkline

EURO = 10**8


def points(svg: str) -> list[tuple[int, int]]:
    """Follow the line and return where it turns."""
    path = re.search(r'd="m(\d+) (\d+)l([^"]*)"', svg)
    assert path, svg
    across, down = int(path[1]), int(path[2])
    turns = [(across, down)]
    numbers = [int(number) for number in re.findall(r"-?\d+", path[3])]
    for right, lower in zip(numbers[::2], numbers[1::2], strict=True):
        across, down = across + right, down + lower
        turns.append((across, down))
    return turns


@pytest.mark.parametrize("units", [[], [EURO]])
def test_nothing_is_drawn_of_less_than_two_points(units):
    assert sparkline(units) == ""


def test_the_line_falls_as_the_balance_does():
    assert points(sparkline([30 * EURO, 20 * EURO, 20 * EURO, 10 * EURO])) == [
        (0, 1),
        (20, 8),
        (40, 8),
        (60, 15),
    ]


def test_a_flat_line_runs_through_the_middle():
    assert {down for _, down in points(sparkline([5, 5, 5]))} == {HEIGHT // 2}


def test_negative_amounts_and_large_ones_stay_inside():
    turns = points(sparkline([-92_000_000_000 * EURO, 0, 92_000_000_000 * EURO]))
    assert all(0 < down < HEIGHT for _, down in turns)


def test_it_has_at_most_twelve_points_and_ends_at_the_right_with_the_last():
    turns = points(sparkline([*range(500), 10_000]))
    assert len(turns) == MOST_POINTS
    assert turns[-1] == (WIDTH, 1)


def test_it_is_small():
    assert len(sparkline([index * 37 % 11 for index in range(12)])) < 130


def test_it_is_hidden_beside_a_figure_and_labelled_alone():
    assert 'aria-hidden="true"' in sparkline([1, 2])
    html = Template("{% sparkline units %}").render(
        Context({"units": [1230 * EURO // 100, 810 * EURO // 100]})
    )
    assert 'role="img" aria-label="from 12.30 to 8.10"' in html
