"""How many records may be ordered in a month."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page
from usage.forms import BudgetForm
from usage.services import budgeting, guarding

_PAGE = "usage/budget.html"


@requires(Capability.GUARDRAIL_MANAGE)
@require_http_methods(["GET", "POST"])
def budget(request: WorkspaceRequest) -> HttpResponse:
    """Show and change the budget of the workspace and of each person."""
    actor = request.actor
    if request.method == "GET":
        form = BudgetForm(initial=budgeting.of(actor))
        context = {"form": form, "budgets": guarding.budgets(actor)}
        return render_page(request, _PAGE, context)
    form = BudgetForm(request.POST)
    if not form.is_valid():
        return invalid(request, _PAGE, {"form": form, "budgets": guarding.budgets(actor)})
    budgeting.change(actor, **form.cleaned_data)
    return done(request, reverse("usage:budget", args=[actor.workspace.slug]), "Saved.")
