"""What graders said: judge calls as they were made, and the scores read from them or found by rule."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.models import Channel, Dimension, GraderKind
from sandbox.models.trials import Answer, AnswerState


class JudgeCall(models.Model):
    """What every call to a judge leaves behind: what it was asked with, what it said, what it cost."""

    judge = models.ForeignKey(Channel, models.PROTECT, related_name="%(class)ss", verbose_name=_("judge"))
    prompt_version = models.CharField(_("judge prompt"), max_length=20)
    state = models.CharField(_("state"), max_length=10, choices=AnswerState.choices, default=AnswerState.WAITING)
    text = models.TextField(_("what the judge said"), blank=True)
    error_kind = models.CharField(_("error"), max_length=20, blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True, blank=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True, blank=True)
    charge = models.DecimalField(_("charge"), max_digits=18, decimal_places=9, null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    saw_pictures = models.BooleanField(
        _("saw the pictures"), null=True, blank=True, help_text=_("unknown: the prompt has none")
    )

    class Meta:
        abstract = True


class Judgement(JudgeCall):
    """One call to one judge about one answer."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="judgements", verbose_name=_("answer"))

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        constraints = [UniqueConstraint(fields=["answer", "judge"], name="a_judge_reads_an_answer_once")]

    def __str__(self) -> str:
        return f"{self.judge_id} on {self.answer_id}"


class Score(models.Model):
    """评分: answer × dimension × grader, from 1 to 10; None is unscored (unreadable), never zero."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="scores", verbose_name=_("answer"))
    dimension = models.ForeignKey(Dimension, models.PROTECT, related_name="scores", verbose_name=_("dimension"))
    grader = models.CharField(_("grader"), max_length=10, choices=GraderKind.choices)
    judge = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("judge"))
    value = models.FloatField(_("score"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    evidence = models.JSONField(_("evidence"), default=dict, blank=True, help_text=_("the rule, and what it read"))

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            UniqueConstraint(fields=["answer", "dimension", "judge"], name="scored_once_per_judge"),
            UniqueConstraint(
                fields=["answer", "dimension", "grader"],
                condition=Q(judge__isnull=True),
                name="scored_once_without_a_judge",
            ),
            CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__gte=1, value__lte=10), name="a_score_is_from_1_to_10"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} {self.dimension_id} {self.value}"
