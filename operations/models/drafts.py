import uuid
from typing import ClassVar

from django.db import models

from operations.models.asked import Asked
from operations.models.operations import Operation


class Draft(Asked):
    """What somebody typed and has not confirmed. It is thrown away after a while.

    Kept here and not in the page: confirming it can change nothing about it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What was not executed, and is asked for again.
    supersedes = models.ForeignKey(Operation, models.CASCADE, null=True, related_name="+")

    objects: ClassVar[models.Manager["Draft"]] = models.Manager()

    class Meta:
        db_table = "operations_draft"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "form_token"], name="draft_once_for_each_form"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="draft_age")]

    def __str__(self) -> str:
        return f"draft of {self.kind}"
