import json
from typing import NoReturn
from urllib.parse import quote, quote_plus


class Secret:
    """A text that is never shown: not by `repr`, not by `str`, not by pickling or copying it.

    Made for an API secret on its way to Vonage or back. `reveal` is the one way to read it.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not text:
            raise ValueError("The secret is empty.")
        self._text = text

    def reveal(self) -> str:
        """Return the text. Keep it out of variables and logs."""
        return self._text

    def forms(self) -> tuple[str, ...]:
        """Return the text as it stands in JSON, in addresses and in forms, and as it is."""
        text = self._text
        return json.dumps(text)[1:-1], quote(text, safe=""), quote_plus(text), text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __repr__(self) -> str:
        return "Secret([hidden])"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret cannot be pickled or copied: it would leave its wrapping.")
