"""Templates of settings: which there are, what they say, who follows them and differs."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from account_settings import drift
from account_settings.forms import TemplateForm
from account_settings.models import Template
from account_settings.services import templates
from accounts.models import Account
from prepared.paging import cut
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import done, invalid, render_page

PAGE = 50


@requires(Capability.WORKSPACE_SETTINGS)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the templates with how many accounts follow each, as far as the person sees them."""
    visible = Account.objects.visible_to(request.actor, Capability.SETTINGS_VIEW)
    seen = Q(followers__account__in=visible.values("pk"))
    rows = request.actor.workspace.settings_templates.annotate(
        count=Count("followers", filter=seen)
    )
    return render_page(
        request, "account_settings/templates.html", {"templates": rows.order_by("name")}
    )


@requires(Capability.WORKSPACE_SETTINGS)
@require_GET
def template(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show what a template says and how its accounts stand to it."""
    found = found_template(request, pk)
    only = request.GET.get("only") == "differing"
    differing = drift.followers(request.actor, found).filter(drift.differing(found))
    rows = differing if only else drift.followers(request.actor, found)
    context = {
        "template": found,
        "only": only,
        "count": differing.count(),
        **_page(request, found, rows, only=only),
    }
    return render_page(request, "account_settings/template.html", context, partial="table")


@requires(Capability.WORKSPACE_SETTINGS)
@sensitive_post_parameters("mo_callback_url", "dr_callback_url")
@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    """Make a template."""
    return _edited(request, Template(), "The template is there.")


@requires(Capability.WORKSPACE_SETTINGS)
@sensitive_post_parameters("mo_callback_url", "dr_callback_url")
@require_http_methods(["GET", "POST"])
def edit(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a template. Its accounts differ from then on, until it is put on them again."""
    text = "The template is changed. No account is, until you put it on accounts again."
    return _edited(request, found_template(request, pk), text)


@requires(Capability.WORKSPACE_SETTINGS)
@require_POST
def remove(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove a template. Its accounts keep what they have."""
    templates.remove(request.actor, found_template(request, pk))
    to = reverse("account_settings:templates", args=[request.actor.workspace.slug])
    return done(request, to, "The template is removed. Its accounts keep their settings.")


def found_template(request: WorkspaceRequest, pk: int) -> Template:
    """Return a template of the workspace; 404 where there is none."""
    found: Template = get_object_or_404(request.actor.workspace.settings_templates, pk=pk)
    return found


def template_url(request: WorkspaceRequest, found: Template) -> str:
    """Return the address of a template's page."""
    return reverse("account_settings:template", args=[request.actor.workspace.slug, found.pk])


def _edited(request: WorkspaceRequest, template: Template, text: str) -> HttpResponse:
    is_new = template.pk is None
    form = TemplateForm(request.POST or None, instance=template)
    if request.method == "POST" and form.is_valid():
        try:
            made = templates.save(request.actor, form.save(commit=False))
        except (templates.NameTakenError, templates.TooManyError) as refusal:
            form.add_error("name", str(refusal))
        except Template.DoesNotExist as error:  # somebody removed it meanwhile
            raise Http404 from error
        else:
            return done(request, template_url(request, made), text)
    context = {"form": form, "template": None if is_new else template}
    answer = render_page if request.method == "GET" else invalid
    return answer(request, "account_settings/edit.html", context)


def _page(request: WorkspaceRequest, found: Template, rows: Any, *, only: bool) -> dict[str, Any]:
    edges = {edge: request.GET.get(edge, "")[:64] for edge in ("after", "before")}
    listed = cut(rows, by="listing_key", name="api_key", size=PAGE, **edges)
    address = template_url(request, found)
    kept = {"only": "differing"} if only else {}

    def url(edge: str, key: str) -> str:
        return f"{address}?{urlencode({**kept, edge: key})}" if key else ""

    return {
        "drifts": drift.of_page(listed.rows, found),
        "reset_url": address,
        "page": {
            "next_url": url("after", listed.after),
            "previous_url": url("before", listed.before),
            "is_beyond": listed.is_beyond,
        },
    }
