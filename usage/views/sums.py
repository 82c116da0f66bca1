"""What accounts used, in sums: by product, account, country and day."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Account
from audit.events import Event
from audit.writing import record
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import can
from ui.exports import Cell, csv_response
from ui.htmx import render_page
from usage import summing
from usage.drawing import chart_of
from usage.forms import SumsForm
from usage.seeing import holds_on_all
from usage.services import daily, knowing, windows

_OLD = timedelta(days=3)


@requires(Capability.USAGE_VIEW)
@require_GET
def index(request: WorkspaceRequest) -> HttpResponse:
    """Show the sums that are asked for, and how much of them is known."""
    form = SumsForm(request.GET)
    asked, number = _asked(request, form), _number(request)
    sums, days = summing.page(asked, number), summing.by_day(asked)
    known = _known(request, asked)
    newest = max((each.last_day for each in known), default=None)
    address = reverse("usage:index", args=[request.actor.workspace.slug])
    context = {
        "form": form,
        "asked": asked,
        "sums": sums,
        "chart": chart_of(asked.window, days, known) if days else None,
        "days": sorted(days.items(), reverse=True),
        "known": known,
        "newest": newest,
        "earliest": windows.today() - windows.LONGEST,  # what was before, Vonage has no more
        "is_old": newest is not None and newest < windows.today() - _OLD,
        "address": address,
        "query": urlencode(asked.wanted),
        "page": {
            "previous_url": _paged(address, asked, number - 1) if number > 1 else "",
            "next_url": _paged(address, asked, number + 1) if sums.has_more else "",
        },
        "daily": daily.of(request.actor.workspace.pk),
        "may_set_daily": can(request.actor, Capability.GUARDRAIL_MANAGE),
        "may_order": can(request.actor, Capability.REPORT_RUN),
        "may_order_all": holds_on_all(request.actor, Capability.REPORT_RUN),
    }
    return render_page(request, "usage/index.html", context, partial="sums")


@requires(Capability.USAGE_VIEW)
@require_POST
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Send the sums as a file. What is taken away is written down."""
    asked = _asked(request, SumsForm(request.GET))
    with transaction.atomic():
        record(
            Event.EXPORT_MADE,
            actor=request.actor.user,
            workspace=request.actor.workspace,
            new={"what": "usage", "filters": dict(asked.wanted)},
        )
    return csv_response(f"usage-by-{asked.by}", _cells(asked))


def _cells(asked: summing.Asked) -> Iterator[tuple[Cell, ...]]:
    money = ("cost",) if asked.shows_cost else ()
    yield (*summing.columns(asked.by), "currency", "records", *money)
    for *keys, currency, count, cost in summing.everything(asked):
        paid = ("" if cost is None else f"{cost:f}",) if asked.shows_cost else ()
        yield (*map(str, keys), currency, count, *paid)


def _asked(request: WorkspaceRequest, form: SumsForm) -> summing.Asked:
    wanted, window = form.wanted(), form.window()
    by = wanted.get("by", "product")
    wanted |= {"first_day": f"{window[0]}", "last_day": f"{window[1]}"}
    return summing.Asked(request.actor, window, by, wanted)


def _known(request: WorkspaceRequest, asked: summing.Asked) -> list[knowing.Known]:
    key, account = asked.wanted.get("account"), None
    if key:
        seen = Account.objects.visible_to(request.actor, Capability.USAGE_VIEW)
        account = seen.filter(api_key=key).first()
    known = knowing.known_to(request.actor, asked.window, account=account)
    product = asked.wanted.get("product")
    return [each for each in known if not product or each.product.code == product]


def _paged(address: str, asked: summing.Asked, number: int) -> str:
    return f"{address}?{urlencode({**asked.wanted, 'page': number})}"


def _number(request: WorkspaceRequest) -> int:
    """Return the number of the page; 1 where the address names none, or none that can be."""
    text: Any = request.GET.get("page", "")
    is_one = text.isascii() and text.isdigit() and len(text) < 6  # noqa: PLR2004
    return max(int(text), 1) if is_one else 1
