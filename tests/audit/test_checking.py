# ruff: noqa: S608 - the SQL of a forger is put together as it comes
"""Tampering by somebody who may do everything with the database, but has no keys."""

import json
import tracemalloc

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.checking import check_chain
from audit.checkpoints import export
from audit.hashing import hash_of, key_of
from audit.models import Chain, Checkpoint, Entry
from dashboard.celery import app
from vault.keyring import KeyRing

pytestmark = pytest.mark.django_db

CUT_AND_RESET = (
    "DELETE FROM audit_entry WHERE seq > 8",
    "UPDATE audit_chain SET seq = 8, head = (SELECT hash FROM audit_entry WHERE seq = 8)",
)


@pytest.fixture(autouse=True)
def ten(write):
    write(10)


def test_untouched_book_is_whole(verify, chain):
    assert verify()[0] == 0
    assert verify()[1][0] == f"whole {chain}"


@pytest.mark.parametrize(
    "change",
    [
        "event = 'member:grant:give'",
        "at = '2026-01-01 00:00:00+00:00'",
        "actor_id = 4711",
        "actor_label = 'somebody else'",
        "ip = '192.0.2.1'",
        "request_id = 'x'",
        "workspace_id = 4711",
        "account_id = 4711",
        "target_type = 'x'",
        "target_id = 'x'",
        "target_label = 'x'",
        "outcome = 'refused'",
        "old = '{}'",
        """new = '{"turn": 5}'""",
        "reason = 'x'",
    ],
)
def test_changed_body(change, tamper, faults, chain):
    tamper(f"UPDATE audit_entry SET {change} WHERE seq = 5")
    assert faults() == [f"{chain}, entry 5: changed, moved, or not written by this product"]


def test_every_column_is_covered():
    """A new column has to join the hash, and the changes above."""
    known = {"id", "seq", "previous", "hash", "chain", "at", "event", "actor_id", "actor_label"}
    known |= {"ip", "request_id", "workspace_id", "account_id", "target_type", "target_id"}
    known |= {"target_label", "outcome", "old", "new", "reason"}
    assert {field.attname for field in Entry._meta.get_fields()} == known


def test_deleted_row_in_the_middle(tamper, faults, chain):
    tamper("DELETE FROM audit_entry WHERE seq IN (4, 5)")
    assert faults() == [f"{chain}, entry 4: deleted, up to number 5"]


def test_deleted_first_row(tamper, faults, chain):
    tamper("DELETE FROM audit_entry WHERE seq = 1")
    assert faults() == [f"{chain}, entry 1: deleted, up to number 1"]


def forged(seq: int, previous: str) -> str:
    """Return SQL that copies entry 3 to another place, with a hash made up."""
    columns = [field.column for field in Entry._meta.get_fields() if field.column != "id"]
    values = {"seq": str(seq), "previous": previous, "hash": f"'{'f' * 64}'"}
    chosen = ", ".join(values.get(name, name) for name in columns)
    names = ", ".join(columns)
    return f"INSERT INTO audit_entry ({names}) SELECT {chosen} FROM audit_entry WHERE seq = 3"


def test_forged_row_at_the_end(tamper, faults, chain):
    tamper(forged(11, f"({hash_at(10)})"), f"UPDATE audit_chain SET seq = 11, head = '{'f' * 64}'")
    assert faults() == [f"{chain}, entry 11: changed, moved, or not written by this product"]


def test_forged_row_in_the_middle(tamper, faults, chain):
    tamper(
        "UPDATE audit_entry SET seq = seq + 1000 WHERE seq >= 5",
        "UPDATE audit_entry SET seq = seq - 999 WHERE seq >= 1000",
        forged(5, f"({hash_at(4)})"),
        f"UPDATE audit_entry SET previous = ({hash_at(5)}) WHERE seq = 6",
        "UPDATE audit_chain SET seq = 11",
    )
    assert faults()[0] == f"{chain}, entry 5: changed, moved, or not written by this product"


def test_two_rows_swapped(tamper, faults, chain):
    tamper(
        "UPDATE audit_entry SET seq = 1000 WHERE seq = 3",
        "UPDATE audit_entry SET seq = 3 WHERE seq = 7",
        "UPDATE audit_entry SET seq = 7 WHERE seq = 1000",
    )
    moved = "changed, moved, or not written by this product"
    found = faults()
    assert {f"{chain}, entry 3: {moved}", f"{chain}, entry 7: {moved}"} <= set(found)
    assert found[0].startswith(f"{chain}, entry 3: ")


