"""What was asked of the site's own parts and of providers, and whether it answered: the status page's only source."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q
from django.utils.translation import gettext_lazy as _


class ProbeQuerySet(models.QuerySet["Probe"]):
    def of_providers(self) -> Self:
        return self.filter(subject__startswith=Probe.PROVIDER)


class Probe(models.Model):
    """探测: one question to one ``subject``. ``ms`` None is unknown; ``error`` is a kind, never anyone's text."""

    # Subjects are the site's own parts, and providers as ``provider:<slug>``.
    DATABASE, REDIS, WORKER, SIMULATORS = "database", "redis", "worker", "simulators"
    PROVIDER = "provider:"

    subject = models.CharField(_("subject"), max_length=80)
    ok = models.BooleanField(_("answered"))
    ms = models.FloatField(_("after (ms)"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=20, blank=True)
    at = models.DateTimeField(_("asked"))

    objects = ProbeQuerySet.as_manager()

    class Meta:
        verbose_name = _("probe")
        verbose_name_plural = _("probes")
        ordering = ["-at"]
        indexes = [models.Index(fields=["subject", "at"]), models.Index(fields=["at"])]
        constraints = [
            CheckConstraint(condition=Q(ok=False) | Q(error=""), name="an_answered_probe_has_no_error"),
            CheckConstraint(condition=Q(ok=True) | ~Q(error=""), name="an_unanswered_probe_says_why"),
            CheckConstraint(condition=Q(ms__isnull=True) | Q(ms__gte=0), name="a_probe_takes_no_negative_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {'ok' if self.ok else self.error}"
