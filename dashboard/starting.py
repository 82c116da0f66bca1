"""What each process makes sure of before it serves."""

import logging
import sys

from django.conf import settings
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)


def refuse_wrong_keys() -> None:
    """End the process with one sentence where ENCRYPTION_KEYS does not fit the database.

    A database that is away or not migrated yet says nothing against the keys.
    """
    from vault.checking import WrongKeysError, check_keys  # noqa: PLC0415 - needs the apps

    try:
        check_keys(settings.KEY_RING)
    except WrongKeysError as error:
        sys.exit(str(error))
    except DatabaseError as error:
        logger.warning("keys not checked", extra={"error": type(error).__name__})
    finally:
        connection.close()
