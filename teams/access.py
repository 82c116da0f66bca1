"""What a view says about who may come in. One that says nothing stops the server's start."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from teams import policy
from teams.capabilities import Capability
from teams.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class WorkspaceRequest(HttpRequest):
    """A request inside a workspace, from a person who has a part in it."""

    user: User
    actor: policy.Actor


@dataclass(frozen=True)
class Access:
    """Who may come in: everybody, everybody signed in, or holders of a capability."""

    public: bool = False
    capability: Capability | None = None
    reason: str = ""


def public(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in, for the written reason."""
    return _stating(Access(public=True, reason=reason))


def signed_in(reason: str) -> Callable[[View[P]], View[P]]:
    """Let everybody in who is signed in, for the written reason."""
    return _stating(Access(reason=reason))


def requires(
    capability: Capability,
) -> Callable[[Callable[Concatenate[WorkspaceRequest, P], HttpResponseBase]], Any]:
    """Let holders of `capability` in the workspace of the address in, as `request.actor`.

    The view has the address part `slug`; it is taken out and replaced by the actor. A workspace
    that is not the person's answers 404, like one that does not exist.
    """

    def decorate(view: Callable[Concatenate[WorkspaceRequest, P], HttpResponseBase]) -> Any:
        @wraps(view)
        def guarded(
            request: WorkspaceRequest, slug: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            actor = policy.actor_in(request.user, slug)
            if actor is None:
                raise Http404
            policy.require(actor, capability)
            request.actor = actor
            return view(request, *args, **kwargs)

        guarded.access = Access(capability=capability)  # type: ignore[attr-defined] # read by the middleware and the check
        return guarded

    return decorate


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return what the view states, or None where it says nothing."""
    stated: Access | None = getattr(view, "access", None)
    return stated


def _stating(access: Access) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        view.access = access  # type: ignore[attr-defined] # read by the middleware and the check
        return view

    return decorate
