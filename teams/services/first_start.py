"""The first start: one link, one primary user, one workspace."""

import hashlib
import secrets
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from audit.events import Event
from audit.writing import record
from teams.models import SetupLink, User, Workspace

LONGEST_SLUG = 64


class SetupClosedError(Exception):
    """The link was used, replaced by a newer one, or never existed."""


@dataclass(frozen=True)
class Owner:
    """What the first start asks of the primary user."""

    username: str
    email: str
    password: str
    time_zone: str
    workspace: str


def is_done() -> bool:
    """Return whether this installation has its first user."""
    return User.objects.exists()


@transaction.atomic
def new_link() -> str:
    """Return the token of a new link; the one before stops working."""
    SetupLink.objects.filter(used_at__isnull=True).delete()
    token = secrets.token_urlsafe(32)
    SetupLink.objects.create(digest=_digest(token))
    return token


def is_open(token: str) -> bool:
    """Return whether the link still leads anywhere."""
    return SetupLink.objects.filter(digest=_digest(token), used_at=None).exists() and not is_done()


def complete(*, token: str, owner: Owner) -> tuple[User, Workspace]:
    """Use the link up and return the primary user and the workspace.

    Raises `SetupClosedError` where somebody else was quicker; nothing is left behind then.
    """
    try:
        with transaction.atomic():
            _use(token)
            user, workspace = found(owner)
            record(Event.INSTALLATION_SET_UP, actor=user, workspace=workspace, target=workspace)
            return user, workspace
    except IntegrityError as error:
        raise SetupClosedError from error


def found(owner: Owner) -> tuple[User, Workspace]:
    """Make the primary user, with a verified address, and the workspace."""
    user = User.objects.create_user(
        username=owner.username,
        email=owner.email,
        password=owner.password,
        time_zone=owner.time_zone,
    )
    # Without a verified address the person could not sign in where mail is verified.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    slug = slugify(owner.workspace)[:LONGEST_SLUG].strip("-") or "workspace"
    return user, Workspace.objects.create(name=owner.workspace, slug=slug, primary_user=user)


def _use(token: str) -> None:
    unused = SetupLink.objects.filter(digest=_digest(token), used_at=None)
    if is_done() or not unused.update(used_at=timezone.now()):
        raise SetupClosedError


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
