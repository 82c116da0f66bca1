from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import history
from accounts.activity import latest_about
from accounts.deeds import deeds_for
from accounts.models import Account, Balance, Mirror
from accounts.naming import is_key
from accounts.tagged import tags_on
from accounts.views.mirror import context_of
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.chart import Chart
from ui.htmx import render_page

LATEST = 10


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def account(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Show one account: its figures, how they developed, and what is known of it."""
    related = ("own_balance", "workspace__mirror", "workspace__connection")
    found = found_account(request, api_key, *related)
    held = policy.held_on(request.actor, found)
    context = {
        **context_of(request, _mirror(found)),
        "account": found,
        "sees_balance": bool(held & Capability.BALANCE_VIEW.bit),
        "balance": _balance(found) if held & Capability.BALANCE_VIEW.bit else None,
        "primary": None if not found.shares_balance else _primary(request),
        "chart": _chart(found) if held & Capability.BALANCE_HISTORY.bit else None,
        "deeds": deeds_for(found, held, request.actor.workspace.slug),
        "done": latest_about(request.actor, found, held),
        **tags_on(request.actor, found, held),
        "observations": found.observation_set.order_by("-at", "-pk")[:LATEST],
    }
    return render_page(request, "accounts/detail.html", context, partial="figures")


def found_account(request: WorkspaceRequest, api_key: str, *related: str) -> Account:
    """Return the account with this key, and what is `related`, in one query.

    404 where the person does not see such a one.
    """
    if not is_key(api_key):
        raise Http404
    visible = Account.objects.visible_to(request.actor, Capability.ACCOUNT_VIEW)
    rows = visible.select_related(*related) if related else visible
    found: Account = get_object_or_404(rows, api_key=api_key)
    return found


def _mirror(account: Account) -> Mirror:
    return getattr(account.workspace, "mirror", None) or Mirror(workspace=account.workspace)


def _chart(account: Account) -> Chart | None:
    return history.chart_of_account(account, now=timezone.now())


def _balance(account: Account) -> Balance | None:
    return getattr(account, "own_balance", None)


def _primary(request: WorkspaceRequest) -> Account | None:
    """Return the account whose balance the shared ones draw on."""
    visible = Account.objects.visible_to(request.actor, Capability.BALANCE_VIEW)
    return visible.filter(is_primary=True).select_related("own_balance").first()
