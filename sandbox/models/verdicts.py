"""Judges' calls about two answers at once, and planted pairs beside them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from sandbox.models.scores import JudgeCall
from sandbox.models.trials import Answer, Trial


class PairJudgementQuerySet(models.QuerySet["PairJudgement"]):
    def planted(self) -> Self:
        return self.exclude(planted="")

    def of_answers(self) -> Self:
        return self.filter(planted="")


class PairJudgement(JudgeCall):
    """One call about two answers in one order; two of them, one in each order, make a verdict.

    ``said`` is the side that the judge named, as it saw them: swapped, its left is our right.
    """

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="pair_judgements", verbose_name=_("trial"))
    left = models.ForeignKey(Answer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("left"))
    right = models.ForeignKey(Answer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("right"))
    planted = models.SlugField(_("planted pair"), max_length=60, blank=True)
    is_swapped = models.BooleanField(_("shown right first"), default=False)
    said = models.CharField(_("what the judge named"), max_length=5, blank=True, help_text=_("empty: unreadable"))

    objects = PairJudgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair judgement")
        verbose_name_plural = _("pair judgements")
        constraints = [
            CheckConstraint(
                condition=Q(planted="", left__isnull=False, right__isnull=False)
                | (~Q(planted="") & Q(left__isnull=True, right__isnull=True)),
                name="a_pair_is_of_two_answers_or_planted",
            ),
            CheckConstraint(condition=Q(said__in=["", "left", "right", "tie"]), name="a_judge_names_a_side_or_a_tie"),
            UniqueConstraint(
                fields=["judge", "left", "right", "is_swapped"],
                condition=Q(planted=""),
                name="a_judge_reads_a_pair_once_in_each_order",
            ),
            UniqueConstraint(
                fields=["trial", "judge", "planted", "is_swapped"],
                condition=~Q(planted=""),
                name="a_judge_gets_a_planted_pair_once_in_each_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.judge_id} on {self.planted or f'{self.left_id} and {self.right_id}'}"
