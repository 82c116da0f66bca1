from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from teams.access import signed_in
from teams.forms import ProfileForm

if TYPE_CHECKING:
    from teams.models import User


@signed_in("one's own settings")
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show and change one's own settings."""
    form = ProfileForm(request.POST or None, instance=cast("User", request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("teams:me")
    return render(request, "teams/me.html", {"form": form}, status=422 if form.errors else 200)
