"""Which reports are ordered by themselves every day."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page
from usage.forms import DailyForm
from usage.seeing import holds_on_all
from usage.services import daily as orders
from usage.services import guarding

_PAGE = "usage/daily.html"


@requires(Capability.GUARDRAIL_MANAGE)
@require_http_methods(["GET", "POST"])
def daily(request: WorkspaceRequest) -> HttpResponse:
    """Show what is ordered every day, and change it."""
    actor = request.actor
    found = orders.of(actor.workspace.pk)
    context = {
        "orders": found,
        "budgets": guarding.budgets(actor, is_daily=True),
        "may_switch_on": holds_on_all(actor, Capability.REPORT_RUN),
    }
    if request.method == "GET":
        form = DailyForm(initial={"what": found.chosen if found else []})
        return render_page(request, _PAGE, {**context, "form": form})
    form = DailyForm(request.POST)
    if not form.is_valid():
        return invalid(request, _PAGE, {**context, "form": form})
    orders.change(actor, form.cleaned_data["what"])
    return done(request, reverse("usage:daily", args=[actor.workspace.slug]), "Saved.")
