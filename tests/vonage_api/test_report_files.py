"""The download of a report and the check of its zip."""

import io
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from vonage_api import errors, report_files
from vonage_api.report_bodies import Report
from vonage_api.report_files import ReportFile, check

NAME = "report_SMS_0a1b2c3d_20240301.csv"
TABLE = b'"account_id","total_price"\r\n"0a1b2c3d","0.03330000"\r\n'


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return held.getvalue()


@pytest.fixture
def download(server: Any, make_client: Any, tmp_path: Path) -> Any:
    def run(url: str = "", **options: Any) -> ReportFile:
        link = url or f"{server.url}/v3/media/file-1"
        report = Report(id="ri-1", status="SUCCESS", download_url=link)
        to = tmp_path / "report.zip"
        return make_client(server).reports.download(report, to=to, **options)

    return run


@pytest.fixture
def nothing_left(tmp_path: Path) -> Any:
    """Fail if a file, whole or in part, is left behind."""
    yield
    assert list(tmp_path.iterdir()) == []


def test_download(server: Any, download: Any, tmp_path: Path, canary: Any) -> None:
    server.answers(packed((NAME, TABLE), ("second.csv", b"")))
    found = download()
    assert found.names == (NAME, "second.csv")
    with found.open(NAME) as stream:
        assert stream.read() == TABLE
    assert [path.name for path in tmp_path.iterdir()] == ["report.zip"]
    assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
    [request] = server.requests
    assert request.target == "/v3/media/file-1"
    assert request.headers["Authorization"] == f"Basic {canary.token}"
    assert request.headers["Accept-Encoding"] == "identity"


@pytest.mark.usefixtures("nothing_left")
def test_link_to_another_host_is_not_followed(server: Any, make_server: Any, download: Any) -> None:
    other = make_server().answers(packed((NAME, TABLE)))
    with pytest.raises(errors.ForeignLink):
        download(f"{other.url}/v3/media/file-1")
    assert (server.connections, other.connections) == (0, 0)


@pytest.mark.usefixtures("nothing_left")
def test_redirect_to_another_host_is_not_followed(
    server: Any, make_server: Any, download: Any
) -> None:
    other = make_server().answers(packed((NAME, TABLE)))
    server.answers(status=302, headers={"Location": other.url})
    with pytest.raises(errors.Redirected):
        download()
    assert other.connections == 0


def test_unfinished_report_has_no_file(make_client: Any, server: Any, tmp_path: Path) -> None:
    report = Report(id="ri-1", status="PENDING")
    with pytest.raises(ValueError, match="not finished"):
        make_client(server).reports.download(report, to=tmp_path / "report.zip")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, errors.NotFound), (429, errors.RateLimited), (500, errors.ServerFailed),
     (202, errors.Malformed)],
)  # fmt: skip
def test_refusals(server: Any, download: Any, status: int, kind: Any) -> None:
    server.answers({"type": "a#b", "title": "No"}, status=status)
    with pytest.raises(kind) as caught:
        download()
    assert caught.value.__context__ is None
    assert len(server.requests) == 1


@pytest.mark.usefixtures("nothing_left")
def test_file_that_is_too_large(server: Any, download: Any) -> None:
    server.answers(packed((NAME, b"x" * 200_000), method=0))
    with pytest.raises(errors.TooLarge):
        download(max_bytes=100_000)


@pytest.mark.usefixtures("nothing_left")
def test_file_that_is_cut(server: Any, download: Any) -> None:
    server.answers(packed((NAME, TABLE))[:-9], length=len(packed((NAME, TABLE))))
    with pytest.raises(errors.ConnectionFailed):
        download()


@pytest.mark.usefixtures("nothing_left")
def test_file_that_drips(server: Any, download: Any) -> None:
    server.drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nPK")
    with pytest.raises(errors.TimedOut):
        download(seconds=0.4)


@pytest.mark.usefixtures("nothing_left")
def test_file_that_is_compressed_on_the_way(server: Any, download: Any, bomb: bytes) -> None:
    server.answers(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(errors.Malformed):
        download()


def info(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def encrypted() -> bytes:
    raw = bytearray(packed((NAME, TABLE)))
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    return bytes(raw)


def overlapping() -> bytes:
    """Two entries that share one piece of packed data."""
    raw = packed(("a", b"x" * 4000), method=0)
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    first = raw[start:end]
    second = first.replace(b"a", b"b")
    directory = first + second
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), start, 0)
    return raw[:start] + directory + closing


SPOILT = {
    "no zip": b"<html>Sign in",
    "empty": b"",
    "nothing in it": packed(),
    "climbs": packed(("../report.csv", TABLE)),
    "climbs further": packed(("a/../../report.csv", TABLE)),
    "absolute": packed(("/etc/passwd", TABLE)),
    "folder": packed(("folder/", b"")),
    "in a folder": packed(("folder/report.csv", TABLE)),
    "backslash": packed(("..\\report.csv", TABLE)),
    "drive": packed(("C:report.csv", TABLE)),
    "dots": packed(("..", TABLE)),
    "control": packed(("a\x1b[2Jb.csv", TABLE)),
    "link": packed((info(NAME, mode=stat.S_IFLNK | 0o777), b"/etc/passwd")),
    "device": packed((info(NAME, mode=stat.S_IFCHR | 0o666), b"")),
    "encrypted": encrypted(),
    "bomb": packed((NAME, b" " * 50_000_000)),
    "two bombs": packed(("a", b" " * 9_000_000), ("b", b" " * 9_000_000)),
    "shared data": overlapping(),
    "lzma": packed((NAME, TABLE), method=zipfile.ZIP_LZMA),
    "cut": packed((NAME, TABLE))[:-30],
}


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("kind", SPOILT)
def test_spoilt_zips_are_malformed_and_gone(server: Any, download: Any, kind: str) -> None:
    server.answers(SPOILT[kind])
    with pytest.raises(errors.Malformed):
        download()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed((NAME, TABLE), (NAME, b"other")))
    with pytest.raises(errors.Malformed, match="one name"):
        check(path)


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "MOST_FILES", 1)
    path = tmp_path / "a.zip"
    path.write_bytes(packed(("a", b""), ("b", b"")))
    with pytest.raises(errors.Malformed, match="too many"):
        check(path)


def test_more_than_was_announced_is_not_read(tmp_path: Path) -> None:
    raw = bytearray(packed((NAME, b"x" * 5000)))
    at = raw.index(b"PK\x01\x02") + 24  # the size in the directory
    raw[at : at + 4] = struct.pack("<L", 10)
    path = tmp_path / "a.zip"
    path.write_bytes(raw)
    found = ReportFile(path, check(path))
    with found.open(NAME) as stream, pytest.raises(zipfile.BadZipFile):
        stream.read()


def test_an_existing_file_survives_a_failed_download(
    server: Any, download: Any, tmp_path: Path
) -> None:
    (tmp_path / "report.zip").write_bytes(b"the old one")
    server.answers(b"<html>")
    with pytest.raises(errors.Malformed):
        download()
    assert (tmp_path / "report.zip").read_bytes() == b"the old one"


def test_a_full_disk_is_no_network_error(
    server: Any, download: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_files, "_write", full)
    server.answers(packed((NAME, TABLE)))
    with pytest.raises(OSError, match="No space"):
        download()
