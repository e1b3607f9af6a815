"""The catalogue's closed vocabularies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Listing(models.TextChoices):
    """Where a provider or channel stands on its way through the catalogue."""

    DRAFT = "draft", _("draft")
    STAGED = "staged", _("staged")
    LISTED = "listed", _("listed")
    SUSPENDED = "suspended", _("suspended")
    RETIRED = "retired", _("retired")


class Protocol(models.TextChoices):
    """How a channel speaks; the wire has one adapter for each."""

    OPENAI = "openai", "OpenAI Chat Completions"
    ANTHROPIC = "anthropic", "Anthropic Messages"
    GEMINI = "gemini", "Gemini generateContent"


class PriceBasis(models.TextChoices):
    """Where a price comes from, in falling order of trust."""

    CITED = "cited", _("the provider's own price page")
    STATED = "stated", _("stated by the provider")
    COMMUNITY = "community", _("community data")
    SIMULATED = "simulated", _("simulated")


class GraderKind(models.TextChoices):
    """评委: who may score."""

    RULE = "rule", _("rule")
    JUDGE = "judge", _("judge model")
    PERSON = "person", _("person")