def test_bodies_of_two_rows_swapped_with_their_hashes(tamper, faults, chain):
    """The links are repaired too; only the number inside the hash tells."""
    columns = ("new", "previous", "hash")
    pairs = ((3, 4), (4, 3))
    values = {
        seq: ", ".join(
            f"{name} = (SELECT {name} FROM copied WHERE seq = {other})" for name in columns
        )
        for seq, other in pairs
    }
    tamper(
        "CREATE TEMPORARY TABLE copied AS SELECT * FROM audit_entry",
        *(f"UPDATE audit_entry SET {values[seq]} WHERE seq = {seq}" for seq, _ in pairs),
        "DROP TABLE copied",
    )
    assert f"{chain}, entry 3: changed, moved, or not written by this product" in faults()


def test_end_cut_off(tamper, faults, chain):
    tamper("DELETE FROM audit_entry WHERE seq > 8")
    assert faults() == [f"{chain}, entry 9: cut off, up to number 10"]


def test_end_cut_off_and_chain_row_set_back(tamper, faults, chain):
    export()
    tamper(*CUT_AND_RESET)
    gone = f"{chain}, entry 10: a checkpoint saw this entry, and it is gone: cut off"
    assert faults() == [gone, gone]  # the table knows, and so does the file


def test_end_cut_off_with_the_checkpoints_of_the_database(tamper, faults, chain):
    export()
    tamper(*CUT_AND_RESET, "DELETE FROM audit_checkpoint")
    gone = f"{chain}, entry 10: a checkpoint saw this entry, and it is gone: cut off"
    assert faults() == [gone]


def test_end_cut_off_and_written_on(tamper, faults, write, chain):
    export()
    tamper(*CUT_AND_RESET, "DELETE FROM audit_checkpoint")
    write(4)
    assert faults() == [f"{chain}, entry 10: a checkpoint saw another entry here: written anew"]


def test_genuine_entry_of_a_past_that_was_cut_off_is_put_back(tamper, faults, write, chain):
    """Its own hash is right; that it follows another entry gives it away."""
    tamper("CREATE TEMPORARY TABLE past AS SELECT * FROM audit_entry", *CUT_AND_RESET)
    write(3)
    tamper(
        "DELETE FROM audit_entry WHERE seq = 10",
        "INSERT INTO audit_entry SELECT * FROM past WHERE seq = 10",
        "DROP TABLE past",
    )
    assert faults() == [
        f"{chain}, entry 10: does not follow entry 9",
        f"{chain}, entry 11: does not follow entry 10",
    ]
    tamper(
        *(
            f"UPDATE audit_entry SET previous = ({hash_at(seq - 1)}) WHERE seq = {seq}"
            for seq in (10, 11)
        )
    )
    changed = "changed, moved, or not written by this product"
    assert faults() == [f"{chain}, entry 10: {changed}", f"{chain}, entry 11: {changed}"]


def hash_at(seq: int) -> str:
    return f"SELECT hash FROM audit_entry WHERE seq = {seq}"


def test_without_any_checkpoint_a_cut_end_cannot_be_seen(tamper, faults):
    """The limit that docs/audit.md admits: why checkpoints leave the database."""
    tamper(*CUT_AND_RESET)
    assert faults() == []


def test_whole_chain_deleted(tamper, faults, chain):
    export()
    tamper("DELETE FROM audit_entry", "DELETE FROM audit_chain", "DELETE FROM audit_checkpoint")
    assert faults() == [f"{chain}, entry 10: a checkpoint saw this entry, and it is gone: cut off"]


def test_chain_row_tampered_with(tamper, faults, chain):
    tamper("UPDATE audit_chain SET seq = 8")
    assert [fault.split(":", 2)[1] for fault in faults()] == [
        f"{chain.split(':')[1]}, entry 8",
        f"{chain.split(':')[1]}, entry 9",
    ]
    tamper("UPDATE audit_chain SET seq = 10, head = 'x'")
    assert faults() == [f"{chain}, entry 10: the chain's own row names another last entry"]
    tamper("DELETE FROM audit_chain")
    assert "own row is gone" in faults()[0]


