from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts import rows
from accounts.forms import FilterForm
from accounts.listing import BALANCES, PAGE, SORTS, STATES, Page, Wanted, page
from accounts.models import Account, Mirror
from accounts.tagged import mirror_and_tags
from accounts.views.mirror import connection_of, context_of, not_connected
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.policy import Actor
from ui.htmx import render_page
from ui.rows import Row, render_rows


@requires(Capability.ACCOUNT_VIEW)
@require_GET
def accounts(request: WorkspaceRequest) -> HttpResponse:
    """List the accounts that the person may see, fifty at a time."""
    mirror, tags = mirror_and_tags(request.actor)
    if connection_of(mirror) is None:
        return not_connected(request)
    form = FilterForm(request.GET, tags=tags)
    wanted = form.wanted()
    needed = Capability.BALANCE_VIEW if wanted.goes_by_figures else Capability.ACCOUNT_VIEW
    visible = Account.objects.visible_to(request.actor, needed)
    found = page(visible, wanted, rows.columns())
    address = reverse("accounts:list", args=[request.actor.workspace.slug])
    context = {
        **context_of(request, mirror),
        "form": form,
        "rows_html": render_rows(
            "accounts/rows.html", rows=_drawn(request.actor, found), base_url=address
        ),
        "page": _navigation(address, wanted, found, _counted(request.actor, mirror)),
        "sort_links": {name: _sort_link(address, wanted, name) for name in ("name", "spendable")},
        "is_filtered": wanted.is_narrowed,
        "leaves_out_shared": SORTS[wanted.sort].own_only,
        "reset_url": address,
    }
    return render_page(request, "accounts/list.html", context, partial="table")


def _drawn(actor: Actor, found: Page) -> list[Row]:
    """Return the rows; without figures where the person sees the account but not its balance."""
    if actor.extent(Capability.BALANCE_VIEW) == actor.extent(Capability.ACCOUNT_VIEW):
        return [rows.row(values) for values in found.rows]
    known = Account.objects.visible_to(actor, Capability.BALANCE_VIEW)
    keys = [values[0] for values in found.rows]
    shown = set(known.filter(api_key__in=keys).values_list("api_key", flat=True))
    return [
        rows.row(values if values[0] in shown else rows.hidden(values)) for values in found.rows
    ]


def _counted(actor: Actor, mirror: Mirror) -> Mirror | None:
    """Return the counts of the last reading, for those who see all that was counted."""
    seen = actor.extent(Capability.ACCOUNT_VIEW), actor.extent(Capability.BALANCE_VIEW)
    return mirror if all(each.everything for each in seen) else None


def _navigation(
    address: str, wanted: Wanted, found: Page, counted: Mirror | None
) -> dict[str, object]:
    return {
        "shown": len(found.rows),
        "next_url": _address(address, wanted, after=found.after) if found.after else "",
        "previous_url": _address(address, wanted, before=found.before) if found.before else "",
        "total_text": _total(wanted, found, counted),
    }


def _total(wanted: Wanted, found: Page, counted: Mirror | None) -> str:
    """Say how many there are, from the counts of the last reading; never count rows for it."""
    is_whole = not (found.after or found.before)
    total = None
    if is_whole:
        total = len(found.rows)
    elif counted:
        total = _known_count(wanted, counted)
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
    return None if wanted.q or wanted.tag else counts.get((wanted.state, wanted.balance))


def _sort_link(address: str, wanted: Wanted, name: str) -> dict[str, str]:
    """Return where a click on the head of a column leads, and how the column is sorted now."""
    direction = {name: "ascending", f"-{name}": "descending"}.get(wanted.sort, "")
    target = f"-{name}" if direction == "ascending" else name
    return {"url": _address(address, wanted, sort=target), "direction": direction}


def _address(address: str, wanted: Wanted, **changes: str) -> str:
    names = ("q", "state", "balance", "tag", "sort")
    kept: dict[str, Any] = {name: getattr(wanted, name) for name in names}
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
