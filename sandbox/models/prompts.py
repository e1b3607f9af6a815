"""What is asked: prompt sets, frozen once tried."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from catalog.language import in_language
from catalog.models import Scenario
from sandbox.wire.types import Image


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

    # What an unsaved prompt of a visitor's brings along; a saved one's pictures are rows.
    brought: Sequence[Picture] = ()

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

    @property
    def shown(self) -> list[Picture]:
        """The pictures that are sent before the text, in their order."""
        return list(self.pictures.all()) if self.pk else list(self.brought)


class PictureQuerySet(models.QuerySet["Picture"]):
    def outlines(self) -> Self:
        """Without the pictures themselves: enough for a page or a price."""
        return self.defer("data")


class Picture(models.Model):
    """图: what a prompt shows, as it is sent.

    It is kept here and not as a file: frozen with its prompt, at hand for every worker, and gone when the prompt goes.
    """

    class Kind(models.TextChoices):
        PNG = "image/png", "PNG"
        JPEG = "image/jpeg", "JPEG"
        WEBP = "image/webp", "WebP"

    prompt = models.ForeignKey(Prompt, models.CASCADE, related_name="pictures", verbose_name=_("prompt"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120, help_text=_("what a list calls it"))
    alt_zh = models.CharField(_("what it shows (Chinese)"), max_length=300, blank=True)
    alt_en = models.CharField(_("what it shows (English)"), max_length=300, blank=True)
    media_type = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    width = models.PositiveIntegerField(_("width (pixels)"))
    height = models.PositiveIntegerField(_("height (pixels)"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    data = models.BinaryField(_("picture"))

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["prompt", "position"]
        constraints = [
            UniqueConstraint(fields=["prompt", "position"], name="one_picture_per_place"),
            CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="a_picture_has_a_size"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, image: Image, *, position: int, name: str, **more: str) -> Self:
        """An unsaved row for a picture that was read."""
        return cls(
            position=position,
            name=name,
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            digest=sha256(image.data).hexdigest(),
            data=image.data,
            **more,
        )

    @property
    def alt(self) -> str:
        return in_language(self, "alt")

    @property
    def outline(self) -> Image:
        """Its kind and size: what it costs depends on nothing else."""
        return Image(self.media_type, self.width, self.height)

    @cached_property
    def image(self) -> Image:
        """Kept, so that all the channels that are asked share one copy."""
        return Image(self.media_type, self.width, self.height, bytes(self.data))
