"""What is asked: prompt sets, frozen once tried."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.models import Scenario


class Language(models.TextChoices):
    ZH = "zh", _("Chinese")
    EN = "en", _("English")


class PromptSet(models.Model):
    """题集: a version of the scenario's own prompts, or one visitor's prompts for one trial."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="prompt_sets", verbose_name=_("scenario"))
    version = models.PositiveSmallIntegerField(
        _("version"), null=True, blank=True, help_text=_("empty: a visitor's own")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("prompt set")
        verbose_name_plural = _("prompt sets")
        constraints = [UniqueConstraint(fields=["scenario", "version"], name="one_prompt_set_per_version")]

    def __str__(self) -> str:
        return f"{self.scenario.slug} {self.version or '–'}"

    @property
    def is_own(self) -> bool:
        """Written by a visitor: private, and no ground for a general verdict."""
        return self.version is None


class Prompt(models.Model):
    """题: one question, with what a rule grader needs to check the answer.

    ``checks`` is a list such as ``[{"rule": "number", "value": "42", "tolerance": "0.5", "unit": "km"}]``;
    the rules are those of ``sandbox.graders.rule``.
    """

    prompt_set = models.ForeignKey(PromptSet, models.CASCADE, related_name="prompts", verbose_name=_("prompt set"))
    slug = models.SlugField(_("slug"), max_length=80)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    topic = models.SlugField(_("topic"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=120)
    system = models.TextField(_("system prompt"), blank=True)
    text = models.TextField(_("text"))
    reference = models.TextField(_("reference answer"), blank=True)
    checks = models.JSONField(_("checks"), default=list, blank=True)
    max_output_tokens = models.PositiveIntegerField(_("output cap (tokens)"), default=800)
    thinking_tokens = models.PositiveIntegerField(_("thinking budget (tokens)"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["prompt_set", "position"]
        constraints = [
            UniqueConstraint(fields=["prompt_set", "slug"], name="prompt_once_per_set"),
            CheckConstraint(condition=~Q(text=""), name="a_prompt_asks_something"),
            CheckConstraint(condition=Q(max_output_tokens__gte=1), name="a_prompt_has_an_output_cap"),
        ]

    def __str__(self) -> str:
        return self.slug
