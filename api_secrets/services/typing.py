"""API secrets that people type themselves: checked against Vonage's rules, and sealed at once."""

from datetime import datetime
from uuid import UUID

from api_secrets.models import TypedSecret
from teams.policy import Actor
from vault.fields import seal_into, unseal_from
from vault.secret import Secret

SHORTEST, LONGEST = 8, 25


def fault_of(text: str) -> str:
    """Return which of Vonage's rules a secret breaks, as a sentence; empty where none."""
    if not SHORTEST <= len(text) <= LONGEST:
        return f"An API secret has {SHORTEST} to {LONGEST} characters."
    if not text.isascii() or not text.isprintable() or " " in text:
        return "Use letters, digits and signs of the English keyboard, without spaces."
    wanted = {"a lower case letter": str.islower, "an upper case letter": str.isupper}
    missing = [name for name, test in wanted.items() if not any(map(test, text))]
    missing += [] if any(map(str.isdigit, text)) else ["a digit"]
    return f"It needs {' and '.join(missing)}." if missing else ""


def keep(actor: Actor, text: str, *, form_token: str) -> str:
    """Seal what was typed in a form and return the id under which it is kept.

    The same form with the same in it gives the same id.
    """
    rows = TypedSecret.objects.filter(workspace=actor.workspace, form_token=form_token)
    for row in rows:
        if unseal_from(row, "api_secret").reveal() == text:
            return str(row.pk)
    row = TypedSecret(workspace=actor.workspace, form_token=form_token)
    seal_into(row, "api_secret", Secret(text))
    row.save(force_insert=True)
    return str(row.pk)


def take(workspace_id: int, pk: str) -> Secret | None:
    """Return what was typed, and forget it, in a transaction; None where it is gone."""
    row = TypedSecret.objects.filter(workspace=workspace_id, pk=UUID(pk)).first()
    if row is None:
        return None
    secret = unseal_from(row, "api_secret")
    row.delete()
    return secret


def forget(before: datetime) -> int:
    """Forget what was typed earlier than this and never asked for; return how many."""
    return TypedSecret.objects.filter(typed_at__lt=before).delete()[0]
