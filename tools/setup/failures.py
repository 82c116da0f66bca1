"""What went wrong, in one line that says what to do."""

import errno
import os
import re

# Patterns in what uv, pip and npm print, most certain first, and what to do.
_ADVICE = {
    r"No space left on device|ENOSPC|Disk quota exceeded": (
        "the disk is full. Free about 1 GB and start again"
    ),
    r"DO NOT MATCH THE HASHES|[Hh]ash mismatch|EINTEGRITY": (
        "a downloaded package is not the one that the lock file names, so it was not installed. "
        "Start again; if it stays so, ask whoever runs your package index or proxy"
    ),
    r"CERTIFICATE_VERIFY_FAILED|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT|invalid peer cert": (
        "the package index shows a certificate that this machine does not trust. Set "
        "SSL_CERT_FILE and NODE_EXTRA_CA_CERTS to your company's certificates and start again"
    ),
    r"name resolution|resolve host|Name or service not known|dns error|ENOTFOUND|EAI_AGAIN"
    r"|NewConnectionError|Connection refused|ECONNREFUSED|ECONNRESET|ETIMEDOUT|timed out"
    r"|error sending request|unreachable|ENETUNREACH|ProxyError|Failed to fetch": (
        "the package index does not answer. Check the network, or set HTTPS_PROXY, and start again"
    ),
    r"No matching distribution|No solution found|no wheels|no usable wheels|EBADPLATFORM": (
        "there is no ready-made package for this machine. Use Linux or macOS on x86-64 or arm64 "
        "with Python 3.11 to 3.14"
    ),
    r"No module named pip": "the folder .venv is not complete. Remove it and start again",
    r"Permission denied|EACCES|Read-only file system|EROFS": (
        "a file or folder cannot be written. Make this checkout writable for you and start again"
    ),
}
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS}


class SetupError(Exception):
    """The set-up cannot go on; the message says in one line why, and what to do."""


def advice(output: str) -> str | None:
    """Return what to do about a program's ``output``, or None where it says nothing known."""
    for pattern, what in _ADVICE.items():
        if re.search(pattern, output):
            return what
    return None


def advice_for_files(error: OSError) -> str:
    """Return one line about a file or folder that cannot be read or written."""
    reason = os.strerror(error.errno).lower() if error.errno else str(error)
    where = f"{error.filename} cannot be written" if error.filename else "Writing failed"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{where}: {reason}. Free about 1 GB and start again."
    if error.errno in _READ_ONLY:
        return (
            f"{where}: {reason}. Make it writable for you, or choose another data folder: "
            "SWITCHBOARD_HOME=folder make run"
        )
    return f"{where}: {reason}."
