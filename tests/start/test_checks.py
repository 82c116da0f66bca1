"""The two checks that guard the others: of lock files, and of a run that left tests out."""

from pathlib import Path

import pytest

from tools import check_locks
from tools.check_run import collected, complaints

RUN = """<testsuites><testsuite tests="2">
<testcase classname="tests.a" name="one"/>
<testcase classname="tests.a" name="two">{}</testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path):
    def write(outcome: str = "") -> Path:
        path = tmp_path / "report.xml"
        path.write_text(RUN.format(outcome))
        return path

    return write


def test_the_lock_files_name_no_address(capsys) -> None:
    assert check_locks.main() == 0
    assert "5 lock files, 0 addresses" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dev.txt", "--index-url https://packages.example/simple\nours==1\n"),
        ("dev.txt", "ours @ file:///wheels/ours.whl\n"),
        ("dev.txt", "-i packages.example\n"),
        ("package-lock.json", '{"resolved": "https://packages.example/ours.tgz"}'),
    ],
)
def test_an_address_in_a_lock_file_is_found(tmp_path: Path, name: str, content: str) -> None:
    lock = tmp_path / name
    lock.write_text(content)
    assert check_locks.addresses(lock) == [f"{lock}:1"]


def test_collected_tests_are_counted(tmp_path: Path) -> None:
    listing = tmp_path / "all"
    listing.write_text("tests/a.py::one\ntests/a.py::two[x]\n\n2 tests collected in 0.1s\n")
    assert collected(listing) == 2


def test_a_full_run_has_nothing_to_complain_about(report) -> None:
    assert complaints(there=2, browser=1, report=report(), ci=True) == []


def test_a_skip_counts_in_ci_only(report) -> None:
    skipped = report("<skipped/>")
    assert complaints(there=2, browser=1, report=skipped, ci=False) == []
    found = complaints(there=2, browser=1, report=skipped, ci=True)
    assert found == ["2 tests were found, only 1 ran", "skipped: tests.a::two"]


def test_only_the_recorded_answers_may_be_missing_in_ci(report) -> None:
    excused = report('<skipped message="set VONAGE_RECORDED to their folder"/>')
    assert complaints(there=2, browser=1, report=excused, ci=True) == []
    assert complaints(there=3, browser=1, report=excused, ci=True)


def test_a_file_skipped_as_a_whole_stands_for_no_test(report) -> None:
    path = report('<skipped message="set VONAGE_RECORDED to their folder"/>')
    path.write_text(path.read_text().replace('"tests.a" name="two"', '"" name="tests.a"'))
    assert complaints(there=1, browser=1, report=path, ci=True) == []
    assert complaints(there=2, browser=1, report=path, ci=True)


@pytest.mark.parametrize("ci", [True, False])
def test_missing_tests_are_found(report, ci: bool) -> None:  # noqa: FBT001 (a parameter of the test)
    assert complaints(there=3, browser=1, report=report(), ci=ci)
    assert complaints(there=2, browser=0, report=report(), ci=ci)
    assert complaints(there=0, browser=0, report=report(), ci=ci)
