"""How many records may be ordered in a month, and how long what was read is kept."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page
from usage.forms import BudgetForm, KeepingForm
from usage.services import budgeting, guarding
from usage.services import keeping as keeps

_PAGE = "usage/budget.html"


@requires(Capability.GUARDRAIL_MANAGE)
@require_http_methods(["GET", "POST"])
def budget(request: WorkspaceRequest) -> HttpResponse:
    """Show and change the budget of the workspace and of each person."""
    if request.method == "GET":
        return render_page(request, _PAGE, _context(request))
    form = BudgetForm(request.POST)
    if not form.is_valid():
        return invalid(request, _PAGE, _context(request, form=form))
    budgeting.change(request.actor, **form.cleaned_data)
    return _saved(request)


@requires(Capability.GUARDRAIL_MANAGE)
@require_POST
def keeping(request: WorkspaceRequest) -> HttpResponse:
    """Change how long files and found records are kept."""
    form = KeepingForm(request.POST)
    if not form.is_valid():
        return invalid(request, _PAGE, _context(request, keeping_form=form))
    keeps.change(request.actor, **form.cleaned_data)
    return _saved(request)


def _context(request: WorkspaceRequest, **more: Any) -> dict[str, Any]:
    actor = request.actor
    kept = keeps.of(actor.workspace.pk)
    initial = {"report_days": kept.report_days, "log_hours": kept.log_hours}
    return {
        "form": BudgetForm(initial=budgeting.of(actor)),
        "keeping_form": KeepingForm(initial=initial),
        "budgets": guarding.budgets(actor),
        **more,
    }


def _saved(request: WorkspaceRequest) -> HttpResponse:
    return done(request, reverse("usage:budget", args=[request.actor.workspace.slug]), "Saved.")
