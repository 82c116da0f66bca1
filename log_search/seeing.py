"""Which searches a person sees: those on accounts whose logs the person may search."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Account
from log_search.models import Search
from teams.capabilities import Capability
from teams.policy import Actor

PAGE = 20


def searches_of(actor: Actor) -> QuerySet[Search]:
    """Return the searches on accounts in sight."""
    visible = Account.objects.visible_to(actor, Capability.LOG_VIEW)
    rows = Search.objects.filter(workspace=actor.workspace, account__in=visible.values("pk"))
    return rows.select_related("account", "asked_by", "workspace")


def visible_search(actor: Actor, pk: UUID) -> Search:
    """Return one of them; raise `Http404` where the person does not see it."""
    found = searches_of(actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def own_searches(actor: Actor, number: int) -> tuple[list[Search], bool]:
    """Return a page, counted from 1, of one's own, the newest first; and whether more follow."""
    rows = searches_of(actor).filter(asked_by=actor.user).order_by("-asked_at", "pk")
    begin = (number - 1) * PAGE
    found = list(rows[begin : begin + PAGE + 1])
    return found[:PAGE], len(found) > PAGE
