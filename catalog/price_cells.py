"""One cell of a price list, read strictly: a form's field, a cell of a CSV and a value of the API obey one rule."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

__all__ = ["CURRENCIES", "Bad", "address", "amount", "currency", "day", "prompt_size", "shown"]

# What prices may be stated in: the currencies in which APIs are sold.
CURRENCIES = (
    *("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "SGD", "KRW", "INR", "TWD", "AUD", "CAD", "CHF"),
    *("SEK", "NOK", "DKK", "PLN", "BRL", "AED", "SAR", "IDR", "MYR", "THB", "VND", "ZAR"),
)
PLAIN = re.compile(r"[0-9]{1,8}(\.[0-9]{1,6})?")
WHOLE = re.compile(r"[0-9]{1,9}")
# Spreadsheets rewrite 2026-12-01 as 2026/12/1; a day in front or behind could be read two ways.
DAY = re.compile(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})")
EARLIEST = date(2020, 1, 1)
LONGEST_ADDRESS = 300
SHOWN = 60
MOST_TOKENS = 100_000_000
# What people write instead of a price, and what to tell them; the first that fits.
NO_PRICES = [
    (re.compile(pattern, re.IGNORECASE), message, mend)
    for pattern, message, mend in (
        (r"^(free|免费)$", gettext_lazy("This is not a price."), gettext_lazy("Write 0 for what is free.")),
        (
            r"^(unknown|n/?a|none|null|nan|[-–—]|未知)$",
            gettext_lazy("This is not a price."),
            gettext_lazy("Leave it empty where it is unknown."),
        ),
        (
            r"^[-−]\s*[0-9.]+$",
            gettext_lazy("A price is not negative."),
            gettext_lazy("Write 0 for what is free, and leave it empty where it is unknown."),
        ),
        (
            r"^[0-9]+\.[0-9]{7,}$",
            gettext_lazy("This has more than six decimals."),
            gettext_lazy("Round it to six decimals."),
        ),
        (
            r"^[0-9]{9,}(\.[0-9]*)?$",
            gettext_lazy("This is too large for a price."),
            gettext_lazy("Write what a million tokens cost, below 100000000."),
        ),
        (
            r"^[0-9]+([,.，][0-9]+)+$",
            gettext_lazy("This is not a price."),
            gettext_lazy("Write decimals with a point and thousands without a mark, such as 1234.5."),
        ),
        (
            r"[$¥￥€£₩₹元]|[a-z]{3}",
            gettext_lazy("This is not a price."),
            gettext_lazy("Write the number alone; the currency has a column of its own."),
        ),
    )
]
is_https = URLValidator(schemes=["https"])


class Bad(Exception):
    """A cell that cannot be taken: what is wrong with it, and the mend, in the reader's language."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(f"{message} {mend}")
        self.message = message
        self.mend = mend


def amount(text: str) -> Decimal | None:
    """A price per million tokens; None where nothing is written: unknown. Free is 0. Raises Bad."""
    text = text.strip()
    if not text:
        return None
    if PLAIN.fullmatch(text):
        return Decimal(text)
    for pattern, message, mend in NO_PRICES:
        if pattern.search(text):
            raise Bad(str(message), str(mend))
    raise Bad(_("This is not a price."), _("Write a plain number such as 0.27."))


def currency(text: str) -> str:
    """A code of three letters. Raises Bad."""
    code = text.strip().upper()
    if not code:
        raise Bad(_("The currency is missing."), _("Write its code, such as CNY, USD or EUR."))
    if code in {"RMB", "￥", "¥"}:
        raise Bad(_("This is not a currency's code."), _("Write CNY for renminbi, JPY for yen."))
    if code not in CURRENCIES:
        told = ", ".join(CURRENCIES)
        raise Bad(_("This is not a currency that we know."), _("Write one of %(codes)s.") % {"codes": told})
    return code


def prompt_size(text: str) -> int | None:
    """The prompt's tokens above which a tier counts; None on a line that is no tier. Raises Bad."""
    text = text.strip()
    if not text:
        return None
    if not WHOLE.fullmatch(text) or not 1 <= int(text) <= MOST_TOKENS:
        raise Bad(_("This is not a number of tokens."), _("Write a whole number without marks, such as 200000."))
    return int(text)


def day(text: str, *, today: date) -> date:
    """The first day of a price; today where nothing is written. Raises Bad."""
    text = text.strip()
    if not text:
        return today
    mend = _("Write year, month and day, such as %(day)s.") % {"day": today.isoformat()}
    found = DAY.fullmatch(text)
    if not found:
        raise Bad(_("This is not a day."), mend)
    try:
        read = date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        raise Bad(_("There is no such day."), mend) from None
    if not EARLIEST <= read <= date(today.year + 2, 12, 31):
        raise Bad(_("This day is too far away."), mend)
    return read


def address(text: str) -> str:
    """An https address of a page, or nothing. Raises Bad."""
    text = text.strip()
    if not text:
        return ""
    mend = _("Write the whole address of the page, beginning with https://.")
    if len(text) > LONGEST_ADDRESS:
        raise Bad(_("This address is too long."), mend)
    try:
        is_https(text)
    except ValidationError:
        raise Bad(_("This is not the address of a page."), mend) from None
    if "@" in text.split("/")[2]:
        raise Bad(_("This address has a name or password in it."), mend)
    return text


def shown(text: str) -> str:
    """What was read, for a message: cut, and with what cannot be seen or turns the line round written out."""
    cut = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return "".join(f"\\u{ord(char):04x}" if _is_unseen(char) else char for char in cut)


def _is_unseen(char: str) -> bool:
    return char != " " and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}
