"""What trials found out, as the sandbox hands it over: the only doors from trials to catalogue pages."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.language import in_language
from catalog.models.channels import Channel
from catalog.models.scenarios import Scenario


class Measurement(models.Model):
    """实测: one metric of one channel in one trial. Simulated channels' rows are shown as simulated, apart."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="measurements", verbose_name=_("channel"))
    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="measurements", verbose_name=_("scenario"))
    metric = models.CharField(_("metric"), max_length=60, help_text=_("such as score or ttft_ms"))
    value = models.FloatField(_("value"))
    low = models.FloatField(_("low"), null=True, blank=True)
    high = models.FloatField(_("high"), null=True, blank=True)
    samples = models.PositiveIntegerField(_("samples"))
    report = models.CharField(_("report"), max_length=40)
    measured_at = models.DateTimeField(_("measured"))

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        indexes = [models.Index(fields=["scenario", "metric", "channel"])]
        constraints = [UniqueConstraint(fields=["report", "channel", "metric"], name="measured_once_per_report")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.metric}"


class PublicReport(models.Model):
    """A report that its owner made public, as catalogue pages may show it."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="public_reports", verbose_name=_("scenario"))
    title_zh = models.CharField(_("title (Chinese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    published_on = models.DateField(_("published"))
    channels = models.ManyToManyField(
        Channel, related_name="public_reports", blank=True, verbose_name=_("channels compared")
    )

    class Meta:
        verbose_name = _("public report")
        verbose_name_plural = _("public reports")
        ordering = ["-published_on"]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        return in_language(self, "title")
