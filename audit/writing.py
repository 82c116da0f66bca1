"""The only writer of the audit book."""

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from audit.canonical import plain, text_of
from audit.events import Event
from audit.hashing import hash_of, key_of, new_key
from audit.models import Chain, Entry, chain_name
from audit.origin import Origin, current_origin
from vault.fields import seal_into

SWITCHBOARD = "Switchboard"
"""The actor of what the product does by itself."""
CONSOLE = "the console"
"""The actor of what is done with `manage.py`."""
STRANGER = "somebody not signed in"
"""The actor of what happens before anybody is known."""

_LABEL_LENGTH = 200


class NoTransactionError(RuntimeError):
    """An event was recorded outside the transaction of its change; open one around both."""


def record(
    event: Event,
    *,
    actor: models.Model | str,
    workspace: models.Model | int | None,
    target: models.Model | None = None,
    account: models.Model | int | None = None,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    reason: str = "",
    outcome: Entry.Outcome = Entry.Outcome.DONE,
    origin: Origin | None = None,
) -> Entry:
    """Write one entry at the end of the workspace's chain and return it.

    `actor` is the person, or in words what acted without one (`SWITCHBOARD`, `CONSOLE`,
    `STRANGER`). `workspace` None means the installation. `old` and `new` hold the fields that
    changed; see `audit.canonical.plain` for what they may hold and what it raises. `origin` is
    that of the current request unless given.

    Call it last in the transaction of the change, which must be open (`NoTransactionError`):
    both are committed or neither, and the chain is locked from here to the commit. Costs 4
    statements: move the chain on, read it, insert, set the head; 2 more where the chain is new, and
    what the vault asks to seal its key.
    """
    if not _in_transaction():
        raise NoTransactionError(f"{event} was recorded outside a transaction")
    entry = Entry(
        at=timezone.now(),
        event=event.value,
        workspace_id=_pk(workspace),
        account_id=_pk(account),
        outcome=outcome.value,
        old=None if old is None else plain(old),
        new=None if new is None else plain(new),
        reason=text_of(reason),
    )
    _name_actor(entry, actor)
    _name_target(entry, target)
    _name_origin(entry, origin or current_origin())
    _append(entry)
    return entry


def _in_transaction() -> bool:
    return bool(transaction.get_connection().in_atomic_block)


def _pk(row: models.Model | int | None) -> int | None:
    return row.pk if isinstance(row, models.Model) else row


def _name_actor(entry: Entry, actor: models.Model | str) -> None:
    if isinstance(actor, models.Model):
        entry.actor_id = actor.pk
    entry.actor_label = _label(str(actor))


def _name_target(entry: Entry, target: models.Model | None) -> None:
    if target is not None:
        entry.target_type = target._meta.label_lower
        entry.target_id = str(target.pk)
        entry.target_label = _label(str(target))


def _name_origin(entry: Entry, origin: Origin) -> None:
    entry.ip, entry.request_id = origin.ip, origin.request_id


def _label(text: str) -> str:
    storable = text_of(text)
    return storable if len(storable) <= _LABEL_LENGTH else storable[: _LABEL_LENGTH - 1] + "…"


def _append(entry: Entry) -> None:
    entry.chain = chain_name(entry.workspace_id)
    chain = _next_place(entry.chain)
    entry.seq, entry.previous = chain.seq, chain.head
    entry.hash = hash_of(entry, key_of(chain))
    entry.save(force_insert=True)
    Chain.objects.filter(pk=entry.chain).update(head=entry.hash)


def _next_place(name: str) -> Chain:
    """Take the next number and return the chain with it, and still with the head before it.

    The update comes first because it is what locks, on both databases: whoever comes next waits
    there until this transaction is over, and then sees the new number.
    """
    if not _move_on(name):
        _begin(name)
        _move_on(name)
    return Chain.objects.get(pk=name)


def _move_on(name: str) -> bool:
    return Chain.objects.filter(pk=name).update(seq=F("seq") + 1) == 1


def _begin(name: str) -> None:
    """Add the chain, unless somebody else does at the same moment."""
    chain = Chain(name=name)
    seal_into(chain, "key", new_key())
    Chain.objects.bulk_create([chain], ignore_conflicts=True)
