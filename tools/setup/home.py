"""The data folder and the keys that are made once for it."""

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path


def home_folder(root: Path) -> Path:
    """Return the data folder: SWITCHBOARD_HOME, or `var` in the checkout."""
    return root / Path(os.environ.get("SWITCHBOARD_HOME") or "var").expanduser()


def make_home(home: Path) -> None:
    """Make the data folder, for this user only."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_keys(home: Path) -> None:
    """Make `keys.env` with new random keys, readable by this user only; never a second time."""
    if not (home / "keys.env").exists():
        _write_once(home / "keys.env", _new_keys())


def _new_keys() -> str:
    keys = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SIMULATOR_API_KEY": secrets.token_hex(4),
        # Vonage asks for 8 to 25 characters with a capital, a small letter and a digit.
        "SIMULATOR_API_SECRET": "Aa0" + secrets.token_hex(8),
    }
    return "".join(f"{name}={value}\n" for name, value in keys.items())


def _write_once(path: Path, text: str) -> None:
    """Write the whole file or nothing, and never over one that another start has made."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
