"""Frozen facts of a finished trial."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sandbox.models.trials import Trial


class Report(models.Model):
    """报告: what was found, frozen. Pages, JSON and CSV render ``facts`` alone."""

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="report", verbose_name=_("trial"))
    code = models.CharField(_("code"), max_length=40, unique=True)
    schema = models.PositiveSmallIntegerField(_("schema"), default=1)
    facts = models.JSONField(_("facts"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("sandbox:report", args=[self.code])
