"""What the admin's lists of this catalogue share."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class Facts(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that others wrote: to be read."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
