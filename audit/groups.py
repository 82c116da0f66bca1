"""Events by what they are about: the first word of their codes."""

from typing import NamedTuple

from audit.events import Event


class Group(NamedTuple):
    """Events that people look for together."""

    name: str
    subjects: tuple[str, ...]

    @property
    def events(self) -> list[str]:
        """The codes of its events."""
        return [event.value for event in Event if subject_of(event.value) in self.subjects]


GROUPS = {
    # What concerns accounts and not people: readers of single accounts see this group alone.
    "accounts": Group("Accounts", ("account",)),
    "people": Group("People and their access", ("member", "access", "team")),
    "workspace": Group("The workspace", ("workspace", "installation")),
    "sign_in": Group("Signing in", ("user",)),
}
ABOUT_ACCOUNTS = GROUPS["accounts"]


def subject_of(code: str) -> str:
    """Return what an event is about, e.g. `account`."""
    return code.partition(":")[0]
