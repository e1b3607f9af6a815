"""Adaptive trials round by round, as rows."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from sandbox.models.trials import Contender, Trial


class Round(models.Model):
    """轮次: some prompts put to the channels that were still in the race, and what the look at them said.

    ``prompts`` are ids in the order asked. Until the look all else is empty; then ``threats`` holds, by contender id
    as text, the chance that it is better than the leader by more than matters, ``risk`` the chance that any is, and
    ``resting`` the ids of the contenders that are not asked from then on.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="rounds", verbose_name=_("trial"))
    number = models.PositiveSmallIntegerField(_("number"))
    prompts = models.JSONField(_("prompts"), default=list)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    leader = models.ForeignKey(
        Contender, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("leader")
    )
    risk = models.FloatField(_("risk"), null=True, blank=True)
    threats = models.JSONField(_("threats"), default=dict, blank=True)
    resting = models.JSONField(_("resting"), default=list, blank=True)

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        ordering = ["trial", "number"]
        constraints = [UniqueConstraint(fields=["trial", "number"], name="a_round_has_one_number")]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.number}"
