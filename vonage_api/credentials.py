import base64
from typing import NoReturn

from vonage_api.secret import Secret


class Credentials:
    """An account's API key and one of its secrets, both non-empty.

    The secret is never shown: not by `repr`, not by `vars`, and an attempt to pickle or copy the
    object raises `TypeError`.
    """

    __slots__ = ("_api_key", "_api_secret")

    def __init__(self, *, api_key: str, api_secret: str) -> None:
        if not api_key or ":" in api_key:
            raise ValueError("The API key is empty or holds a colon. Copy it from the dashboard.")
        if not api_secret:
            raise ValueError("The API secret is empty. Copy it from the dashboard.")
        self._api_key = api_key
        self._api_secret = api_secret

    @property
    def api_key(self) -> str:
        """The account's public name; fit for logs and addresses."""
        return self._api_key

    def authorization(self) -> str:
        """Return the value of the Authorization header. Keep it out of variables and logs."""
        return f"Basic {self._token()}"

    def redact(self, text: bytes, *others: Secret) -> bytes:
        """Return the text without our secret and the others, in any form in which they travel.

        Some gateways print the request that they refuse.
        """
        own = self._token(), *Secret(self._api_secret).forms()
        for hidden in (*own, *(form for other in others for form in other.forms())):
            text = text.replace(hidden.encode(), b"[hidden]")
        return text

    def _token(self) -> str:
        return base64.b64encode(f"{self._api_key}:{self._api_secret}".encode()).decode()

    def __repr__(self) -> str:
        return f"Credentials(api_key={self._api_key!r}, api_secret=[hidden])"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "Credentials cannot be pickled or copied: the secret would leave with them."
        )
