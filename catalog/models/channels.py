"""What is compared: models, and the channels through which a provider serves them."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Exists, F, OuterRef, Q, UniqueConstraint, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from catalog.models.choices import Listing, Protocol
from catalog.models.providers import Credential, Provider
from catalog.models.scenarios import Scenario


class AIModelQuerySet(models.QuerySet["AIModel"]):
    def known(self) -> Self:
        """Models that the catalogue vouches for, not merely proposed by a provider."""
        return self.filter(proposed_by__isnull=True)


class AIModel(models.Model):
    """模型: what was trained, by a maker. Facts that are None are unknown."""

    slug = models.SlugField(_("slug"), max_length=100, unique=True)
    name = models.CharField(_("name"), max_length=120)
    maker = models.SlugField(_("maker"), max_length=60, help_text=_("who trained it"))
    maker_name = models.CharField(_("maker's name"), max_length=100)
    family = models.CharField(_("family"), max_length=60, blank=True)
    released_on = models.DateField(_("released"), null=True, blank=True)
    context_window = models.PositiveIntegerField(_("context window (tokens)"), null=True, blank=True)
    max_output = models.PositiveIntegerField(_("longest output (tokens)"), null=True, blank=True)
    input_kinds = models.JSONField(_("input"), default=list, help_text=_('such as ["text", "image"]'))
    output_kinds = models.JSONField(_("output"), default=list)
    reasons = models.BooleanField(_("reasoning"), null=True, blank=True)
    calls_tools = models.BooleanField(_("tools"), null=True, blank=True)
    structured_output = models.BooleanField(_("structured output"), null=True, blank=True)
    open_weights = models.BooleanField(_("open weights"), null=True, blank=True)
    parameters_b = models.DecimalField(
        _("parameters (billions)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    active_parameters_b = models.DecimalField(
        _("parameters at work per token (billions)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    parameters_source = models.CharField(
        _("source of the sizes"), max_length=200, blank=True, help_text=_("“name” where the model's name states them")
    )
    source = models.CharField(_("source"), max_length=200)
    checked_on = models.DateField(_("checked on"))
    # A provider named it and no operator has looked yet: no page of the catalogue shows it.
    proposed_by = models.ForeignKey(
        Provider, models.SET_NULL, null=True, blank=True, related_name="proposed_models", verbose_name=_("proposed by")
    )

    objects = AIModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("AI model")
        verbose_name_plural = _("AI models")
        ordering = ["slug"]
        constraints = [
            CheckConstraint(
                condition=Q(parameters_b__isnull=True, active_parameters_b__isnull=True) | ~Q(parameters_source=""),
                name="a_known_size_has_a_source",
            ),
            CheckConstraint(
                condition=(Q(parameters_b__isnull=True) | Q(parameters_b__gt=0))
                & (Q(active_parameters_b__isnull=True) | Q(active_parameters_b__gt=0)),
                name="a_size_is_positive",
            ),
            CheckConstraint(
                condition=Q(parameters_b__isnull=True)
                | Q(active_parameters_b__isnull=True)
                | Q(active_parameters_b__lte=F("parameters_b")),
                name="no_more_parameters_work_than_there_are",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("catalog:model", args=[self.slug])

    @property
    def takes_pictures(self) -> bool:
        """Whether it is known to; a trial with pictures asks no other."""
        return "image" in self.input_kinds


class ChannelQuerySet(models.QuerySet["Channel"]):
    def listed(self) -> Self:
        """Channels that a visitor may see."""
        return self.filter(listing=Listing.LISTED, provider__listing=Listing.LISTED)

    def real(self) -> Self:
        return self.filter(provider__is_simulated=False)

    def simulated(self) -> Self:
        return self.filter(provider__is_simulated=True)

    def contenders(self) -> Self:
        """Channels that may take part in a trial; a simulated judge only judges."""
        return self.exclude(is_judge=True, provider__is_simulated=True)

    def judges(self) -> Self:
        return self.filter(is_judge=True)

    def with_live(self) -> Self:
        """Adds ``live``: we can call it (by a credential that works, or it is simulated) and its terms allow that."""
        address = Concat(OuterRef("base_url"), Value("/"), output_field=models.CharField())
        working = (
            Credential.objects.filter(provider=OuterRef("provider"), works=True)
            .annotate(address=address)
            .filter(address__startswith=Concat(F("origin"), Value("/"), output_field=models.CharField()))
        )
        simulated = Q(provider__is_simulated=True) if settings.SIMULATORS_URL else Q(pk__in=[])
        ruled_out = Q(provider__allows_trials=False)
        return self.annotate(live=Q((simulated | Exists(working)) & ~ruled_out))

    def live(self) -> Self:
        return self.with_live().filter(live=True)

    def for_lists(self) -> Self:
        return self.with_live().select_related("provider", "model")


class Channel(models.Model):
    """渠道: one provider serving one model at one base URL over one protocol.

    A simulated channel's ``base_url`` is only a path: the stack that runs the simulators says where they listen.
    """

    slug = models.SlugField(_("slug"), max_length=160, unique=True)
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="channels", verbose_name=_("provider"))
    model = models.ForeignKey(AIModel, models.PROTECT, related_name="channels", verbose_name=_("model"))
    protocol = models.CharField(_("protocol"), max_length=10, choices=Protocol.choices)
    base_url = models.CharField(_("base URL"), max_length=300)
    wire_name = models.CharField(_("name on the wire"), max_length=200, help_text=_("what this API calls the model"))
    dialect = models.JSONField(_("dialect"), default=dict, blank=True, help_text=_("departures from the protocol"))
    listing = models.CharField(_("listing"), max_length=10, choices=Listing.choices, default=Listing.DRAFT)
    is_judge = models.BooleanField(_("judge"), default=False)
    scenarios = models.ManyToManyField(Scenario, related_name="channels", blank=True, verbose_name=_("scenarios"))
    max_parallel = models.PositiveSmallIntegerField(_("calls at once"), default=4)
    calls_per_minute = models.PositiveIntegerField(_("calls per minute"), default=120)
    # How a provider's own channel came here; None: by the seed or an operator.
    api = models.ForeignKey(
        "catalog.Api", models.PROTECT, null=True, blank=True, related_name="channels", verbose_name=_("API")
    )
    # What conformance checks learned of parameters: {"rejected": [name, …], "ignored": […], "accepted": […],
    # "dialect": {…}, "run": code, "on": day}; empty: not checked yet
    profile = models.JSONField(_("compatibility profile"), default=dict, blank=True)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    # A word of catalog.onboarding.REASONS
    suspended_for = models.CharField(_("suspended because"), max_length=40, blank=True)
    sunset_on = models.DateField(_("last day"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("successor")
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    source = models.CharField(_("source"), max_length=200)
    checked_on = models.DateField(_("checked on"))

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["slug"]
        constraints = [
            UniqueConstraint(fields=["provider", "protocol", "wire_name"], name="channel_once_per_provider"),
            CheckConstraint(condition=Q(max_parallel__gte=1), name="a_channel_takes_at_least_one_call"),
            CheckConstraint(condition=Q(calls_per_minute__gte=1), name="a_channel_takes_a_call_a_minute"),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def is_simulated(self) -> bool:
        return self.provider.is_simulated

    @property
    def address(self) -> str:
        """The base URL to call."""
        return f"{settings.SIMULATORS_URL}{self.base_url}" if self.is_simulated else self.base_url

    def get_absolute_url(self) -> str:
        return reverse("catalog:channel", args=[self.slug])
