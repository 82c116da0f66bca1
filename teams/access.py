"""What a view says about who may come in. One that says nothing stops the server's start."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from teams import policy, viewing
from teams.capabilities import Capability
from teams.ceilings import CeilingError
from teams.door.confirming import ask, is_confirmed
from teams.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class WorkspaceRequest(HttpRequest):
    """A request inside a workspace, from a person who has a part in it."""

    user: User
    actor: policy.Actor


Guarded = Callable[Concatenate[WorkspaceRequest, ...], HttpResponseBase]
ENROLMENT = "security"
"""Where people go who lack a second factor; the page says which workspace waits for it."""
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Access:
    """Who may come in: everybody, everybody signed in, or holders of a capability."""

    public: bool = False
    in_workspace: bool = False
    capability: Capability | None = None
    reason: str = ""
    # The person acts, and not the member with whose eyes the person may be looking.
    as_oneself: bool = False
    # The person showed the password or a factor in the last minutes.
    confirmed: bool = False


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in, for the written reason."""
    return _stating(Access(public=True, reason=reason))


def signed_in(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in who is signed in, for the written reason."""
    return _stating(Access(reason=reason))


def requires(capability: Capability, *, confirmed: bool = False) -> Callable[[Guarded], Any]:
    """Let people in who hold `capability` somewhere in the workspace, as `request.actor`.

    The view has the address part `slug`; it is taken out and replaced by the actor. A workspace
    that is not the person's answers 404, like one that does not exist. Where a capability is held
    on some accounts only, the view starts its queries at the actor. What is dangerous is
    `confirmed`: whoever did not show the password or a factor in the last minutes does so first.
    """
    return _guarded(Access(capability=capability, confirmed=confirmed))


def has_part(
    reason: str, *, as_oneself: bool = False, confirmed: bool = False
) -> Callable[[Guarded], Any]:
    """Let everybody in who has a part in the workspace, for the written reason; as above.

    `as_oneself` is for the one change that works while looking with another member's eyes: to stop.
    """
    return _guarded(Access(reason=reason, as_oneself=as_oneself, confirmed=confirmed))


@contextmanager
def refusals_are_answers() -> Iterator[None]:
    """Answer 403 with the reasons where a change inside turns out to be above the person.

    For what no form of ours offers: somebody rose above the person a moment ago, or made the
    request by hand.
    """
    try:
        yield
    except CeilingError as error:
        raise PermissionDenied(str(error)) from error


def _guarded(access: Access) -> Callable[[Guarded], Any]:
    def decorate(view: Guarded) -> Any:
        @wraps(view)
        def guarded(
            request: WorkspaceRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            request.actor = _actor(request, slug, as_oneself=access.as_oneself)
            if request.actor.lacks_second_factor:
                return redirect(ENROLMENT)
            if access.capability:
                policy.require(request.actor, access.capability)
            if access.confirmed and not is_confirmed(request):
                return ask(request)
            return view(request, *args, **kwargs)

        guarded.access = replace(access, in_workspace=True)  # type: ignore[attr-defined] # read by the middleware and the check
        return guarded

    return decorate


def _actor(request: WorkspaceRequest, slug: str, *, as_oneself: bool) -> policy.Actor:
    """Return who acts: the person, or the member with whose eyes the person looks."""
    actor = policy.actor_in(request.user, slug)
    if actor is None:
        raise Http404
    if as_oneself:
        return actor
    seen = viewing.seen_by(actor, request.session)
    if seen.seen_by and request.method not in _SAFE:
        raise PermissionDenied("You look with another member's eyes; nothing can be changed.")
    return seen


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return what the view states, or None where it says nothing."""
    stated: Access | None = getattr(view, "access", None)
    return stated


def _stating(access: Access) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        view.access = access  # type: ignore[attr-defined] # read by the middleware and the check
        return view

    return decorate
