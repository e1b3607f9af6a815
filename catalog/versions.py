"""Two editors at once: a change counts only on the version that its author saw."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import F

from catalog.models import Api, Channel, Provider

Row = TypeVar("Row", Provider, Channel, Api)


class Outdated(Exception):
    """Somebody else changed the row since its form was shown; nothing was saved."""


def change(row: Row, *, seen: int, **values: Any) -> None:
    """Set ``values`` if the row is still at version ``seen``, raising it by one. Raises Outdated, changing nothing."""
    model = type(row)
    if not model.objects.filter(pk=row.pk, version=seen).update(version=F("version") + 1, **values):
        raise Outdated
    row.refresh_from_db()
