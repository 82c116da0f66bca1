"""What a view says about who may come in. One that says nothing stops the server's start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from teams import policy, viewing
from teams.capabilities import Capability
from teams.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class WorkspaceRequest(HttpRequest):
    """A request inside a workspace, from a person who has a part in it."""

    user: User
    actor: policy.Actor


Guarded = Callable[Concatenate[WorkspaceRequest, ...], HttpResponseBase]
_SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Access:
    """Who may come in: everybody, everybody signed in, or holders of a capability."""

    public: bool = False
    in_workspace: bool = False
    capability: Capability | None = None
    reason: str = ""


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in, for the written reason."""
    return _stating(Access(public=True, reason=reason))


def signed_in(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in who is signed in, for the written reason."""
    return _stating(Access(reason=reason))


def requires(capability: Capability) -> Callable[[Guarded], Any]:
    """Let people in who hold `capability` somewhere in the workspace, as `request.actor`.

    The view has the address part `slug`; it is taken out and replaced by the actor. A workspace
    that is not the person's answers 404, like one that does not exist. Where a capability is held
    on some accounts only, the view starts its queries at the actor.
    """
    return _guarded(Access(capability=capability))


def has_part(reason: str) -> Callable[[Guarded], Any]:
    """Let everybody in who has a part in the workspace, for the written reason; as above."""
    return _guarded(Access(reason=reason))


def _guarded(access: Access) -> Callable[[Guarded], Any]:
    def decorate(view: Guarded) -> Any:
        @wraps(view)
        def guarded(
            request: WorkspaceRequest, slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            request.actor = _actor(request, slug)
            if access.capability:
                policy.require(request.actor, access.capability)
            return view(request, *args, **kwargs)

        guarded.access = replace(access, in_workspace=True)  # type: ignore[attr-defined] # read by the middleware and the check
        return guarded

    return decorate


def _actor(request: WorkspaceRequest, slug: str) -> policy.Actor:
    """Return who acts: the person, or the member with whose eyes the person looks."""
    actor = policy.actor_in(request.user, slug)
    if actor is None:
        raise Http404
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
