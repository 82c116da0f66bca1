from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import history, rows
from accounts.models import Account, Mirror, Observation
from accounts.querysets import AccountQuerySet
from accounts.views.listing import list_links
from accounts.views.mirror import connection_of, context_of, mirror_of
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import render_page

LOWEST = 8
LATEST = 10


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def overview(request: WorkspaceRequest) -> HttpResponse:
    """Show the state of the whole workspace."""
    workspace = request.actor.workspace
    mirror = mirror_of(request)
    connection = connection_of(mirror)
    if connection is None:
        return redirect("accounts:connect", slug=workspace.slug)
    visible = Account.objects.visible_to(request.actor, Capability.BALANCE_VIEW).listed()
    context = {
        **context_of(request, mirror),
        "connection": connection,
        "figures": _figures(mirror),
        "lowest": _lowest(visible),
        "chart": history.chart_of_workspace(workspace, now=timezone.now()),
        "observations": latest_observations(visible),
        "accounts_url": reverse("accounts:list", args=[workspace.slug]),
        "links": list_links(workspace.slug),
    }
    return render_page(request, "accounts/overview.html", context, partial="figures")


def latest_observations(accounts: AccountQuerySet) -> list[Observation]:
    """Return what changed last at Vonage without us, on these accounts."""
    workspaces = accounts.values("workspace")[:1]
    found = Observation.objects.filter(workspace__in=workspaces, account__in=accounts)
    return list(found.select_related("account").order_by("-at", "-pk")[:LATEST])


def _figures(mirror: Mirror) -> dict[str, object]:
    return {
        "total_balance": mirror.total_balance,
        "total_credit": _absolute(mirror.total_credit_limit),
        "spendable": _spendable(mirror),
        "low": mirror.low,
        "negative": mirror.negative,
    }


def _absolute(credit_limit: Decimal | None) -> Decimal | None:
    return None if credit_limit is None else abs(credit_limit)


def _spendable(mirror: Mirror) -> Decimal | None:
    if mirror.total_balance is None or mirror.total_credit_limit is None:
        return None
    spendable: Decimal = mirror.total_balance - mirror.total_credit_limit
    return spendable


def _lowest(visible: AccountQuerySet) -> list[object]:
    """Return the accounts that can spend least."""
    own = visible.filter(own_balance__spendable__isnull=False)
    ordered = own.order_by("own_balance__spendable", "own_balance__account_id")
    return [rows.row(values) for values in ordered.values_list(*rows.columns())[:LOWEST]]
