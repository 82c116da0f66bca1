"""Single sign-on with the company's identity provider, where one is configured."""

from importlib import import_module
from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse

from audit.events import Event
from audit.models import Entry
from audit.writing import STRANGER, record
from teams import policy
from teams.models import User

PROVIDER = "sso"
"""The id of the one identity provider, in addresses and in stored identities."""


class OnlyByInvitation(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth carries no types
    """Lets identities in that are connected to a login; makes a login for the invited only."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse addresses of other domains, and people whose workspace wants no single sign-on."""
        fault = self._fault(sociallogin)
        if fault:
            with transaction.atomic():
                record(
                    Event.SIGN_IN_FAILED,
                    actor=STRANGER,
                    workspace=None,
                    outcome=Entry.Outcome.REFUSED,
                    reason=fault,
                )
            page = render(request, "socialaccount/refused.html", {"fault": fault}, status=403)
            raise ImmediateHttpResponse(page)

    def is_open_for_signup(
        self,
        request: HttpRequest,
        sociallogin: SocialLogin,  # noqa: ARG002 - allauth's signature
    ) -> bool:
        """Return whether a usable invitation is in the session."""
        return is_invited(request)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - as above
        """Return False: the invited see what they agree to."""
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:  # noqa: ARG002 - as above
        """Return where to go after connecting an identity."""
        return reverse("security")

    def _fault(self, sociallogin: SocialLogin) -> str:
        domains = settings.ENV.oidc_domains
        if domains and not any(_is_in(each, domains) for each in sociallogin.email_addresses):
            return "The address that the identity provider gave does not belong here."
        if sociallogin.is_existing and _is_unwanted(sociallogin.user):
            return "A workspace of yours does not allow single sign-on. Use your password."
        return ""


def is_configured() -> bool:
    """Return whether there is an identity provider."""
    return bool(settings.ENV.single_sign_on)


def is_invited(request: HttpRequest) -> bool:
    """Return whether somebody unknown may get a login now.

    Invitations say so; without them, nobody may.
    """
    try:
        invitations = import_module("teams.services.invitations")
    except ModuleNotFoundError as missing:
        if missing.name != "teams.services.invitations":
            raise
        return False
    return bool(invitations.is_invited(request))


def identities_of(user: User) -> list[dict[str, Any]]:
    """Return the person's connected identities: id, address as the provider gave it, since."""
    return [
        {"pk": each.pk, "name": str(each), "since": each.date_joined}
        for each in SocialAccount.objects.filter(user=user).order_by("pk")
    ]


def _is_in(address: EmailAddress, domains: tuple[str, ...]) -> bool:
    return bool(address.verified) and address.email.rpartition("@")[2].lower() in domains


def _is_unwanted(user: User) -> bool:
    return policy.workspaces_of(user).filter(single_sign_on=False).exists()