def test_wrong_keys(faults, settings, chain):
    settings.KEY_RING = KeyRing("other", {"other": b"3" * 32})
    assert faults()[0].startswith(f"{chain}, entry 1: the chain's key does not open")


def test_column_that_holds_what_it_cannot_is_placed(tamper, faults, chain):
    """PostgreSQL does not let it happen."""
    change = "UPDATE audit_entry SET at = 'long ago' WHERE seq = 5"
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic():
            tamper(change)
        return
    tamper(change)
    assert faults() == [f"{chain}, entry 5: cannot be read: changed; the rest is not checked"]


def test_many_faults_are_cut_short(tamper, verify, write):
    write(20)
    tamper("UPDATE audit_entry SET reason = 'x'")
    _, lines = verify()
    assert sum(line.startswith("FAULT") for line in lines) == 20
    assert any("there may be more" in line for line in lines)


def test_checkpoint_is_exported_once_for_each_place(write, checkpoint_file, chain, caplog):
    caplog.set_level("INFO")
    assert (export(), export()) == (1, 0)
    write()
    assert export() == 1
    lines = [json.loads(line) for line in checkpoint_file.read_text().splitlines()]
    assert [(line["chain"], line["seq"]) for line in lines] == [(chain, 10), (chain, 11)]
    assert [record.seq for record in caplog.records] == [10, 11]
    assert list(Checkpoint.objects.values_list("head", flat=True)) == [
        line["head"] for line in lines
    ]
    assert checkpoint_file.stat().st_mode & 0o077 == 0


def test_schedule_exports_every_hour(checkpoint_file):
    planned = [
        each for each in app.conf.beat_schedule.values() if each["task"].startswith("audit.")
    ]
    assert [each["schedule"] for each in planned] == [3600.0, 3600.0]
    app.loader.import_default_modules()
    app.tasks[planned[0]["task"]]()
    assert checkpoint_file.exists()


def test_chain_that_went_back_is_exported_again(tamper):
    export()
    tamper(*CUT_AND_RESET)
    assert export() == 1


def test_file_that_cannot_be_written_does_not_stop_the_others(settings, tmp_path, caplog):
    settings.AUDIT_CHECKPOINT_FILE = tmp_path / "missing" / "file"
    assert export() == 1
    assert Checkpoint.objects.count() == 1
    assert "cannot be opened" in caplog.text


def test_checkpoints_kept_elsewhere(tamper, faults, tmp_path, checkpoint_file, chain):
    export()
    kept = tmp_path / "worker.log"
    noise = ["not json", "[]", '{"event": "other"}', '{"event": "audit checkpoint", "seq": null}']
    kept.write_text("\n".join([*noise, checkpoint_file.read_text()]))
    checkpoint_file.unlink()
    assert faults(checkpoints=kept) == []
    tamper(*CUT_AND_RESET, "DELETE FROM audit_checkpoint")
    assert len(faults(checkpoints=kept)) == 1


@pytest.mark.parametrize("content", [None, "not a checkpoint\n"])
def test_file_that_says_nothing_is_a_failure(content, verify, tmp_path):
    path = tmp_path / "given"
    if content:
        path.write_text(content)
    assert verify(checkpoints=path)[0] == 1


def test_memory_does_not_grow_with_the_book(chain):
    grow(chain, to=1_000)
    small = least_peak(chain)
    grow(chain, to=5_000)
    assert least_peak(chain) < 1.5 * small


def least_peak(chain: str) -> int:
    """Return what checking itself needs: now and then something else in the process allocates."""
    return min(peak_of_checking(chain) for _ in range(3))


def grow(chain: str, *, to: int) -> None:
    """Write valid entries quickly."""
    row = Chain.objects.get(pk=chain)
    key, entries = key_of(row), []
    for seq in range(row.seq + 1, to + 1):
        entry = Entry(chain=chain, seq=seq, previous=row.head, at=timezone.now(), event="x")
        row.seq, row.head = seq, hash_of(entry, key)
        entry.hash = row.head
        entries.append(entry)
    Entry.objects.bulk_create(entries, batch_size=500)
    row.save(update_fields=["seq", "head"])


def peak_of_checking(chain: str) -> int:
    """Return the peak of memory in bytes."""
    tracemalloc.start()
    assert list(check_chain(chain)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak
