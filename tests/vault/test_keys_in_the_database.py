import pytest
from django.core.management import call_command

from accounts.models import Connection
from vault import rotation
from vault.checking import WrongKeysError, check_keys, remember_active
from vault.fields import seal_into, unseal_from
from vault.keyring import KeyRing
from vault.models import KeyCheck
from vault.sealing import BrokenSealError, key_id_of
from vault.secret import Secret

pytestmark = pytest.mark.django_db

OLD = KeyRing("old", {"old": b"1" * 32})
BOTH = KeyRing("new", {"new": b"2" * 32, "old": b"1" * 32})
NEW = KeyRing("new", {"new": b"2" * 32})
VALUE = "Canary0Secret"


@pytest.fixture
def sealed(workspace, settings):
    """A connection sealed under the old key, on an installation that has both."""
    settings.KEY_RING = OLD
    row = Connection(workspace=workspace, api_key="abcd1234", api_host="https://api.example.com")
    seal_into(row, "api_secret", Secret(VALUE))
    row.save()
    settings.KEY_RING = BOTH
    return row


def stored(row: Connection) -> Connection:
    return Connection.objects.get(pk=row.pk)


def test_rotation_leaves_nothing_under_the_old_key(sealed, settings):
    assert rotation.left() == 1
    assert rotation.rotate() == 1
    settings.KEY_RING = NEW
    assert unseal_from(stored(sealed), "api_secret").reveal() == VALUE
    assert rotation.rotate() == 0


def test_dry_run_changes_nothing(sealed, capsys):
    call_command("rotate_keys")
    assert "1 secrets" in capsys.readouterr().out
    assert key_id_of(stored(sealed).api_secret) == "old"


def test_rotation_does_not_overwrite_a_secret_that_changed_meanwhile(sealed, monkeypatch):
    def change_first(record, place, ring):
        row = stored(sealed)
        seal_into(row, "api_secret", Secret("Newer0Secret"))
        row.save()
        return original(record, place, ring)

    original = rotation.unseal
    monkeypatch.setattr(rotation, "unseal", change_first)
    assert rotation.rotate() == 0
    assert unseal_from(stored(sealed), "api_secret").reveal() == "Newer0Secret"


def test_record_moved_to_another_row_does_not_open(sealed, owner):
    from teams.models import Workspace

    other = Workspace.objects.create(slug="other", name="Other", primary_user=owner)
    moved = Connection(workspace=other, api_key="k", api_host="h", api_secret=sealed.api_secret)
    with pytest.raises(BrokenSealError):
        unseal_from(moved, "api_secret")


def test_wrong_ring_is_noticed_and_nothing_overwritten(sealed):
    other = KeyRing("old", {"old": b"3" * 32})
    with pytest.raises(WrongKeysError, match="'old' is not the one"):
        check_keys(other)
    with pytest.raises(WrongKeysError, match="'old' is missing"):
        check_keys(NEW)
    with pytest.raises(WrongKeysError, match="'old' is not the one"):
        remember_active(other)
    assert KeyCheck.objects.get().value == OLD.check_value("old")


def test_old_key_may_go_once_nothing_needs_it(sealed, client):
    call_command("rotate_keys", apply=True)
    client.get("/readyz")
    check_keys(NEW)
    assert KeyCheck.objects.get().key_id == "new"
