"""Events as Vonage sends them, into rows."""

import hashlib
import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts.models import Account
from audit.canonical import is_named_like_a_secret, text_of
from remote_events.models import RemoteEvent
from vonage_api.audit import AuditEvent

LONGEST_TEXT, LONGEST_CONTEXT = 300, 8_000
"""Characters. What is longer is cut off, with an ellipsis."""
LEFT_OUT = "left out"
_AT_ONCE = 500
_ID = re.compile(r"[0-9A-Za-z._:-]{1,64}", re.ASCII)


def write(workspace_id: int, events: Sequence[AuditEvent]) -> None:
    """Add the events that are not there yet, set by set; inside the caller's transaction."""
    keys = {each.account_id for each in events if each.account_id}
    known = Account.objects.filter(workspace=workspace_id, api_key__in=keys)
    accounts = dict(known.values_list("api_key", "pk"))
    RemoteEvent.objects.bulk_create(
        [_row(workspace_id, each, accounts) for each in events],
        batch_size=_AT_ONCE,
        ignore_conflicts=True,
    )


def find_homes(workspace_id: int) -> int:
    """Tie events to accounts that the mirror has got to know since; return to how many."""
    known = Account.objects.filter(workspace=workspace_id)
    homeless = RemoteEvent.objects.filter(workspace=workspace_id, account=None)
    found = homeless.exclude(about_key="").filter(about_key__in=known.values("api_key"))
    own = known.filter(api_key=OuterRef("about_key"))
    return found.update(account=Subquery(own.values("pk")[:1]))


def _row(workspace_id: int, event: AuditEvent, accounts: dict[str, int]) -> RemoteEvent:
    return RemoteEvent(
        workspace_id=workspace_id,
        remote_id=_remote_id(event.id),
        at=event.created,
        type=_text(event.event_type),
        description=_text(event.event_type_description),
        source=_text(event.source),
        source_description=_text(event.source_description),
        person=_text(event.user_email or (str(event.user_id) if event.user_id else "")),
        address=_text(event.source_ip),
        country=_text(event.source_country),
        about_key=_text(event.account_id),
        account_id=accounts.get(event.account_id or ""),
        context=_context(event.context),
    )


def _remote_id(text: str) -> str:
    return text if _ID.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()


def _text(text: str | None, longest: int = LONGEST_TEXT) -> str:
    whole = text_of(text or "")
    return whole if len(whole) <= longest else f"{whole[: longest - 1]}…"


def _context(context: dict[str, Any] | None) -> str:
    if not context:
        return ""
    said = json.dumps(_open(context), ensure_ascii=False, default=_exact)
    return _text(said, LONGEST_CONTEXT)


def _open(value: Any) -> Any:
    """Leave out what stands under a name that could be a secret's, however deep."""
    if isinstance(value, dict):
        return {
            name: LEFT_OUT if is_named_like_a_secret(name) else _open(each)
            for name, each in value.items()
        }
    return [_open(each) for each in value] if isinstance(value, list) else value


def _exact(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
