"""The operators' desk for who acts for a provider: they read everything, and may let in a first owner."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog import members
from catalog.desk import Facts
from catalog.models import Membership, Submission


class MembershipAdmin(Facts):
    """Whoever shows that a provider of the seed is theirs is added here; all else is the owners' own business."""

    list_display = ("provider", "user", "role", "since")
    list_filter = ("role",)
    search_fields = ("provider__slug", "user__email")
    list_select_related = ("provider", "user")
    autocomplete_fields = ("provider", "user")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """As an operator's action, which the provider's log names."""
        made = members.appoint(obj.provider, user=obj.user, role=obj.role, by=request.user)  # type: ignore[arg-type]
        obj.pk, obj.since = made.pk, made.since


class InvitationAdmin(Facts):
    list_display = ("provider", "email", "role", "invited_by", "sent_at", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("role", ("accepted_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("provider__slug", "email")
    list_select_related = ("provider", "invited_by")
    exclude = ("digest",)


class AgreementAdmin(Facts):
    list_display = ("provider", "version", "agreed_name", "agreed_at")
    list_filter = ("version",)
    search_fields = ("provider__slug", "agreed_name")
    list_select_related = ("provider",)


class AuditEntryAdmin(Facts):
    """Read by operators, too, and changed by nobody."""

    list_display = ("at", "provider", "actor_name", "said")
    list_filter = ("action",)
    search_fields = ("provider__slug", "actor_name", "subject")
    list_select_related = ("provider",)
    date_hierarchy = "at"

    @admin.display(description="")
    def said(self, entry: Any) -> str:
        return members.sentence(entry)


class ApiAdmin(Facts):
    list_display = ("provider", "base_url", "protocol", "max_parallel", "calls_per_minute", "created_by", "created_at")
    list_filter = ("protocol",)
    search_fields = ("provider__slug", "base_url")
    list_select_related = ("provider", "created_by")


class SubmissionAdmin(Facts):
    """They are decided in the portal's queue, where the letters are written."""

    list_display = ("channel", "state", "submitted_by", "submitted_at", "decided_by", "decided_at", "review")
    list_filter = ("state",)
    search_fields = ("channel__slug", "channel__provider__slug")
    list_select_related = ("channel", "submitted_by", "decided_by")
    date_hierarchy = "submitted_at"

    @admin.display(description=_("review"))
    def review(self, submission: Submission) -> str:
        return format_html('<a href="{}">{}</a>', reverse("portal:submission", args=[submission.pk]), _("look"))
