"""What a new account is given once it is there: its tags, and its first money."""

import logging
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Tag
from accounts.services import tagging
from operations.errors import RefusedError
from operations.models import Draft, Operation
from operations.services import asking
from subaccounts.sides import primary_of
from teams.ceilings import CeilingError
from teams.policy import Actor, actor_in

logger = logging.getLogger(__name__)


def furnish(pk: int) -> None:
    """Put the wanted tags on a new account and ask for its first money, with its maker's rights.

    In the transaction that records the account, so that no crash comes in between. What the maker
    may not do any more is left out, and said on the operation.
    """
    operation = Operation.objects.select_related("workspace", "made_by", "account").get(pk=pk)
    actor = actor_in(operation.made_by, operation.workspace.slug)
    if actor is None:
        return
    faults = [fault for work in (_tag, _fund) if (fault := _tried(work, actor, operation))]
    if faults:
        Operation.objects.filter(pk=pk).update(detail=" ".join(faults))


def _tried(work: Any, actor: Actor, operation: Operation) -> str:
    try:
        with transaction.atomic():
            work(actor, operation)
    except (RefusedError, PermissionDenied, CeilingError) as refusal:
        return str(refusal)
    except Exception:
        logger.exception("a new account was not furnished", extra={"operation": operation.pk})
        return "Something went wrong behind the making of the account; see to tags and funding."
    return ""


def _tag(actor: Actor, operation: Operation) -> None:
    wanted, account = operation.wanted.get("tags", []), operation.account
    if account is None:
        return
    for tag in Tag.objects.filter(workspace=operation.workspace, name__in=wanted):
        tagging.put(actor, tag=tag, accounts=[account])


def _fund(actor: Actor, operation: Operation) -> None:
    amount, account = operation.wanted.get("funding"), operation.account
    if not amount or account is None:
        return
    asked: dict[str, Any] = {
        "kind": "balance_transfer",
        "account": account,
        "from_key": primary_of(operation.workspace_id).api_key,
        "to_key": account.api_key,
        "amount": Decimal(amount),
        "memo": "First funding of a new account",
    }
    made: Draft = asking.draft(actor, form_token=f"after:{operation.reference}", **asked)
    asking.confirm(actor, made, even_if_repeated=True)
