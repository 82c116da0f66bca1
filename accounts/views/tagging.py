"""The accounts of a tag: which have it, which could have it, and a change of many at once."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import choosing, tagged
from accounts.choosing import NotMeantError
from accounts.forms import LONGEST_SEARCH, TaggingForm
from accounts.models import Account, Tag
from accounts.querysets import AccountQuerySet
from accounts.search import search_for
from accounts.services import tagging
from accounts.views.tags import NOT_PRIMARY, found_tag
from prepared.paging import cut
from teams import policy
from teams.access import WorkspaceRequest, requires
from teams.capabilities import Capability
from teams.ceilings import CeilingError
from teams.door.confirming import ask, is_confirmed
from teams.wording import accounts as number_of
from ui.htmx import done, invalid, render_page

PAGE = 50

_TAG, _PUT = "accounts/tag.html", "accounts/put_tag.html"


@requires(Capability.ACCOUNT_VIEW)
@require_http_methods(["GET", "POST"])
def tag(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show the accounts that have a tag, as far as the person sees them; take it off some."""
    found = found_tag(request, pk)
    if request.method == "POST":
        return _change(request, found, is_put=False)
    return render_page(request, _TAG, _having(request, found), partial="table")


@requires(Capability.ACCOUNT_TAG)
@require_http_methods(["GET", "POST"])
def put(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Choose accounts by search, ticks or typing, and put a tag on them."""
    found = found_tag(request, pk)
    if request.method == "POST":
        return _change(request, found, is_put=True)
    return render_page(request, _PUT, _lacking(request, found), partial="table")


def _change(request: WorkspaceRequest, found: Tag, *, is_put: bool) -> HttpResponse:
    """Change the tags of all accounts that were meant, or of none of them.

    Access may go by a tag, so it is confirmed like giving access.
    """
    if not is_confirmed(request):
        return ask(request)
    policy.require(request.actor, Capability.ACCOUNT_TAG)
    form = TaggingForm(request.POST, actor=request.actor)
    number, reasons = _changed(request, found, form, is_put=is_put)
    if form.is_valid() and not reasons:
        verb = "now on" if is_put else "taken off"
        to = reverse("accounts:tag", args=[request.actor.workspace.slug, found.pk])
        noun = number_of(number, "more account" if is_put else "account")
        return done(request, to, f"The tag {found} is {verb} {noun}.")
    for reason in reasons:
        form.add_error(None, reason)
    page = _lacking(request, found) if is_put else _having(request, found)
    return invalid(request, _PUT if is_put else _TAG, {**page, "form": form})


def _changed(
    request: WorkspaceRequest, found: Tag, form: TaggingForm, *, is_put: bool
) -> tuple[int, list[str]]:
    """Return how many accounts were changed, or why none was."""
    change = tagging.put if is_put else tagging.take_off
    if not form.is_valid():
        return 0, []
    try:
        meant = _meant(request, found, form, having=not is_put)
        return change(request.actor, tag=found, accounts=meant), []
    except NotMeantError as error:
        return 0, [str(error)]
    except tagging.PrimaryTaggedError:
        return 0, [NOT_PRIMARY]
    except CeilingError as error:
        return 0, list(dict.fromkeys(error.reasons))


def _meant(
    request: WorkspaceRequest, found: Tag, form: TaggingForm, *, having: bool
) -> list[Account]:
    if form.asks_for_all:
        return choosing.all_found(request.actor, found, having=having, q=form.searched())
    return choosing.chosen(request.actor, keys=form.ticked, ids=form.cleaned_data["typed"])


def _having(request: WorkspaceRequest, found: Tag) -> dict[str, Any]:
    """Return the page of the accounts with the tag, whether or not the person may tag them."""
    visible = Account.objects.visible_to(request.actor, Capability.ACCOUNT_VIEW)
    q = _searched(request)
    rows = visible.filter(tagged.condition(tagged.Tagged.MANY, found.pk))
    return _page(request, "tag", found, rows.matching(*search_for(q)), q)


def _lacking(request: WorkspaceRequest, found: Tag) -> dict[str, Any]:
    """Return the page of the accounts that the person may put the tag on."""
    q = _searched(request)
    return _page(
        request, "put_tag", found, choosing.candidates(request.actor, found, having=False, q=q), q
    )


def _searched(request: WorkspaceRequest) -> str:
    return (request.GET.get("q") or request.POST.get("q") or "")[:LONGEST_SEARCH]


def _page(
    request: WorkspaceRequest, name: str, found: Tag, rows: AccountQuerySet, q: str
) -> dict[str, Any]:
    slug = request.actor.workspace.slug
    address = reverse(f"accounts:{name}", args=[slug, found.pk])
    edges = {edge: request.GET.get(edge, "")[:64] for edge in ("after", "before")}
    listed = cut(rows, by="listing_key", name="api_key", size=PAGE, **edges)

    def url(edge: str, key: str) -> str:
        return f"{address}?{urlencode({**({'q': q} if q else {}), edge: key})}" if key else ""

    return {
        "tag": found,
        "form": TaggingForm(actor=request.actor, initial={"q": q}),
        "q": q,
        "accounts": listed.rows,
        "page": {
            "next_url": url("after", listed.after),
            "previous_url": url("before", listed.before),
            "is_beyond": listed.is_beyond,
        },
        "is_whole": not (listed.after or listed.before),
        "reset_url": address,
        "accounts_url": reverse("accounts:list", args=[slug]),
        "may_tag": policy.can(request.actor, Capability.ACCOUNT_TAG),
    }
