"""The jobs people compare APIs for, and the rubric by which each is scored."""

from __future__ import annotations

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Count, Prefetch, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.language import in_language, is_chinese
from catalog.models.choices import Listing


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    def open(self) -> Self:
        """Scenarios that a visitor may try."""
        return self.filter(is_open=True)

    def with_counts(self) -> Self:
        """Adds ``real_channels`` and ``simulated_channels``: how many listed channels may take part in its trials."""
        listed = Q(
            channels__listing=Listing.LISTED, channels__provider__listing=Listing.LISTED, channels__is_judge=False
        )
        simulated = Q(channels__provider__is_simulated=True)
        return self.annotate(
            real_channels=Count("channels", filter=listed & ~simulated, distinct=True),
            simulated_channels=Count("channels", filter=listed & simulated, distinct=True),
        )

    def with_dimensions(self) -> Self:
        """Adds ``newest_rubrics``: the first of them has the dimensions in force."""
        newest = Rubric.objects.order_by("-version").prefetch_related("dimensions")
        return self.prefetch_related(Prefetch("rubrics", queryset=newest, to_attr="newest_rubrics"))


class Scenario(models.Model):
    """场景: a task family with its dimensions and prompts."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=100)
    title_en = models.CharField(_("title (English)"), max_length=100)
    summary_zh = models.TextField(_("summary (Chinese)"))
    summary_en = models.TextField(_("summary (English)"))
    is_open = models.BooleanField(_("open"), default=True)
    free_until = models.DateField(_("free until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ScenarioQuerySet.as_manager()

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return in_language(self, "summary")

    def get_absolute_url(self) -> str:
        return reverse("catalog:scenario", args=[self.slug])

    @property
    def rubric(self) -> Rubric:
        """The newest rubric; raises Rubric.DoesNotExist before one is seeded."""
        return self.rubrics.latest("version")


class Rubric(models.Model):
    """评分量表: one version of a scenario's dimensions; a change of an anchor is a new version."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="rubrics", verbose_name=_("scenario"))
    version = models.PositiveSmallIntegerField(_("version"))

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        constraints = [UniqueConstraint(fields=["scenario", "version"], name="one_rubric_per_version")]

    def __str__(self) -> str:
        return f"{self.scenario.slug} v{self.version}"


class Dimension(models.Model):
    """评分维度: one thing that is scored from 1 to 10, with a guide anchored at 1, 4, 7 and 10."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="dimensions", verbose_name=_("rubric"))
    slug = models.SlugField(_("slug"), max_length=60)
    title_zh = models.CharField(_("title (Chinese)"), max_length=60)
    title_en = models.CharField(_("title (English)"), max_length=60)
    guide_zh = models.TextField(_("guide (Chinese)"))
    guide_en = models.TextField(_("guide (English)"))
    anchors_zh = models.JSONField(_("anchors (Chinese)"), help_text=_('{"1": …, "4": …, "7": …, "10": …}'))
    anchors_en = models.JSONField(_("anchors (English)"))
    note_zh = models.CharField(_("note (Chinese)"), max_length=200, blank=True)
    note_en = models.CharField(_("note (English)"), max_length=200, blank=True)
    weight = models.FloatField(_("weight"), default=1.0, validators=[MinValueValidator(0), MaxValueValidator(10)])
    graders = models.JSONField(_("graders"), default=list, help_text=_('who may score it, such as ["rule", "judge"]'))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("dimension")
        verbose_name_plural = _("dimensions")
        ordering = ["rubric", "position"]
        constraints = [
            UniqueConstraint(fields=["rubric", "slug"], name="dimension_once_per_rubric"),
            CheckConstraint(condition=Q(weight__gte=0), name="dimension_weight_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def guide(self) -> str:
        return in_language(self, "guide")

    @property
    def note(self) -> str:
        return in_language(self, "note") if self.note_zh or self.note_en else ""

    @property
    def anchors(self) -> list[tuple[int, str]]:
        """``[(1, "…"), (4, "…"), (7, "…"), (10, "…")]`` in the reader's language."""
        levels: dict[str, str] = self.anchors_zh if is_chinese() else self.anchors_en
        return sorted((int(level), text) for level, text in levels.items())
