"""What a machine found about the chart in an answer: evidence beside a judge's score, and no score itself."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from sandbox.models.reports import Report
from sandbox.models.trials import Answer, Trial


class ChartCheckQuerySet(models.QuerySet["ChartCheck"]):
    def of(self, trial: Trial) -> Self:
        return self.filter(answer__contender__trial=trial)

    def shown_in(self, code: str) -> Self:
        """Those with a picture, of a report that may still be read and whose owner hides nothing: it shows both."""
        reports = Report.objects.open().filter(code=code, hides_prompts=False, hides_answers=False)
        return self.filter(answer__contender__trial__report__in=reports).exclude(svg="")

    def facts(self) -> dict[int, dict[str, Any]]:
        """By answer, what a report freezes; the pictures stay here."""
        rows = self.annotate(has_picture=~models.Q(svg="")).values_list(
            "answer_id", "language", "compiles", "findings", "has_picture"
        )
        fields = ("language", "compiles", "findings", "picture")
        return {row[0]: dict(zip(fields, row[1:], strict=True)) for row in rows}


class ChartCheck(models.Model):
    """图表检查: an answer's chart. ``compiles`` None: that was not tried; ``svg`` empty: nothing is drawn."""

    answer = models.OneToOneField(Answer, models.CASCADE, related_name="chart_check", verbose_name=_("answer"))
    language = models.CharField(_("chart language"), max_length=20, help_text=_("vega-lite is checked; none: no chart"))
    compiles = models.BooleanField(_("compiles"), null=True, blank=True)
    findings = models.JSONField(_("findings"), default=list, blank=True)
    svg = models.TextField(_("picture"), blank=True)

    objects = ChartCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("chart check")
        verbose_name_plural = _("chart checks")

    def __str__(self) -> str:
        return f"{self.language} {self.answer_id}"
