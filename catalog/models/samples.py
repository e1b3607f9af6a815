"""What a scenario's own prompts look like, as the sandbox hands some of them over for its page."""

from __future__ import annotations

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.models.scenarios import Scenario


class SamplePrompt(models.Model):
    """样题: one of a scenario's own prompts in one language; ``picture`` is the address of the image it asks about."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="samples", verbose_name=_("scenario"))
    language = models.CharField(_("language"), max_length=2, help_text=_("zh or en"))
    position = models.PositiveSmallIntegerField(_("position"))
    text = models.TextField(_("text"))
    picture = models.CharField(_("picture"), max_length=200, blank=True)
    picture_alt = models.CharField(_("what the picture shows"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sample prompt")
        verbose_name_plural = _("sample prompts")
        ordering = ["scenario", "language", "position"]
        constraints = [UniqueConstraint(fields=["scenario", "language", "position"], name="one_sample_per_place")]

    def __str__(self) -> str:
        return self.text[:60]
