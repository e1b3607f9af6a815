"""The operators' desk for reports: what asks to be public, what readers complain about, and the power to close it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from marketplace.desk import ReadOnly
from sandbox import replies, visibility
from sandbox.models import AbuseReport, Reply, Report


class Moderated(ReadOnly):
    """Rows are read, not edited; whoever may change reports may take the actions on them."""

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("sandbox.change_report"))

    def each(self, request: HttpRequest, reports: Iterable[Report], act: Callable[[Report], bool]) -> None:
        """Do it to all of them, and say to how many it made a difference."""
        count = sum(act(report) for report in reports)
        said = ngettext("%(count)d report changed.", "%(count)d reports changed.", count) % {"count": count}
        messages.success(request, said)


class ReportAdmin(Moderated):
    list_display = ("code", "page", "trial", "visibility", "open_complaints", "created_at", "revoked_at")
    list_filter = ("visibility", "revoked_at", "hides_prompts", "hides_answers")
    list_select_related = ("trial",)
    search_fields = ("code",)
    actions = ("approve", "unpublish", "revoke")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).defer("facts")
        counted: QuerySet[Any] = rows.annotate(
            complained=Count("complaints", filter=Q(complaints__handled_at__isnull=True))
        )
        return counted

    @admin.display(description=_("open complaints"), ordering="complained")
    def open_complaints(self, row: Any) -> int:
        return int(row.complained)

    @admin.display(description=_("page"))
    def page(self, row: Report) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), _("read"))

    @admin.action(description=_("Approve as public, where the owner asked for it"), permissions=["moderate"])
    def approve(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        self.each(request, rows.select_related("trial__scenario"), visibility.approve)

    @admin.action(description=_("Back to the link alone"), permissions=["moderate"])
    def unpublish(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        self.each(request, rows, visibility.unpublish)

    @admin.action(description=_("Revoke for everybody, for good"), permissions=["moderate"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Report]) -> None:
        self.each(request, rows, visibility.revoke)


class AbuseReportAdmin(Moderated):
    list_display = ("created_at", "complaint", "page", "text", "contact", "handled_at")
    list_filter = ("complaint", ("handled_at", admin.EmptyFieldListFilter))
    list_select_related = ("report",)
    search_fields = ("report__code", "text")
    actions = ("revoke", "handle")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).defer("report__facts")
        return rows

    @admin.display(description=_("report"))
    def page(self, row: AbuseReport) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.report.get_absolute_url(), row.report.code[:8])

    @admin.action(description=_("Revoke these reports for everybody, for good"), permissions=["moderate"])
    def revoke(self, request: HttpRequest, rows: QuerySet[AbuseReport]) -> None:
        self.each(request, Report.objects.filter(complaints__in=rows).distinct(), visibility.revoke)
        rows.filter(handled_at__isnull=True).update(handled_at=timezone.now())

    @admin.action(description=_("Mark as handled: the reports may stay"), permissions=["moderate"])
    def handle(self, request: HttpRequest, rows: QuerySet[AbuseReport]) -> None:
        rows.filter(handled_at__isnull=True).update(handled_at=timezone.now())


class ReplyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Providers' replies: an operator gives a reason and the reply is hidden; without one it is shown again."""

    list_display = ("written_at", "provider", "page", "text", "hidden_for")
    list_filter = (("hidden_at", admin.EmptyFieldListFilter),)
    list_select_related = ("report", "provider")
    search_fields = ("report__code", "provider__slug", "text")
    fields = ("provider", "report", "text", "written_by", "written_at", "changed_at", "hidden_for", "hidden_at")
    readonly_fields = ("provider", "report", "text", "written_by", "written_at", "changed_at", "hidden_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).defer("report__facts")
        return rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Reply, form: Any, change: bool) -> None:
        if obj.hidden_for:
            replies.hide(obj, reason=obj.hidden_for)
        else:
            replies.show_again(obj)

    @admin.display(description=_("report"))
    def page(self, row: Reply) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.report.get_absolute_url(), row.report.code[:8])
