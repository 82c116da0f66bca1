"""Tells people of a sign-in from where they have not been before."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from teams.door import limits
from teams.door.browsers import in_words
from teams.models import KnownPlace, User


def note(request: HttpRequest, user: User) -> bool:
    """Remember the place of a sign-in; return True and send a mail where it is a new one.

    The very first place is no news. Browsers are told apart in words, so that an update of one
    is not a new place.
    """
    place = f"{limits.network()} {in_words(request.headers.get('User-Agent', ''))}"
    has_been_elsewhere = user.known_places.exclude(place=place).exists()
    _, is_new = KnownPlace.objects.get_or_create(user=user, place=place)
    if is_new and has_been_elsewhere:
        get_adapter(request).send_notification_mail("account/email/new_place", user)
        return True
    return False
