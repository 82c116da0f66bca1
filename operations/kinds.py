"""What can be asked of Vonage. Each kind says how it is allowed, sent, and recognised afterwards.

Kinds register themselves from above; nothing here knows them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from audit.events import Event
from operations.models import Operation
from operations.models.asked import Asked
from teams.capabilities import Capability
from teams.policy import Actor
from vonage_api import VonageClient
from vonage_api.outcomes import Outcome

Fence = Callable[[], bool]


@dataclass(frozen=True)
class Found:
    """The effect is there. remote_id: Vonage's name of it; empty where it has none."""

    remote_id: str = ""
    value: Any = None


@dataclass(frozen=True)
class Absent:
    """The effect is not there, in a list that would show it."""


@dataclass(frozen=True)
class Conflict:
    """Something is there that only a person can judge. detail: a sentence.

    stops: the books do not match, so nothing is sent until a person has looked.
    """

    detail: str
    remote_id: str = ""
    stops: bool = True


Sighting = Found | Absent | Conflict


@dataclass(frozen=True)
class Candidate:
    """What at Vonage an operation may have become, for a person to tell.

    remote_id: Vonage's name of it. at: by Vonage's clock. is_marked: it carries our reference, so
    something did happen.
    """

    remote_id: str
    sentence: str
    at: datetime
    is_marked: bool = False


class Line(NamedTuple):
    """One thing that changes, in words."""

    label: str
    before: str
    after: str


class Kind(ABC):
    """A kind of operation.

    noun: as in "a transfer of balance". asked, settled: events of the audit book.
    seen_with: the right on the account with which an operation of somebody else is seen.
    moves_money: it counts against limits, and two equal ones are asked about.
    newest_only: of several for one account only the newest is sent; the others are void.
    can_be_seen: Vonage shows afterwards whether it happened; without that it is not asked for
    again after a look.
    """

    code: ClassVar[str]
    noun: ClassVar[str]
    asked: ClassVar[Event]
    settled: ClassVar[Event]
    seen_with: ClassVar[Capability] = Capability.ACCOUNT_VIEW
    moves_money: ClassVar[bool] = False
    newest_only: ClassVar[bool] = False
    can_be_seen: ClassVar[bool] = True

    @abstractmethod
    def require(self, actor: Actor, asked: Asked) -> None:
        """Raise `PermissionDenied` or `RefusedError` unless the actor may have this done now.

        Asked when it is wanted and again, behind the lock, when it is claimed. `asked` is not to
        be counted against its own limits.
        """

    def approvals(self, actor: Actor, asked: Asked) -> list[str]:  # noqa: ARG002 - for those who need it
        """Return why somebody else has to agree, in sentences; nothing where nobody has to."""
        return []

    def room(self, actor: Actor, asked: Asked) -> Decimal | None:  # noqa: ARG002 - none, for most
        """Return the most that the actor's limits leave for this, in EUR; None without a limit."""
        return None

    def is_dangerous(self, asked: Asked) -> bool:  # noqa: ARG002 - for those that are
        """Return whether the person has to show once more who it is."""
        return False

    def word(self, asked: Asked) -> str:  # noqa: ARG002 - for those that want one
        """Return what the person has to type to say that it is meant; empty where nothing."""
        return ""

    def written_down(self, operation: Operation) -> None:  # noqa: B027 - nothing, for most
        """Keep beside a new operation what it needs, in the same transaction."""

    @abstractmethod
    def send(self, client: VonageClient, operation: Operation, fence: Fence) -> Outcome[Any]:
        """Ask Vonage once. `fence` is called before the first byte."""

    @abstractmethod
    def look(self, client: VonageClient, operations: Sequence[Operation]) -> dict[int, Sighting]:
        """Return what Vonage shows of these, by primary key. All are of one account.

        Raises `VonageError`, or `UnreliableError` where what came proves nothing.
        """

    def took_effect(self, operation: Operation, value: Any) -> None:  # noqa: B027 - nothing, for most
        """Write down what came of it, in the transaction in which it is recorded as done.

        value: what the answer or the look gave; None where neither did.
        """

    def candidates(self, operation: Operation) -> list[Candidate]:  # noqa: ARG002 - none, for most
        """Return what an operation that needs a person may have become, the oldest first."""
        return []

    def hints(self, operation: Operation) -> list[str]:  # noqa: ARG002 - none, for most
        """Return what may help a person to tell what happened, in sentences. None is a proof."""
        return []

    def was_chosen(self, operation: Operation, remote_id: str) -> None:  # noqa: B027 - nothing, for most
        """Write down which of the candidates it was, in the transaction that records it as done.

        Raises `LostRaceError` where something else has taken it meanwhile.
        """

    def remote_id_of(self, value: Any) -> str:  # noqa: ARG002 - for those who have one
        """Return Vonage's name of what an answer says was done; empty where there is none."""
        return ""

    def sentence(self, asked: Asked, name: str) -> str:  # noqa: ARG002 - most say more
        """Return what is asked for. name: the account, as far as the reader may know it."""
        return f"{self.noun} of {name}"

    def page(self, asked: Asked) -> str:  # noqa: ARG002 - for those that have one
        """Return the address where such a thing is asked for; empty: the page of the account."""
        return ""

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return what the audit book says was asked for."""
        return dict(asked.wanted)

    def told_before(self, asked: Asked) -> dict[str, Any] | None:  # noqa: ARG002 - not kept, for most
        """Return what the audit book says that this replaces; None where that is not kept."""
        return None

    def lines(self, actor: Actor, asked: Asked) -> list[Line]:  # noqa: ARG002 - for those who show it
        """Return what changes, before and after, as far as the actor may see it."""
        return []

    def form_url(self, actor: Actor, asked: Asked) -> str:  # noqa: ARG002 - for those who have one
        """Return where the actor can ask for this otherwise; empty: on the page of the account."""
        return ""

    def unseen(self, asked: Asked) -> str:  # noqa: ARG002 - nothing, for most
        """Return a sentence on what of this Vonage never shows, so that no look can settle it."""
        return ""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known, once, when the program starts."""
    _kinds[kind.code] = kind


def kind_of(code: str) -> Kind:
    """Return the kind with this code."""
    return _kinds[code]


def all_kinds() -> tuple[Kind, ...]:
    """Return the kinds that there are."""
    return tuple(_kinds.values())
