from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import holders
from accounts.forms import PeopleForm
from accounts.views.detail import found_account
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.effective import ACCOUNT_GROUPS
from teams.levels import GROUPS
from ui.htmx import render_page


@requires(Capability.TEAM_VIEW)
@require_GET
def people(request: WorkspaceRequest, api_key: str) -> HttpResponse:
    """Answer who can do what on an account, and why."""
    account = found_account(request, api_key)
    form = PeopleForm(request.GET)
    asked = form.asked()
    found = holders.holders(request.actor, account, q=asked.get("q", ""))
    group = GROUPS[asked["group"]]
    address = reverse("accounts:people", args=[request.actor.workspace.slug, api_key])
    context = {
        "account": account,
        "form": form,
        "group": group,
        "lines": holders.lines(found, group),
        "counts": [(each, holders.counts(found, each)) for each in ACCOUNT_GROUPS],
        "is_filtered": "q" in asked,
        "reset_url": address,
    }
    return render_page(request, "accounts/people.html", context, partial="table")
