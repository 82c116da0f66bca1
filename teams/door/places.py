"""Tells people of a sign-in from where they have not been before."""

import ipaddress

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from audit.origin import current_origin
from teams.door.browsers import in_words
from teams.models import KnownPlace, User

_BITS = {4: 24, 6: 48}


def note(request: HttpRequest, user: User) -> bool:
    """Remember the place of a sign-in; return True and send a mail where it is a new one.

    The very first place is no news. Neither is another address of the same provider nearby, nor
    a newer version of the same browser.
    """
    browser = in_words(request.headers.get("User-Agent", ""))
    place = f"{_neighbourhood(current_origin().ip)} {browser}"
    has_been_elsewhere = user.known_places.exclude(place=place).exists()
    _, is_new = KnownPlace.objects.get_or_create(user=user, place=place)
    if is_new and has_been_elsewhere:
        get_adapter(request).send_notification_mail("account/email/new_place", user)
        return True
    return False


def _neighbourhood(ip: str) -> str:
    """Return the wider network of an address: a /24, for IPv6 a /48; "" stays ""."""
    if not ip:
        return ""
    bits = _BITS[ipaddress.ip_address(ip).version]
    return str(ipaddress.ip_network((ip, bits), strict=False))
