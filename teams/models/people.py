"""People with a login."""

import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac


def existing_time_zone(name: str) -> None:
    """Refuse a time zone that this machine does not know."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("There is no time zone of this name.")


class UserManager(BaseUserManager["User"]):
    """Makes users and finds them by name, whatever the case."""

    def create_user(self, *, username: str, email: str, password: str, **fields: object) -> "User":
        """Return a new, saved user."""
        user = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the user with this name, whatever the case."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person with a login. What the person may do stands in `teams.policy`."""

    username = models.CharField("user name", max_length=64, validators=[UnicodeUsernameValidator()])
    email = models.EmailField("e-mail address")
    time_zone = models.CharField(max_length=64, blank=True, validators=[existing_time_zone])
    is_active = models.BooleanField(default=True)
    # Kept in step with the factors themselves by `teams.door.factors`; every request asks.
    has_second_factor = models.BooleanField(default=False, editable=False)
    # Sessions that began in an earlier round have ended; links of an earlier round lead nowhere.
    session_round = models.PositiveIntegerField(default=0, editable=False)
    reset_round = models.PositiveIntegerField(default=0, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        db_table = "teams_user"
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_unique",
                violation_error_message="This user name is taken.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="There is a login with this e-mail address.",
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what each session of the person must hold to be believed, at every request.

        Django's own, which a new password changes, and with it the round: counting it up ends all
        sessions at once, wherever a copy of them is kept.
        """
        own = f"{self.password}/{self.session_round}"
        salt = "teams.User.session"
        return salted_hmac(salt, own, secret=secret, algorithm="sha256").hexdigest()
