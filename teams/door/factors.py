"""Second factors: their seeds are sealed, their codes count once, and people know of changes."""

import base64
import hashlib
from urllib.parse import urlsplit

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from teams.models import FactorSeed, UsedCode, User
from vault.fields import seal_into, unseal_from
from vault.sealing import Place, seal, unseal
from vault.secret import Secret

_NEW_SEED = "door_new_seed"

Type = Authenticator.Type
REAL = (Type.TOTP, Type.WEBAUTHN)
"""What counts as a second factor; recovery codes only stand in for one."""


class SealedFactors(DefaultMFAAdapter):  # type: ignore[misc] # allauth carries no types
    """Keeps seeds in the vault and says in plain words what is wrong."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is wrong, or it was used before. Wait for the next one.",
    }

    def encrypt(self, text: str) -> str:
        """Seal a seed and return the id of its row."""
        row = FactorSeed()
        seal_into(row, "seed", Secret(text))
        row.save(force_insert=True)
        return str(row.pk)

    def decrypt(self, encrypted_text: str) -> str:
        """Return the seed of a row; raise what `vault.fields.unseal_from` raises."""
        return unseal_from(FactorSeed.objects.get(pk=encrypted_text), "seed").reveal()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are made for: the configured host, whatever the request says."""
        asked: dict[str, str] = super().get_public_key_credential_rp_entity()
        own = urlsplit(settings.BASE_URL).hostname if settings.ENV.https else asked["id"]
        return {"id": own or "", "name": "Switchboard"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: str) -> str:  # noqa: A002 - allauth's signature
        """Return a name to start from."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"


def use_up(factor: Authenticator, code: str) -> bool:
    """Return whether this is the first use of the code; of many at once, one is the first."""
    text = f"{factor.data['secret']}/{normalize_user_code(code)}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return UsedCode.objects.get_or_create(digest=digest)[1]


def codes_left(codes: Authenticator) -> int:
    """Return how many recovery codes of a set are unused, without opening it."""
    used: int = codes.data["used_mask"]
    return int(app_settings.RECOVERY_CODE_COUNT) - used.bit_count()


def new_seed(request: HttpRequest) -> str:
    """Return a new seed for an app, and keep it sealed in the session until the app is added."""
    seed: str = generate_totp_secret()
    sealed = seal(Secret(seed), _place_in_session(request), settings.KEY_RING)
    request.session[_NEW_SEED] = base64.b64encode(sealed).decode()
    return seed


def seed_on_offer(request: HttpRequest) -> str:
    """Return the seed that the page showed; a new one where there is none."""
    sealed = request.session.get(_NEW_SEED)
    if not sealed:
        return new_seed(request)
    record = base64.b64decode(sealed)
    return unseal(record, _place_in_session(request), settings.KEY_RING).reveal()


def forget_offer(request: HttpRequest) -> None:
    """Take the seed out of the session: the app is added."""
    request.session.pop(_NEW_SEED, None)


def _place_in_session(request: HttpRequest) -> Place:
    return Place("session", _NEW_SEED, str(request.user.pk), "")


def remove_all(user: User) -> int:
    """Delete every factor and recovery code of the person; return how many there were."""
    factors = Authenticator.objects.filter(user=user)
    number = len(factors)
    factors.delete()
    return number


@receiver(post_save, sender=Authenticator)
def factor_is_there(instance: Authenticator, created: bool, **_: object) -> None:  # noqa: FBT001 - Django's signature
    """Write on the person that there is a second factor."""
    if created:
        _keep_in_step(instance.user_id)


@receiver(post_delete, sender=Authenticator)
def factor_is_gone(instance: Authenticator, **_: object) -> None:
    """Write on the person whether there still is a second factor."""
    _keep_in_step(instance.user_id)


def _keep_in_step(pk: int) -> None:
    """Look and write under a lock: of two factors that go at once, the second sees the first."""
    with transaction.atomic():
        person = User.objects.select_for_update().filter(pk=pk)
        if not person:
            return
        has = Authenticator.objects.filter(user_id=pk, type__in=REAL).exists()
        person.exclude(has_second_factor=has).update(has_second_factor=has)


@receiver(post_delete, sender=Authenticator)
def forget_the_seed(instance: Authenticator, **_: object) -> None:
    """Delete the sealed seed with the factor that it belonged to."""
    seed = instance.data.get("secret") or instance.data.get("seed")
    if seed:
        FactorSeed.objects.filter(pk=seed).delete()
