"""Mail addresses as invitations compare them: never as a person's eye would."""


def is_plain(address: str) -> bool:
    """Return whether an address is written in plain letters, as every mail server takes it.

    Only these have one lower case and one upper case. Others change into each other when cased:
    a dotless i becomes an ordinary one, and with it one person's mailbox another's.
    """
    return address.isascii() and address.isprintable() and '"' not in address


def stored(address: str) -> str:
    """Return a plain address as invitations keep it."""
    return address.strip().lower()


def is_same(one: str, other: str) -> bool:
    """Return whether two addresses are one login's.

    Case alone makes no other login here, so none can exist beside it. A dot, a plus or a letter
    that only looks alike makes another address.
    """
    return is_plain(one) and is_plain(other) and stored(one) == stored(other)
