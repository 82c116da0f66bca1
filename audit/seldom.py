"""Entries about what may happen at every click: written once in a while, not every time."""

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit.events import Event
from audit.models import Chain, Entry, chain_name
from audit.writing import record


def record_seldom(
    event: Event,
    *,
    within: timedelta,
    alike: dict[str, Any],
    actor: models.Model,
    workspace: models.Model,
    **fields: Any,
) -> Entry | None:
    """Write the entry, unless one like it by the same person was written `within` this time.

    `alike` are fields of what is `new` that have to be equal, e.g. the capability that was missing.
    Opens its own transaction; asks one query and writes nothing where there is such an entry.
    """
    same = {f"new__{name}": value for name, value in alike.items()}
    before = Entry.objects.of(workspace).by(actor).named([event]).filter(**same)
    if before.between(timezone.now() - within, None).exists():
        return None
    with transaction.atomic():
        # Whoever came at the same moment waits here, and finds the entry of the first.
        Chain.objects.select_for_update().filter(pk=chain_name(workspace.pk)).first()
        if before.between(timezone.now() - within, None).exists():
            return None
        return record(event, actor=actor, workspace=workspace, **fields)
