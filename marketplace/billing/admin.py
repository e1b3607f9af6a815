"""The books, to be read: money is changed by the ledger alone, never by a form."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from marketplace.billing.models import Account, Hold, LedgerEntry, QuotaUse
from marketplace.desk import ReadOnly
from marketplace.money import from_nano, show


@admin.register(Account)
class AccountAdmin(ReadOnly):
    list_display = ["owner", "currency", "balance", "may_overdraw"]
    list_filter = ["currency", "may_overdraw"]
    search_fields = ["owner"]

    @admin.display(description=_("balance"), ordering="balance_nano")
    def balance(self, account: Account) -> str:
        return show(from_nano(account.balance_nano), account.currency)


@admin.register(Hold)
class HoldAdmin(ReadOnly):
    list_display = ["reference", "account", "held", "settled", "state", "created_at", "closed_at"]
    list_filter = ["state", "account__currency"]
    list_select_related = ["account"]
    search_fields = ["reference", "account__owner"]
    date_hierarchy = "created_at"

    @admin.display(description=_("held"), ordering="amount_nano")
    def held(self, hold: Hold) -> str:
        return show(from_nano(hold.amount_nano), hold.account.currency)

    @admin.display(description=_("settled"), ordering="settled_nano")
    def settled(self, hold: Hold) -> str:
        settled = None if hold.settled_nano is None else from_nano(hold.settled_nano)
        return show(settled, hold.account.currency)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly):
    list_display = ["created_at", "transfer", "account", "amount"]
    list_filter = ["account__currency"]
    list_select_related = ["account"]
    search_fields = ["transfer", "account__owner"]
    date_hierarchy = "created_at"

    @admin.display(description=_("amount"), ordering="amount_nano")
    def amount(self, entry: LedgerEntry) -> str:
        return show(from_nano(entry.amount_nano), entry.account.currency)


@admin.register(QuotaUse)
class QuotaUseAdmin(ReadOnly):
    list_display = ["period", "quota", "subject", "used"]
    list_filter = ["quota", "period"]
    search_fields = ["subject"]
