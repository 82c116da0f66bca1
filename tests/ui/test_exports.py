import csv

import pytest

from ui.exports import csv_response, lines, neutral


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_text_that_begins_like_a_formula_is_shown_as_text(start):
    assert neutral(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    "text", [" =1+1", "\n=1+1", '";=1+1', "a,@SUM(1)", "a;=1", "a|+1", '"-1"', "a\t=1"]
)
def test_formula_after_blanks_quotes_and_separators_is_none(text):
    shown = neutral(text)
    assert shown != text
    assert shown.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize("text", ["", "Hotel", "a=b", "a-b", "x@example.com", "1+1", "Ünal"])
def test_harmless_text_stays(text):
    assert neutral(text) == text


def test_numbers_stay_numbers():
    _, line = lines([[-3, "=1", ""]])
    assert line == "-3,'=1,\r\n"


def test_lines_are_read_back_as_they_were():
    rows = [['say "hello"', "two\nlines"], ["Ünal", "a,b"]]
    mark, *written = lines(rows)
    assert mark == "\ufeff"
    assert list(csv.reader("".join(written).splitlines(keepends=True))) == rows


def test_rows_are_taken_one_at_a_time():
    taken = []

    def rows():
        for number in range(100_000):
            taken.append(number)
            yield [number]

    made = lines(rows())
    next(made)
    assert [next(made), next(made)] == ["0\r\n", "1\r\n"]
    assert taken == [0, 1]


def test_name_of_the_file_is_plain():
    answer = csv_response('../a"\r\nX: 1', [])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="-a-X-1.csv"'
