from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import history, rows
from accounts.mirrors import connection_of, mirror_and_lane_of
from accounts.models import Account, Observation
from accounts.querysets import AccountQuerySet
from accounts.standstill import standstill_in
from accounts.totals import totals_for
from accounts.views.listing import list_links
from accounts.views.mirror import context_of, not_connected
from accounts.warnings import warnings_in
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.chart import Chart
from ui.htmx import render_page

LOWEST = 8
LATEST = 10


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def overview(request: WorkspaceRequest) -> HttpResponse:
    """Show the state of the whole workspace."""
    workspace = request.actor.workspace
    mirror, lane = mirror_and_lane_of(request.actor)
    connection = connection_of(mirror)
    if connection is None:
        return not_connected(request)
    visible = Account.objects.visible_to(request.actor, Capability.ACCOUNT_VIEW)
    known = Account.objects.visible_to(request.actor, Capability.BALANCE_VIEW)
    context = {
        **context_of(request, mirror),
        "connection": connection,
        "totals": totals_for(request.actor, mirror),
        "lowest": _lowest(known.listed()),
        "chart": _chart(request),
        "observations": latest_observations(request, visible),
        "accounts_url": reverse("accounts:list", args=[workspace.slug]),
        "links": list_links(workspace.slug),
        "lane": standstill_in(request.actor, lane),
        "warnings": warnings_in(request.actor, mirror),
    }
    return render_page(request, "accounts/overview.html", context, partial="figures")


def latest_observations(request: WorkspaceRequest, visible: AccountQuerySet) -> list[Observation]:
    """Return what changed last at Vonage without us, on the accounts that the person sees."""
    found = Observation.objects.filter(workspace=request.actor.workspace)
    if not request.actor.extent(Capability.ACCOUNT_VIEW).everything:
        found = found.filter(account__in=visible)
    return list(found.select_related("account").order_by("-at", "-pk")[:LATEST])


def _chart(request: WorkspaceRequest) -> Chart | None:
    """Return how the total developed, or the sum of what the person sees of it."""
    actor, now = request.actor, timezone.now()
    extent = actor.extent(Capability.BALANCE_HISTORY)
    if extent.everything:
        return history.chart_of_workspace(actor.workspace, now=now)
    if extent.is_empty or actor.member_id is None:
        return None
    return history.chart_of_member(actor.member_id, joined=actor.workspace.created_at, now=now)


def _lowest(visible: AccountQuerySet) -> list[object]:
    """Return the accounts that can spend least."""
    own = visible.filter(own_balance__spendable__isnull=False)
    ordered = own.order_by("own_balance__spendable", "own_balance__account_id")
    return [rows.row(values) for values in ordered.values_list(*rows.columns())[:LOWEST]]
