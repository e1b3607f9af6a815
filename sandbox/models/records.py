"""How well a grader was once seen to agree with people."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _


class GraderRecordQuerySet(models.QuerySet["GraderRecord"]):
    def newest_first(self) -> Self:
        return self.order_by("-measured_on", "-pk")


class GraderRecord(models.Model):
    """A measured agreement of one grader with people, on one dimension or in general; never edited, only succeeded."""

    class Statistic(models.TextChoices):
        KAPPA = "kappa", _("Cohen's κ")
        SPEARMAN = "spearman", _("Spearman's ρ")
        AGREEMENT = "agreement", _("agreement")

    grader = models.CharField(_("grader"), max_length=120, help_text=_("a judge's slug, or such as rule:number"))
    dimension = models.SlugField(_("dimension"), max_length=60, blank=True, help_text=_("empty: in general"))
    statistic = models.CharField(_("statistic"), max_length=10, choices=Statistic.choices)
    value = models.FloatField(_("value"))
    low = models.FloatField(_("low"))
    high = models.FloatField(_("high"))
    n = models.PositiveIntegerField(_("pairs of verdicts"))
    flip_rate = models.FloatField(_("order-flip rate"), null=True, blank=True)
    bias_points = models.FloatField(
        _("bias (points)"), null=True, blank=True, help_text=_("spread of its mean error over systems")
    )
    prompt_version = models.CharField(_("judge prompt"), max_length=20, blank=True)
    data = models.CharField(_("measured on"), max_length=200, help_text=_("which verdicts of which people"))
    measured_on = models.DateField(_("date"))

    objects = GraderRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("grader record")
        verbose_name_plural = _("grader records")
        indexes = [models.Index(fields=["grader", "dimension"])]
        constraints = [
            CheckConstraint(
                condition=Q(low__lte=F("value"), value__lte=F("high")), name="a_record_lies_in_its_own_interval"
            ),
            CheckConstraint(condition=Q(n__gte=1), name="a_record_rests_on_something"),
        ]

    def __str__(self) -> str:
        return f"{self.grader} {self.dimension or '–'} {self.statistic} {self.value:.2f}"
