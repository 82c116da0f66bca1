"""Files that are safe to open in a spreadsheet."""

import csv
import io

import pytest

from ui.exports import csv_response, lines, neutral


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])  # noqa: RUF001
def test_no_cell_begins_like_a_formula(sign):
    assert neutral(f"{sign}1+1").startswith("'")


@pytest.mark.parametrize("text", ['a";=1+1', "a,=1+1", "a\n=1+1", "a; @SUM(1)", "  =1+1"])
def test_no_cell_goes_on_like_a_formula(text):
    assert "'" in neutral(text)


@pytest.mark.parametrize("cell", ["Müller & Co", "a-b", "x=y", "1,000", -5, 0, ""])
def test_the_rest_stays_as_it_is(cell):
    assert neutral(cell) == cell


def test_rows_go_out_one_by_one():
    made = []

    def rows():
        for number in range(3):
            made.append(number)
            yield ["a", number]

    sent = lines(rows())
    assert next(sent) == "\ufeff"
    assert made == []
    assert next(sent) == "a,0\r\n"
    assert made == [0]


def test_what_is_read_back_is_what_was_written():
    rows = [["Name", "Amount"], ['with "quotes", and\nlines', -3]]
    text = "".join(lines(rows)).removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(text))) == [["Name", "Amount"], [rows[1][0], "-3"]]


def test_the_name_of_the_file_is_plain():
    answer = csv_response('../a"\r\nX: 1', [])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="-a-X-1.csv"'
