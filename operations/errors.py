"""Why an operation is not asked for, or not sent. Messages are sentences for the person."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.models import Draft, Operation


class RefusedError(Exception):
    """A rule of this workspace says no. `field` is where on a form it belongs, or empty."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class LimitReachedError(RefusedError):
    """The person's limits leave no room for this."""


class GuardrailError(RefusedError):
    """What binds everybody leaves no room for this."""


class TokenUsedError(Exception):
    """The form was used for something else already. Nothing was made."""

    def __init__(self, earlier: "Draft | Operation") -> None:
        super().__init__("This form was used already, for something else.")
        self.earlier = earlier


class AlreadyAskedError(Exception):
    """This very thing was asked for by the same form: here it is."""

    def __init__(self, operation: "Operation") -> None:
        super().__init__("This was asked for already.")
        self.operation = operation


class RepeatedError(Exception):
    """The same was asked for a moment ago, by another form. It takes a word to do it again."""

    def __init__(self, earlier: "Operation") -> None:
        super().__init__("The same was asked for a moment ago.")
        self.earlier = earlier


class UnreliableError(Exception):
    """What Vonage listed proves nothing: it is cut, old, or not what was asked for."""


class LostRaceError(Exception):
    """Somebody else moved the operation meanwhile; nothing was written."""


class IllegalStepError(Exception):
    """There is no such step. A fault of ours."""
