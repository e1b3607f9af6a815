"""A provider's right of reply to what a public report says of its channels."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.models import Provider
from sandbox.models.reports import Report


class ReplyQuerySet(models.QuerySet["Reply"]):
    def shown(self) -> Self:
        return self.filter(hidden_at__isnull=True)


class Reply(models.Model):
    """答复: shown under the report in the provider's name, as text; an operator may hide it, with a reason."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="replies", verbose_name=_("report"))
    provider = models.ForeignKey(Provider, models.CASCADE, related_name="replies", verbose_name=_("provider"))
    text = models.TextField(_("text"), max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_for = models.CharField(_("hidden because"), max_length=300, blank=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["written_at", "pk"]
        constraints = [UniqueConstraint(fields=["report", "provider"], name="one_reply_per_report_and_provider")]

    def __str__(self) -> str:
        return f"{self.provider_id} to {self.report_id}"
