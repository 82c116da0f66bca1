"""Where the parts of one installation find each other. Standard library only: settings read it."""

import hashlib
import os
import tempfile
from pathlib import Path

# A Unix socket's path may have 107 bytes on Linux and 103 on macOS, and the server
# appends a few while it creates the file.
LONGEST_SOCKET_PATH = 99


def redis_socket(home: Path) -> Path:
    """Return the path of the embedded Redis server's socket for the data folder ``home``.

    It lies in the data folder, or, where that path is too long for a socket, in a folder of
    its own below the temporary directory. The same ``home`` always gives the same path.
    Nothing is created.
    """
    socket = home.absolute() / "redis.sock"
    if _fits(socket):
        return socket
    name = hashlib.sha256(os.fsencode(home.absolute())).hexdigest()[:16]
    folder = f"switchboard-{os.getuid()}-{name}"
    beside = Path(tempfile.gettempdir()) / folder / "redis.sock"
    return beside if _fits(beside) else Path("/tmp") / folder / "redis.sock"  # noqa: S108 (the folder is made 0700 and its owner checked)


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
