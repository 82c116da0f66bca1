"""Resale prices: the lists by tag, and one of them; and when statements are made."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from statements.forms import FactorForm, PriceListForm, RateForm, ScheduleForm
from statements.services import setting
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

_LIST, _ALL, _SCHEDULE = (
    f"statements/{name}.html" for name in ("price_list", "prices", "schedule")
)


@requires(Capability.WORKSPACE_SETTINGS)
@require_http_methods(["GET", "POST"])
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the price lists, and begin another one."""
    actor = request.actor
    policy.require(actor, Capability.PRICING_COST)
    typed = request.POST if request.method == "POST" else None
    form = PriceListForm(typed, workspace=actor.workspace)
    if form.is_bound and form.is_valid():
        made = setting.make_list(actor, **form.cleaned_data)
        address = reverse("statements:price_list", args=[actor.workspace.slug, made.pk])
        return done(request, address, "Saved.")
    context = {"form": form, "lists": setting.lists_of(actor)}
    if form.is_bound:
        return invalid(request, _ALL, context)
    return render_page(request, _ALL, context)


@requires(Capability.WORKSPACE_SETTINGS)
@require_http_methods(["GET", "POST"])
def price_list(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a price list, and change it by one of three forms."""
    actor = request.actor
    found = setting.list_of(actor, pk)
    policy.require(actor, Capability.PRICING_COST)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    factor = FactorForm(
        request.POST if what == "factor" else None, initial={"factor": found.factor_text}
    )
    rate = RateForm(request.POST if what == "rate" else None)
    page = reverse("statements:price_list", args=[actor.workspace.slug, pk])
    if what == "factor" and factor.is_valid():
        setting.change_factor(actor, found, factor.cleaned_data["factor"])
        return done(request, page, "Saved.")
    if what == "rate" and rate.is_valid():
        setting.put_rate(actor, found, rate.rate(found))
        return done(request, page, "Saved.")
    if what == "remove_rate" and (number := request.POST.get("rate", "")).isdecimal():
        setting.remove_rate(actor, found, int(number))
        return done(request, page, "Removed.")
    if what == "remove":
        setting.remove_list(actor, found)
        return done(request, reverse("statements:prices", args=[actor.workspace.slug]), "Removed.")
    rates = found.rates.order_by("product", "direction", "country")
    context = {"list": found, "factor_form": factor, "rate_form": rate, "rates": rates}
    if request.method == "POST":
        return invalid(request, _LIST, context)
    return render_page(request, _LIST, context)


@requires(Capability.WORKSPACE_SETTINGS)
@require_http_methods(["GET", "POST"])
def schedule(request: WorkspaceRequest) -> HttpResponse:
    """Show and change when statements are made by themselves."""
    actor = request.actor
    typed = request.POST if request.method == "POST" else None
    form = ScheduleForm(typed, instance=setting.schedule_of(actor))
    context = {"form": form, "zone": actor.workspace.zone_name}
    if not form.is_bound:
        return render_page(request, _SCHEDULE, context)
    if not form.is_valid():
        return invalid(request, _SCHEDULE, context)
    setting.change_schedule(actor, form.cleaned_data)
    return done(request, reverse("statements:schedule", args=[actor.workspace.slug]), "Saved.")
