"""Whether a request changed anything.

All tables are compared row by row, except the audit book, which is to tell of refusals, and the
sessions. Reading statements change nothing, so the comparison is made where others were run.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core import mail
from django.db import connection, transaction

_READS = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
_EXCEPTED = re.compile(r'"(audit_\w+|django_session|usersessions_\w+)"')
_EXCEPTED_TABLE = re.compile(r"audit_|django_session|usersessions_|sqlite_|.*_search")


class Watch:
    """Notices statements that may have changed something, and mails."""

    def __init__(self) -> None:
        self._wrote = False
        self._before = digest()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature
        """Note the statement and run it."""
        if not _READS.match(sql) and not _EXCEPTED.search(sql.split("WHERE", 1)[0]):
            self._wrote = True
        return execute(sql, params, many, context)

    @property
    def found_a_change(self) -> bool:
        """Whether anything is different now, or a mail was sent."""
        return bool(mail.outbox) or (self._wrote and digest() != self._before)

    @contextmanager
    def one_cell(self) -> Iterator[None]:
        """Watch from here on, and undo everything in the end."""
        self._wrote = False
        mail.outbox.clear()
        undo = transaction.atomic()
        undo._from_testcase = True  # transactions of the product begin below it
        with undo, connection.execute_wrapper(self):
            yield
            transaction.set_rollback(True)


def digest() -> str:
    """Return a number for the content of all tables but the excepted ones."""
    names = sorted(connection.introspection.table_names())
    content = hashlib.sha256()
    with connection.cursor() as cursor:
        for name in names:
            if not _EXCEPTED_TABLE.match(name):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608 - our own tables
                content.update(f"{name}{sorted(map(repr, cursor.fetchall()))}".encode())
    return content.hexdigest()
