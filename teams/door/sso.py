"""Single sign-on with the company's identity provider, where one is configured."""

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
from teams.services import invitations

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

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return whether the session holds an invitation to an address that is proved theirs.

        The workspace that invites must allow single sign-on. Joining is a step of its own, after
        this: the invited see what they agree to.
        """
        invitation = invitations.pending(request)
        if invitation is None or not invitation.workspace.single_sign_on:
            return False
        proved = (each.email for each in sociallogin.email_addresses if each.verified)
        return any(invitations.is_invited(request, each) for each in proved)

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
