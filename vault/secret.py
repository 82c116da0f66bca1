"""A plaintext secret on its way to where it is needed."""

from typing import NoReturn


class Secret:
    """A secret that shows itself nowhere: masked in `repr` and `str`, not picklable, not JSON.

    `reveal()` is the only way to the value, so that a search for it finds every use.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be pickled")
