from pathlib import Path

import pytest

from tests.simulator import cases as simulator
from tests.vonage_api import cases as client
from tools import vonage_table

PAGE = Path(__file__).parents[2] / "docs" / "vonage.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_page_holds_every_case_and_no_empty_cell():
    cases = [row for row in rows() if row[0] != "case"]
    assert len(cases) == len(client.RECORDED) > 150
    assert all(len(row) == 5 and all(row) for row in cases)
    assert {row[0] for row in cases} == {name.partition("/")[2] for name in client.RECORDED}


def test_every_case_is_said_by_the_simulator_or_has_a_reason():
    said = {case.name for case in simulator.CASES}
    for name in client.RECORDED:
        assert name in said or name in simulator.NOT_GIVEN or simulator.is_alternative(name), name


def test_page_is_what_the_command_prints():
    if not vonage_table.index():
        pytest.skip("NO RECORDED BODIES: VONAGE_RECORDED names no folder with an index")
    assert vonage_table.page() == PAGE.read_text()
