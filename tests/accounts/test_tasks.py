from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tasks
from accounts.models import Mirror

pytestmark = pytest.mark.django_db(transaction=True)


def test_tick_rings_for_what_is_due_and_for_nothing_else(connection, mirror, monkeypatch):
    rung = []
    monkeypatch.setattr(
        tasks.sync_workspace, "apply_async", lambda **given: rung.append(given["kwargs"])
    )
    tasks.sync_due_workspaces()
    assert rung == [{"workspace_id": mirror.workspace_id}]
    Mirror.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    tasks.sync_due_workspaces()
    assert len(rung) == 1


def test_task_that_runs_twice_reads_once(connection, mirror, vonage):
    tasks.sync_workspace(workspace_id=mirror.workspace_id)
    mirror.refresh_from_db()
    first = mirror.read_at
    assert first
    tasks.sync_workspace(workspace_id=mirror.workspace_id)
    mirror.refresh_from_db()
    assert mirror.read_at == first


def test_worker_never_waits_for_vonage_inside_a_transaction(connection):
    from django.db import transaction

    from accounts.services.vonage import client_for

    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        client_for(connection)
