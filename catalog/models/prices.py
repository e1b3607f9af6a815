"""What calls cost: dated price rows that are succeeded, never edited, and dated exchange rates."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.models.channels import Channel
from catalog.models.choices import PriceBasis
from catalog.pricing import Rates, Tier


class PriceQuerySet(models.QuerySet["Price"]):
    def on(self, day: object) -> Self:
        """Rows in force on ``day``."""
        return self.filter(Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gt=day)))

    def in_force(self, channel: Channel) -> Price | None:
        """The channel's price today; None when nobody knows one."""
        return self.on(timezone.localdate()).filter(channel=channel).order_by("-starts_on").first()


class Price(models.Model):
    """价格: per million tokens in the provider's own currency. A part that is None is unknown, never free."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="prices", verbose_name=_("channel"))
    currency = models.CharField(_("currency"), max_length=3)
    input = models.DecimalField(_("input"), max_digits=14, decimal_places=6, null=True, blank=True)
    output = models.DecimalField(_("output"), max_digits=14, decimal_places=6, null=True, blank=True)
    cache_read = models.DecimalField(_("cache read"), max_digits=14, decimal_places=6, null=True, blank=True)
    cache_write = models.DecimalField(_("cache write"), max_digits=14, decimal_places=6, null=True, blank=True)
    tiers = models.JSONField(
        _("tiers"),
        default=list,
        blank=True,
        help_text=_('by prompt size: [{"above": 200000, "input": "2.5", "output": "15", "cache_read": null}]'),
    )
    basis = models.CharField(_("basis"), max_length=10, choices=PriceBasis.choices)
    source = models.CharField(_("source"), max_length=300)
    checked_on = models.DateField(_("checked on"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["channel", "-starts_on"]
        constraints = [
            UniqueConstraint(fields=["channel", "starts_on"], name="one_price_per_channel_and_day"),
            CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="a_price_ends_after_it_starts"
            ),
            CheckConstraint(
                condition=(Q(input__isnull=True) | Q(input__gte=0)) & (Q(output__isnull=True) | Q(output__gte=0)),
                name="a_price_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.currency} {self.input}/{self.output}"

    @property
    def rates(self) -> Rates:
        return Rates(
            currency=self.currency,
            input=self.input,
            output=self.output,
            cache_read=self.cache_read,
            cache_write=self.cache_write,
            tiers=tuple(_tier(row) for row in self.tiers),
        )


def _tier(row: dict[str, Any]) -> Tier:
    input_, output, cache_read = (
        None if row.get(part) is None else Decimal(row[part]) for part in ("input", "output", "cache_read")
    )
    return Tier(above=row["above"], input=input_, output=output, cache_read=cache_read)


class FxRate(models.Model):
    """汇率: one unit of ``base`` in ``quote`` on a day, with its source."""

    base = models.CharField(_("base"), max_length=3)
    quote = models.CharField(_("quote"), max_length=3)
    rate = models.DecimalField(_("rate"), max_digits=14, decimal_places=6)
    on = models.DateField(_("day"))
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-on"]
        constraints = [
            UniqueConstraint(fields=["base", "quote", "on"], name="one_rate_per_pair_and_day"),
            CheckConstraint(condition=Q(rate__gt=0), name="a_rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.base}/{self.quote} {self.on}"
