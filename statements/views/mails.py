"""The mails of a month that did not go, and having one sent again."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from statements.forms import MonthForm
from statements.models import Mailed
from statements.months import last_over
from statements.services import remailing
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.roster import visible_members
from ui.htmx import done, leave_for, render_page

PAGE = 50
_DIGITS = 6


@requires(Capability.WORKSPACE_SETTINGS)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """List the mails of a month that did not go, the oldest first."""
    actor, form = request.actor, MonthForm(request.GET)
    last = last_over(actor.workspace.zone_name, timezone.now()).first
    month = form.cleaned_data["month"] if form.is_valid() else last
    number = _number(request)
    start = PAGE * (number - 1)
    rows = list(remailing.failed_of(actor, month).order_by("begun_at", "pk")[start:][: PAGE + 1])
    mails = rows[:PAGE]
    seen = visible_members(actor).filter(pk__in={each.member_id for each in mails})
    slug = actor.workspace.slug
    address, code = reverse("statements:mails", args=[slug]), f"{month:%Y-%m}"

    def at(place: int) -> str:
        return f"{address}?{urlencode({'month': code, 'page': place})}"

    context = {
        "month": month,
        "mails": mails,
        # Those who hold more than the actor are not named.
        "seen": set(seen.values_list("pk", flat=True)),
        "index_url": f"{reverse('statements:index', args=[slug])}?month={code}",
        "page": {
            "previous_url": at(number - 1) if number > 1 else "",
            "next_url": at(number + 1) if len(rows) > PAGE else "",
        },
    }
    return render_page(request, "statements/mails.html", context)


@requires(Capability.WORKSPACE_SETTINGS)
@require_POST
def again(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Have a mail sent again that did not go; a worker does it."""
    found = remailing.mail_of(request.actor, pk)
    if remailing.again(request.actor, found):
        return done(request, _list_of(request, found), "It is sent again.")
    messages.warning(request, "There is nothing to send again.")
    return leave_for(request, _list_of(request, found))


def _list_of(request: WorkspaceRequest, mailed: Mailed) -> str:
    address = reverse("statements:mails", args=[request.actor.workspace.slug])
    return f"{address}?month={mailed.statement.month_code}"


def _number(request: WorkspaceRequest) -> int:
    text = request.GET.get("page", "")
    is_one = text.isascii() and text.isdigit() and len(text) < _DIGITS
    return max(int(text), 1) if is_one else 1
