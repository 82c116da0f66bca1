"""Ways to look into the audit book. What a person may see of it is decided elsewhere."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.db import models


class EntryQuerySet(models.QuerySet[Any]):
    """Entries in words of the activity page. Nothing is ordered unless asked for."""

    def of(self, workspace: models.Model | int | None) -> Self:
        """Keep what happened in the workspace; None: in the installation as a whole."""
        pk = workspace.pk if isinstance(workspace, models.Model) else workspace
        return self.filter(workspace_id=pk)

    def about(self, account_ids: Iterable[int] | models.QuerySet[Any]) -> Self:
        """Keep what concerns these accounts; a subquery of ids will do."""
        return self.filter(account_id__in=account_ids)

    def about_no_account(self) -> Self:
        """Keep what concerns the workspace and its people, not one account."""
        return self.filter(account_id=None)

    def by(self, person: models.Model | int) -> Self:
        """Keep what this person did."""
        return self.filter(actor_id=person.pk if isinstance(person, models.Model) else person)

    def on(self, target: models.Model) -> Self:
        """Keep what was done to this row."""
        return self.filter(target_type=target._meta.label_lower, target_id=str(target.pk))

    def named(self, events: Iterable[str]) -> Self:
        """Keep these kinds of events."""
        return self.filter(event__in=list(events))

    def refused(self) -> Self:
        """Keep what was tried and not done."""
        return self.filter(outcome="refused")

    def between(self, start: datetime | None, end: datetime | None) -> Self:
        """Keep what happened from `start` (included) to `end` (not included); None: open."""
        kept = self.filter(at__gte=start) if start else self
        return kept.filter(at__lt=end) if end else kept

    def newest_first(self) -> Self:
        """Order by time, the newest at the top; the row decides between equals."""
        return self.order_by("-at", "-id")
