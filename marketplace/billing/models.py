"""Double-entry accounts, holds and quotas: what the database itself refuses to let go wrong."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """账户: one owner's balance in one currency, in billionths. ``may_overdraw`` marks the outside world."""

    owner = models.CharField(_("owner"), max_length=100, help_text=_("opaque, such as house:purse"))
    currency = models.CharField(_("currency"), max_length=3)
    balance_nano = models.BigIntegerField(_("balance (10⁻⁹)"), default=0)
    may_overdraw = models.BooleanField(_("may overdraw"), default=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            UniqueConstraint(fields=["owner", "currency"], name="one_account_per_owner_and_currency"),
            CheckConstraint(
                condition=Q(may_overdraw=True) | Q(balance_nano__gte=0),
                name="account_balance_is_never_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} {self.currency}"


class Hold(models.Model):
    """预扣: money set aside under a reference until it is settled (once) or released."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        SETTLED = "settled", _("settled")
        RELEASED = "released", _("released")

    reference = models.CharField(_("reference"), max_length=100, unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="holds", verbose_name=_("account"))
    amount_nano = models.BigIntegerField(_("held (10⁻⁹)"))
    settled_nano = models.BigIntegerField(_("settled (10⁻⁹)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            CheckConstraint(condition=Q(amount_nano__gte=0), name="hold_is_not_negative"),
            CheckConstraint(
                condition=Q(settled_nano__isnull=True) | Q(settled_nano__gte=0, settled_nano__lte=F("amount_nano")),
                name="settlement_is_within_the_hold",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """流水: one side of a transfer. Append-only; the entries of a transfer sum to zero."""

    transfer = models.CharField(_("transfer"), max_length=120, help_text=_("what happened, such as hold:trial:CODE"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="entries", verbose_name=_("account"))
    amount_nano = models.BigIntegerField(_("amount (10⁻⁹)"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            UniqueConstraint(fields=["transfer", "account"], name="an_account_takes_part_in_a_transfer_once"),
            CheckConstraint(condition=~Q(amount_nano=0), name="entry_is_not_zero"),
        ]

    def __str__(self) -> str:
        return self.transfer


class QuotaUse(models.Model):
    """额度: how much of a limited thing one subject has used in one period."""

    subject = models.CharField(_("subject"), max_length=120, help_text=_("such as guest:HASH"))
    quota = models.CharField(_("quota"), max_length=40)
    period = models.CharField(_("period"), max_length=20, help_text=_("such as 2026-11-24"))
    used = models.PositiveIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("quota use")
        verbose_name_plural = _("quota uses")
        constraints = [
            UniqueConstraint(fields=["subject", "quota", "period"], name="one_count_per_subject_and_period"),
        ]

    def __str__(self) -> str:
        return f"{self.quota} {self.subject} {self.period}"
