"""Who sells access: providers with their terms, and the credentials we hold for them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.language import in_language
from catalog.models.choices import Listing
from marketplace.crypto import EncryptedField


class ProviderQuerySet(models.QuerySet["Provider"]):
    def listed(self) -> Self:
        """Providers that a visitor may see."""
        return self.filter(listing=Listing.LISTED)

    def real(self) -> Self:
        return self.filter(is_simulated=False)


class Provider(models.Model):
    """服务商: sells access to models. A term that is None is unknown, not "no"."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=100)
    name_zh = models.CharField(_("name (Chinese)"), max_length=100)
    listing = models.CharField(_("listing"), max_length=10, choices=Listing.choices, default=Listing.DRAFT)
    is_simulated = models.BooleanField(_("simulated"), default=False)
    is_local = models.BooleanField(_("local"), default=False, help_text=_("a server on this computer"))
    homepage = models.URLField(_("homepage"), blank=True)
    docs_url = models.URLField(_("documentation"), blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("ISO 3166 code; empty is unknown"))
    processing_region = models.CharField(_("where prompts are processed"), max_length=100, blank=True)
    key_variables = models.JSONField(_("environment variables that may hold a key"), default=list, blank=True)
    allows_trials = models.BooleanField(_("terms allow trials"), null=True, blank=True)
    trains_on_inputs = models.BooleanField(_("trains on inputs"), null=True, blank=True)
    retention_days = models.PositiveIntegerField(_("days a prompt is kept"), null=True, blank=True)
    terms_source = models.URLField(_("source of the terms"), blank=True)
    terms_checked_on = models.DateField(_("terms checked on"), null=True, blank=True)
    terms_note_en = models.CharField(_("note on the terms (English)"), max_length=300, blank=True)
    terms_note_zh = models.CharField(_("note on the terms (Chinese)"), max_length=300, blank=True)
    available_in_mainland = models.BooleanField(_("available in mainland China"), null=True, blank=True)
    mainland_source = models.URLField(_("source of the availability"), max_length=300, blank=True)
    mainland_checked_on = models.DateField(_("availability checked on"), null=True, blank=True)
    filing_number = models.CharField(
        _("filing number"), max_length=100, blank=True, help_text=_("备案号 of the service; empty is unknown")
    )
    filing_source = models.URLField(_("source of the filing number"), max_length=300, blank=True)
    filing_checked_on = models.DateField(_("filing number checked on"), null=True, blank=True)
    # Rises with every change by the provider's own people: who saves over another's change is told.
    version = models.PositiveIntegerField(_("version"), default=1)
    source = models.CharField(_("source"), max_length=200)
    checked_on = models.DateField(_("checked on"))

    objects = ProviderQuerySet.as_manager()

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ["slug"]
        constraints = [
            CheckConstraint(
                condition=Q(allows_trials__isnull=True, trains_on_inputs__isnull=True, retention_days__isnull=True)
                | ~Q(terms_source="", is_simulated=False),
                name="a_known_term_has_a_source",
            ),
            CheckConstraint(
                condition=Q(available_in_mainland__isnull=True)
                | (~Q(mainland_source="") & Q(mainland_checked_on__isnull=False)),
                name="a_known_availability_has_a_source_and_a_day",
            ),
            CheckConstraint(
                condition=Q(filing_number="") | (~Q(filing_source="") & Q(filing_checked_on__isnull=False)),
                name="a_filing_number_has_a_source_and_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self, "name")

    @property
    def terms_note(self) -> str:
        """What a yes, a no or a number cannot say, such as that only the free tier trains."""
        return in_language(self, "terms_note")

    def get_absolute_url(self) -> str:
        return reverse("catalog:provider", args=[self.slug])


class Credential(models.Model):
    """凭证: one secret for one origin, apart from Channel so that a channel can be logged safely."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="credentials", verbose_name=_("provider"))
    origin = models.CharField(_("origin"), max_length=200, help_text=_("scheme://host[:port] the key may be sent to"))
    secret = EncryptedField(_("secret"), help_text=_("the key, or env:NAME to read it from the environment"))
    works = models.BooleanField(_("works"), default=False, help_text=_("a probe with it was answered"))
    probed_at = models.DateTimeField(_("probed"), null=True, blank=True)

    class Meta:
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [UniqueConstraint(fields=["provider", "origin"], name="one_credential_per_origin")]

    def __str__(self) -> str:
        return f"{self.provider_id} @ {self.origin}"
