"""What a form begins with: one's draft, to be changed, or what Vonage refused, to be corrected."""

from collections.abc import Mapping
from uuid import UUID

from operations.models import Draft, Operation
from operations.models.asked import Asked
from operations.references import is_reference
from operations.states import State
from subaccounts.seeing import visible_operation
from teams.policy import Actor


def begun_with(url: str, asked: Asked) -> str:
    """Return the address of a form, filled in with what is asked for."""
    return f"{url}?draft={asked.pk}" if isinstance(asked, Draft) else f"{url}?{refused(asked)}"


def refused(asked: Asked) -> str:
    """Return by what of an address a form finds what Vonage said; nothing for a draft."""
    return f"refused={asked.reference}" if isinstance(asked, Operation) else ""


def asked_before(actor: Actor, query: Mapping[str, str]) -> Draft | Operation | None:
    """Return what an address says that its form begins with; None where it says nothing of it."""
    return _draft(actor, query.get("draft", "")) or _refused(actor, query.get("refused", ""))


def _draft(actor: Actor, text: str) -> Draft | None:
    try:
        pk = UUID(text)
    except ValueError:
        return None
    return Draft.objects.filter(workspace=actor.workspace, pk=pk, made_by=actor.user).first()


def _refused(actor: Actor, text: str) -> Operation | None:
    found = visible_operation(actor, text) if is_reference(text) else None
    return found if found and found.state == State.REJECTED else None
