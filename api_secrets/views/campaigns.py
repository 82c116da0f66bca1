"""Replacing the API secrets of many accounts: chosen, looked at, followed."""

import hashlib

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account
from api_secrets import overall
from api_secrets.forms import CampaignForm
from api_secrets.models import Campaign
from api_secrets.services import campaigns
from api_secrets.tasks import ring
from operations.errors import RefusedError
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.door.sessions import polled
from ui.htmx import UNPROCESSABLE, done, leave_for, render_page

_NEW = "api_secrets/new_campaign.html"
_OTHERS = "These are not the accounts that you looked at. Look at them once more."
SHOWN = 200
"""So many rotations of a campaign are listed, those that wait for people first."""


@requires(Capability.BULK_RUN)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the campaigns of the workspace, the newest first."""
    found = campaigns.listed(request.actor)
    return render_page(request, "api_secrets/campaigns.html", {"campaigns": found})


@requires(Capability.BULK_RUN, confirmed=True)
@require_http_methods(["GET", "POST"])
def begin(request: WorkspaceRequest) -> HttpResponse:
    """Choose accounts, look at what would happen to each, and begin."""
    actor = request.actor
    seers = [(f"seen-{each.person.pk}", _of(each)) for each in overall.seers(actor)]
    initial = {"whose": request.GET.get("whose", "old")}
    form = CampaignForm(request.POST or None, initial=initial, actor=actor, more=seers)
    if request.method == "GET" or not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render_page(request, _NEW, {"form": form}, status=status)
    sorted_out = campaigns.sort_out(actor, _chosen(request, form.cleaned_data["whose"]))
    context = {"form": form, "found": sorted_out, "mark": _mark(sorted_out.ready)}
    if "begin" not in request.POST or not sorted_out.ready:
        return render_page(request, _NEW, context)
    if request.POST["begin"] != context["mark"]:
        form.add_error("whose", _OTHERS)
        return render_page(request, _NEW, context, status=UNPROCESSABLE)
    name = form.cleaned_data["name"]
    try:
        made = campaigns.begin(actor, sorted_out.ready, name=name, due_at=form.due_at())
    except RefusedError as refusal:
        form.add_error(None, str(refusal))
        return render_page(request, _NEW, {"form": form}, status=UNPROCESSABLE)
    ring()
    return leave_for(request, _url(request, made))


@polled
@requires(Capability.BULK_RUN)
@require_GET
def show(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show how far a campaign has come, account by account."""
    found = _campaign(request, pk)
    context = {
        "campaign": found,
        "tally": campaigns.tally(request.actor, found),
        "lines": campaigns.lines(request.actor, found, SHOWN),
        "shown": SHOWN,
    }
    return render_page(request, "api_secrets/campaign.html", context, partial="progress")


@requires(Capability.BULK_RUN)
@require_POST
def stop(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let no rotation of it take another step."""
    found = _campaign(request, pk)
    campaigns.stop(request.actor, found)
    return done(request, _url(request, found), "Stopped. What was done stays done.")


@requires(Capability.BULK_RUN)
@require_POST
def resume(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Let it go on."""
    found = _campaign(request, pk)
    campaigns.resume(request.actor, found)
    ring()
    return done(request, _url(request, found), "It goes on.")


def _campaign(request: WorkspaceRequest, pk: int) -> Campaign:
    found = campaigns.found(request.actor, pk)
    if found is None:
        raise Http404
    return found


def _chosen(request: WorkspaceRequest, whose: str) -> QuerySet[Account]:
    actor = request.actor
    what, _, pk = whose.partition("-")
    if what == "tag":
        return overall.visible(actor).filter(tags=int(pk))
    if what == "seen":
        return overall.seen_by(actor, int(pk))
    return overall.with_old(actor, timezone.now())


def _mark(accounts: list[Account]) -> str:
    """Return what tells whether these are the accounts that somebody looked at."""
    return hashlib.sha256(repr([each.pk for each in accounts]).encode()).hexdigest()


def _of(seer: overall.Seer) -> str:
    gone = ", who is no longer here" if seer.is_gone else ""
    return f"Accounts of which {seer.person} has seen a secret{gone}"


def _url(request: WorkspaceRequest, campaign: Campaign) -> str:
    return reverse("api_secrets:campaign", args=[request.actor.workspace.slug, campaign.pk])
