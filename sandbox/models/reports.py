"""Frozen facts of a finished trial, who may see them, and what readers complain about."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sandbox.models.trials import Trial


class Visibility(models.TextChoices):
    LINK = "link", _("whoever has the link")
    ASKED = "asked", _("whoever has the link; an operator is asked to make it public")
    PUBLIC = "public", _("everybody, search engines too")


class ReportQuerySet(models.QuerySet["Report"]):
    def open(self) -> Self:
        return self.filter(revoked_at__isnull=True)

    def move(self, pk: int, old: Visibility, new: Visibility) -> bool:
        """Change who may see an open report; True for exactly one caller."""
        return bool(self.open().filter(pk=pk, visibility=old).update(visibility=new))


class Report(models.Model):
    """报告: what was found, frozen. Pages, JSON, CSV and PDF render ``facts`` alone, less what its owner hides."""

    trial = models.OneToOneField(Trial, models.CASCADE, related_name="report", verbose_name=_("trial"))
    code = models.CharField(_("code"), max_length=40, unique=True)
    schema = models.PositiveSmallIntegerField(_("schema"), default=1)
    facts = models.JSONField(_("facts"))
    visibility = models.CharField(_("visible to"), max_length=10, choices=Visibility.choices, default=Visibility.LINK)
    hides_prompts = models.BooleanField(_("hides its prompts"), default=False)
    hides_answers = models.BooleanField(_("hides its answers"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(visibility=Visibility.LINK),
                name="a_revoked_report_is_not_public",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC

    @property
    def hides_texts(self) -> bool:
        return self.hides_prompts or self.hides_answers

    def get_absolute_url(self) -> str:
        return reverse("sandbox:report", args=[self.code])


class Complaint(models.TextChoices):
    PRIVATE = "private", _("It shows personal or confidential data")
    HARMFUL = "harmful", _("It is illegal, hateful or dangerous")
    RIGHTS = "rights", _("It infringes somebody's rights")
    MISLEADING = "misleading", _("It is misleading or manipulated")
    OTHER = "other", _("Something else")


class AbuseReport(models.Model):
    """举报: a reader says that a report should not be seen; an operator decides."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="complaints", verbose_name=_("report"))
    complaint = models.CharField(_("complaint"), max_length=12, choices=Complaint.choices)
    text = models.TextField(_("in their words"), max_length=2_000, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    handled_at = models.DateTimeField(_("handled"), null=True, blank=True)

    class Meta:
        verbose_name = _("abuse report")
        verbose_name_plural = _("abuse reports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.complaint}"
