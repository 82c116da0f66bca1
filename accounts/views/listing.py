from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import rows
from accounts.forms import FilterForm
from accounts.listing import BALANCES, PAGE, SORTS, STATES, Page, Wanted, page
from accounts.models import Account, Mirror
from accounts.views.mirror import connection_of, context_of, mirror_of
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from ui.htmx import render_page
from ui.rows import render_rows


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def accounts(request: WorkspaceRequest) -> HttpResponse:
    """List the accounts that the person may see, fifty at a time."""
    mirror = mirror_of(request)
    if connection_of(mirror) is None:
        return redirect("accounts:connect", slug=request.actor.workspace.slug)
    form = FilterForm(request.GET)
    wanted = form.wanted()
    visible = Account.objects.visible_to(request.actor, Capability.BALANCE_VIEW)
    found = page(visible, wanted, rows.columns())
    address = reverse("accounts:list", args=[request.actor.workspace.slug])
    context = {
        **context_of(request, mirror),
        "form": form,
        "rows_html": render_rows(
            "accounts/rows.html", rows=map(rows.row, found.rows), base_url=address
        ),
        "page": _navigation(address, wanted, found, mirror),
        "sort_links": {name: _sort_link(address, wanted, name) for name in ("name", "spendable")},
        "is_filtered": wanted.is_narrowed,
        "left_out": mirror.shared if SORTS[wanted.sort].own_only else 0,
        "reset_url": address,
    }
    return render_page(request, "accounts/list.html", context, partial="table")


def _navigation(address: str, wanted: Wanted, found: Page, mirror: Mirror) -> dict[str, object]:
    return {
        "shown": len(found.rows),
        "next_url": _address(address, wanted, after=found.after) if found.after else "",
        "previous_url": _address(address, wanted, before=found.before) if found.before else "",
        "total_text": _total(wanted, found, mirror),
    }


def _total(wanted: Wanted, found: Page, mirror: Mirror) -> str:
    """Say how many there are, from the counts of the last reading; never count rows for it."""
    is_whole = not (found.after or found.before)
    total = len(found.rows) if is_whole else _known_count(wanted, mirror)
    if total is None:
        return f"more than {PAGE} accounts"
    return f"{total:,} account{'' if total == 1 else 's'}"


def _known_count(wanted: Wanted, mirror: Mirror) -> int | None:
    """Return what the last reading counted, or None where nobody has counted that."""
    counts = {
        ("", ""): mirror.own if SORTS[wanted.sort].own_only else mirror.accounts,
        ("", "own"): mirror.own,
        ("", "shared"): mirror.shared,
        ("", "low"): mirror.low,
        ("", "negative"): mirror.negative,
        ("suspended", ""): None if SORTS[wanted.sort].own_only else mirror.suspended,
        ("gone", ""): None if SORTS[wanted.sort].own_only else mirror.vanished,
    }
    return None if wanted.q else counts.get((wanted.state, wanted.balance))


def _sort_link(address: str, wanted: Wanted, name: str) -> dict[str, str]:
    """Return where a click on the head of a column leads, and how the column is sorted now."""
    direction = {name: "ascending", f"-{name}": "descending"}.get(wanted.sort, "")
    target = f"-{name}" if direction == "ascending" else name
    return {"url": _address(address, wanted, sort=target), "direction": direction}


def _address(address: str, wanted: Wanted, **changes: str) -> str:
    kept = {"q": wanted.q, "state": wanted.state, "balance": wanted.balance, "sort": wanted.sort}
    given = {name: value for name, value in {**kept, **changes}.items() if value}
    return f"{address}?{urlencode(given)}"


def list_links(slug: str) -> dict[str, str]:
    """Return addresses of the list narrowed to what the overview counts."""
    address = reverse("accounts:list", args=[slug])
    wanted: dict[str, Any] = {
        **{f: ("balance", f) for f in BALANCES},
        **{f: ("state", f) for f in STATES},
    }
    return {name: f"{address}?{urlencode([pair])}" for name, pair in wanted.items() if name}
