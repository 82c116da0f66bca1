"""One reading from end to end. The network is asked outside any transaction."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Connection, Mirror
from accounts.services import connecting
from accounts.services.sync import answers, state
from accounts.services.sync.claims import Claim, LostClaimError, release
from accounts.services.sync.compare import compare
from accounts.services.sync.write import write, write_unchanged
from accounts.services.vonage import WrongHostError, client_for
from vault.keyring import UnknownKeyError
from vault.sealing import BrokenSealError
from vonage_api import VonageClient, errors

logger = logging.getLogger(__name__)

_EXPECTED = (errors.VonageError, BrokenSealError, UnknownKeyError, WrongHostError)
LONGEST_PAUSE = timedelta(minutes=15)
Fault = Mirror.Fault


def run(claim: Claim) -> bool:
    """Read the claimed workspace from Vonage and write what differs; return whether that worked.

    A failure keeps the mirror as it is, says why on it, and puts the next attempt off.
    """
    at = timezone.now()
    connection = Connection.objects.get(workspace_id=claim.workspace_id)
    try:
        with client_for(connection) as client:
            _read(claim, client, connection, at=at)
    except LostClaimError:
        logger.warning("sync lost its claim", extra={"workspace_id": claim.workspace_id})
        return False
    except _EXPECTED as error:
        _fail(claim, connection, error, at=at)
        return False
    except Exception as error:
        logger.exception("sync broke", extra={"workspace_id": claim.workspace_id})
        _fail(claim, connection, error, at=at)
        return False
    return True


def _read(claim: Claim, client: VonageClient, connection: Connection, *, at: datetime) -> None:
    body = answers.read_body(client)
    due = at + timedelta(seconds=settings.SYNC_INTERVAL)
    if body is None:
        answer = answers.primary_alone(client, connection.api_key)
    elif answers.digest_of(body) == _known_digest(claim):
        write_unchanged(claim, at=at, due=due)
        connecting.note_working(connection, at=at, provisioned=True)
        return
    else:
        answer = answers.answer_of(body, primary_key=connection.api_key)
        del body  # tens of megabytes at a hundred thousand accounts
    changes = compare(state.known(claim.workspace_id), answer)
    write(claim, answer, changes, at=at, due=due)
    connecting.note_working(connection, at=at, provisioned=not answer.is_partial)


def _known_digest(claim: Claim) -> bytes:
    mirror = Mirror.objects.only("digest").get(workspace_id=claim.workspace_id)
    return bytes(mirror.digest)


def _fail(claim: Claim, connection: Connection, error: Exception, *, at: datetime) -> None:
    mirror = Mirror.objects.get(workspace_id=claim.workspace_id)
    fault = fault_of(error)
    logger.warning(
        "sync failed",
        extra={"workspace_id": claim.workspace_id, "fault": fault.value, "error": str(error)},
    )
    try:
        release(
            claim,
            tried_at=at,
            due_at=at + _pause(mirror.failures, error),
            fault=fault,
            detail="" if fault == Fault.OURS else str(error),
            failures=mirror.failures + 1,
        )
    except LostClaimError:
        return
    connecting.note_fault(connection, fault, detail=str(error), at=at)


def fault_of(error: Exception) -> Mirror.Fault:
    """Return what kind of failure a person is told of."""
    return next(fault for kind, fault in _FAULTS if isinstance(error, kind))


_FAULTS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Mirror.Fault], ...] = (
    (errors.Unauthorized, Fault.REFUSED),
    (errors.InvalidIp, Fault.BLOCKED),
    ((errors.RateLimited, errors.OverBudget), Fault.THROTTLED),
    (errors.ServerFailed, Fault.FAILED),
    (errors.Refused, Fault.FORBIDDEN),
    (errors.NoAnswer, Fault.NO_ANSWER),
    (errors.BadAnswer, Fault.MALFORMED),
    (WrongHostError, Fault.OTHER_HOST),
    ((BrokenSealError, UnknownKeyError), Fault.SEALED),
    (Exception, Fault.OURS),
)


def _pause(failures: int, error: Exception) -> timedelta:
    """Return how long to wait: doubling, with jitter, never shorter than Vonage asks for."""
    interval = settings.SYNC_INTERVAL
    if isinstance(error, errors.Unauthorized):
        return LONGEST_PAUSE  # a wrong key does not get right by asking; a new one asks at once
    doubled = min(interval * 2 ** min(failures, 10), LONGEST_PAUSE.total_seconds())
    asked = (
        (getattr(error, "retry_after", None) or 0) if isinstance(error, errors.RateLimited) else 0
    )
    return timedelta(seconds=max(asked, doubled * random.uniform(0.8, 1.2)))  # noqa: S311 - spreads load
