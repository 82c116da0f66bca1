"""Handing a new API secret over: the link for whoever may, and the pages behind it."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from api_secrets.services import handing_over
from operations.errors import RefusedError
from subaccounts.views.operations import found_operation
from teams.access import WorkspaceRequest, public, requires
from teams.capabilities import Capability
from ui.htmx import UNPROCESSABLE, done, render_page

_KEY = "hand-over"
_PAGE = "api_secrets/taking.html"


@requires(Capability.SECRET_HANDOVER, confirmed=True)
@require_POST
def offer(request: WorkspaceRequest, reference: str) -> HttpResponse:
    """Make the link and the code, and show both, once."""
    found = found_operation(request, reference)
    try:
        made = handing_over.offer(request.actor, found)
    except RefusedError as refusal:
        there = reverse("subaccounts:operation", args=[request.actor.workspace.slug, reference])
        return done(request, there, str(refusal))
    context = {
        "operation": found,
        "link": settings.BASE_URL + reverse("enter_hand_over", args=[made.token]),
        "code": made.code,
        "hours": int(handing_over.LIVES.total_seconds() // 3600),
    }
    return render_page(request, "api_secrets/offered.html", context)


@public("the token of the link is the key")
@require_safe
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, and go on. Nothing is used up, whoever looks."""
    digest = handing_over.digest_of(token)
    if handing_over.pending(digest):
        request.session[_KEY] = digest
    else:
        request.session.pop(_KEY, None)
    answer = redirect("hand_over")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


class CodeForm(forms.Form):
    """The code that came another way."""

    code = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text="Eight digits, told by whoever sent the link.",
    )


@public("the link in the session is the key")
@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def taking(request: HttpRequest) -> HttpResponse:
    """Ask for the code, show the secret, and let it be confirmed that it is in use."""
    try:
        return _answer(request, request.session.get(_KEY, ""))
    except handing_over.VoidLinkError:
        return render(request, "api_secrets/void.html", status=404)


def _answer(request: HttpRequest, digest: str) -> HttpResponse:
    found = handing_over.pending(digest)
    if found is None:
        raise handing_over.VoidLinkError
    context = {
        "hand_over": found,
        "account": found.operation.account,
        "is_replacing": handing_over.is_replacing(found),
    }
    if "confirm" in request.POST:
        handing_over.confirm(digest)
        return done(request, "hand_over")
    if found.taken_at or request.method != "POST":
        return render(request, _PAGE, {**context, "form": CodeForm()})
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            secret = handing_over.take(digest, form.cleaned_data["code"])
        except handing_over.WrongCodeError as error:
            form.add_error("code", _wrong(error.left))
        else:
            return render(request, _PAGE, {**context, "secret": secret.reveal()})
    return render(request, _PAGE, {**context, "form": form}, status=UNPROCESSABLE)


def _wrong(left: int) -> str:
    if not left:
        return "This is not the code, and the link is void now. Ask for another one."
    tries = "One try is" if left == 1 else f"{left} tries are"
    return f"This is not the code. {tries} left."
