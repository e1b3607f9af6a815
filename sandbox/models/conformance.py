"""What machine checks of a channel found: one run, and each of its checks with what went over the wire."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, UniqueConstraint
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models import Channel
from sandbox.models.trials import new_code


class RunState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Result(models.TextChoices):
    """What a check says. A channel conforms when nothing fails; a warning is for people to weigh."""

    PASS = "pass", _("pass")
    WARN = "warn", _("warning")
    FAIL = "fail", _("fail")
    NOT_APPLICABLE = "na", _("not applicable")


class ConformanceQuerySet(models.QuerySet["ConformanceRun"]):
    def open(self) -> Self:
        return self.filter(state__in=[RunState.WAITING, RunState.RUNNING])

    def unattended(self) -> Self:
        """Open runs that no living worker holds."""
        return self.open().filter(Q(lease_until__isnull=True) | Q(lease_until__lt=Now()))

    @transaction.atomic
    def take(self, pk: int) -> ConformanceRun | None:
        """Lease the run for this worker; None when somebody holds it or it is over."""
        lease = Now() + timedelta(seconds=settings.CONFORMANCE_LEASE_S)
        values = {"fence": F("fence") + 1, "lease_until": lease, "started_at": Coalesce("started_at", Now())}
        if not self.unattended().filter(pk=pk).update(state=RunState.RUNNING, **values):
            return None
        return self.select_related("channel__provider", "channel__model").get(pk=pk)


class ConformanceRun(models.Model):
    """检测: a channel's checks at one time. The code is the permission to look: a link for the provider's engineers."""

    class Kind(models.TextChoices):
        FULL = "full", _("all checks")
        VITAL = "vital", _("does it still answer")

    code = models.CharField(_("code"), max_length=40, unique=True, default=new_code)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="conformance_runs", verbose_name=_("channel"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FULL)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.WAITING)
    # None: the site asked, on its schedule.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    fence = models.PositiveIntegerField(_("fencing number"), default=0)
    # What was checked: base URL, protocol, name on the wire, at that time.
    facts = models.JSONField(_("facts"), default=dict, blank=True)

    objects = ConformanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("conformance run")
        verbose_name_plural = _("conformance runs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            UniqueConstraint(
                fields=["channel"], condition=Q(state__in=["waiting", "running"]), name="one_open_run_per_channel"
            )
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("sandbox:conformance", args=[self.code])


class ConformanceCheck(models.Model):
    """One check of a run; ``result`` is empty while it waits.

    ``finding`` is a word of the check's own, ``facts`` fill its sentence; ``exchanges`` are what was sent and received,
    redacted by value before anything was cut: ``[{"sent": {…}, "received": {…}}, …]``.
    """

    run = models.ForeignKey(ConformanceRun, models.CASCADE, related_name="checks", verbose_name=_("run"))
    slug = models.SlugField(_("check"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    result = models.CharField(_("result"), max_length=4, choices=Result.choices, blank=True)
    finding = models.CharField(_("finding"), max_length=60, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    exchanges = models.JSONField(_("sent and received"), default=list, blank=True)
    took_ms = models.FloatField(_("took (ms)"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("conformance check")
        verbose_name_plural = _("conformance checks")
        ordering = ["run", "position"]
        constraints = [UniqueConstraint(fields=["run", "slug"], name="a_check_once_per_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.slug}"
