"""Makes the statements of a month: the same figures make nothing, others a further revision."""

from datetime import date
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from statements.models import Line, Statement
from statements.months import Month
from statements.services.gathering import Gatherer
from statements.services.reckoning import Around, Reckoned, reckon
from teams.models import Workspace
from teams.services.turns import lock

AT_ONCE = 500
"""Accounts that are read, and written in one transaction, together."""


class NotOverError(ValueError):
    """The month is not over yet."""


class Made(NamedTuple):
    """How many accounts were looked at, and of how many the figures were new or others."""

    accounts: int
    changed: int


def make_month(workspace: Workspace, month: date) -> Made:
    """Make the statements of all accounts of a month, by the workspace's zone.

    month: any day of it. Idempotent, in transactions of some hundred accounts: whoever dies on
    the way leaves whole statements, and the next one goes on. Raises `NotOverError`.
    """
    wanted = Month(month.replace(day=1), workspace.zone_name)
    if not wanted.is_over(timezone.now()):
        raise NotOverError(f"{wanted.first:%B %Y} is not over yet.")
    gatherer = Gatherer(workspace, wanted)
    around = Around(wanted, gatherer.transfers_until, gatherer.shared)
    ids = iter(list(gatherer.accounts().order_by("pk").values_list("pk", flat=True)))
    accounts = changed = 0
    while batch := list(islice(ids, AT_ONCE)):
        found = [reckon(each, around) for each in gatherer.read(batch)]
        accounts += len(found)
        changed += _keep(workspace, wanted, found)
    return Made(accounts, changed)


@transaction.atomic
def _keep(workspace: Workspace, month: Month, found: list[Reckoned]) -> int:
    """Write what is new; return how many that were. Five queries at most."""
    lock(workspace.pk)  # two who make the same month wait for each other
    before = {
        pk: (digest, revision)
        for pk, digest, revision in Statement.objects.filter(
            account__in=[each.pk for each in found], month=month.first, is_current=True
        ).values_list("account_id", "digest", "revision")
    }
    new = [each for each in found if before.get(each.pk, ("", 0))[0] != each.digest]
    Statement.objects.filter(
        account__in=[each.pk for each in new], month=month.first, is_current=True
    ).update(is_current=False)
    now = timezone.now()
    rows = Statement.objects.bulk_create(
        Statement(
            workspace=workspace,
            account_id=each.pk,
            month=month.first,
            zone=each.zone,
            revision=before.get(each.pk, ("", 0))[1] + 1,
            made_at=now,
            shares_balance=each.shares_balance,
            digest=each.digest,
            notes=each.notes,
        )
        for each in new
    )
    Line.objects.bulk_create(
        Line(statement=row, place=place, **vars(figure))
        for row, each in zip(rows, new, strict=True)
        for place, figure in enumerate(each.lines)
    )
    return len(new)
