import pytest
from django.db import DatabaseError, connection, transaction

from audit.checkpoints import export
from audit.models import Chain, Checkpoint, Entry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def filled(write):
    write(2)
    export()


def refused(statement) -> bool:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        statement()
    return True


@pytest.mark.parametrize("model", [Entry, Checkpoint])
def test_nothing_is_changed_or_removed(model):
    assert refused(lambda: model.objects.update(seq=7))
    assert refused(lambda: model.objects.filter(seq=2).delete())
    assert refused(lambda: model.objects.get(seq=2).save())
    assert model.objects.filter(seq=2).count() == 1


def test_chain_is_not_removed():
    assert refused(Chain.objects.all().delete)


@pytest.mark.parametrize("table", ["audit_entry", "audit_checkpoint", "audit_chain"])
def test_tables_are_not_emptied(table):
    word = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
    with connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(f"{word} {table}"))


def test_triggers_are_back_after_they_were_lifted(tamper):
    tamper("DELETE FROM audit_entry WHERE seq = 2")
    assert refused(Entry.objects.all().delete)
    assert refused(lambda: Entry.objects.update(seq=7))
