"""The rules of a workspace about money, each part for those who hold its right."""

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.standstill import standstill_of
from operations.services import ruling
from subaccounts.forms.rules import GuardrailForm, PolicyForm
from subaccounts.guardrails import policy_of
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page


@requires(Capability.APPROVAL_POLICY, confirmed=True)
@require_http_methods(["GET", "POST"])
def policy(request: WorkspaceRequest) -> HttpResponse:
    """Show what somebody else has to agree to, or change it."""
    rules = policy_of(request.actor.workspace.pk)
    form = PolicyForm(request.POST or None, instance=rules, actor=request.actor)
    return _changed(request, form, "policy")


@requires(Capability.GUARDRAIL_MANAGE, confirmed=True)
@require_http_methods(["GET", "POST"])
def guardrails(request: WorkspaceRequest) -> HttpResponse:
    """Show what nobody goes below, or change it."""
    rules = policy_of(request.actor.workspace.pk)
    return _changed(request, GuardrailForm(request.POST or None, instance=rules), "guardrails")


def _changed(
    request: WorkspaceRequest,
    form: forms.ModelForm,  # type: ignore[type-arg] # the stubs' form is generic, Django's is not
    name: str,
) -> HttpResponse:
    page = f"subaccounts/{name}.html"
    context = {"form": form, "lane": standstill_of(request.actor)}
    if request.method == "GET":
        return render_page(request, page, context)
    if not form.is_valid():
        return invalid(request, page, context)
    ruling.change(request.actor, **form.cleaned_data)
    url = reverse(f"subaccounts:{name}", args=[request.actor.workspace.slug])
    return done(request, url, "Saved.")
