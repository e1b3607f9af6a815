"""The forms of the price step: one channel's price, and a file for all. What may stand in them, ``catalog`` says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import pricelist, tabular
from catalog.models import Price
from catalog.price_cells import CURRENCIES, Bad, address
from catalog.pricelist import Entry, Unreadable, written
from marketplace.portal.adding.stray_keys import is_stray, warning
from marketplace.portal.forms import Difference, RoomForm

TIER = ("above", "input", "output", "cache_read")
SPARE_TIERS = 2


class Text(forms.CharField):
    """One line as typed: what is wrong with it, the price list's rules say."""

    def __init__(self, label: Any, help_text: Any = "", **attributes: str) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", **attributes})
        super().__init__(label=label, help_text=help_text, required=False, max_length=300, widget=widget)


class PriceForm(RoomForm):
    """After is_valid: ``entry``, to be handed to ``prices.set_price``."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=[(code, code) for code in CURRENCIES])
    input = Text(gettext_lazy("Input"), inputmode="decimal")
    output = Text(gettext_lazy("Output"), inputmode="decimal")
    cache_read = Text(gettext_lazy("Cached input"), inputmode="decimal")
    cache_write = Text(gettext_lazy("Writing the cache"), inputmode="decimal")
    valid_from = Text(gettext_lazy("Valid from"), type="date")
    source = Text(
        gettext_lazy("Your price page"),
        gettext_lazy("The https address where this price is published; visitors are shown it as the source."),
        inputmode="url",
        placeholder="https://",
    )

    def __init__(self, data: Any = None, *, price: Price | None, source: str = "") -> None:
        self.tier_count = min(pricelist.MOST_TIERS, len(price.tiers if price else ()) + SPARE_TIERS)
        super().__init__(data, initial=initial(price, source))
        self.entry: Entry | None = None
        self.has_tiers = bool(price and price.tiers)
        for place in range(1, self.tier_count + 1):
            for part in TIER:
                label = {
                    "above": _("Prompts above (tokens)"),
                    "input": _("Input"),
                    "output": _("Output"),
                    "cache_read": _("Cached input"),
                }[part]
                self.fields[f"{part}_{place}"] = field = Text(label, inputmode="decimal")
                field.widget.attrs["class"] = "input"

    @property
    def tiers(self) -> list[list[forms.BoundField]]:
        """The rows of the table of tiers."""
        return [[self[f"{part}_{place}"] for part in TIER] for place in range(1, self.tier_count + 1)]

    @property
    def amounts(self) -> list[forms.BoundField]:
        return [self[part] for part in pricelist.AMOUNTS]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        tiers = [{part: cleaned.get(f"{part}_{place}", "") for part in TIER} for place in range(1, self.tier_count + 1)]
        if self.errors:
            return cleaned
        try:
            self.entry = pricelist.entry_of(cleaned, tiers, today=timezone.localdate())
        except Unreadable as unreadable:
            for fault in unreadable.faults:
                field = f"{fault.column}_{fault.line}" if fault.line else fault.column
                self.add_error(field if field in self.fields else None, f"{fault.message} {fault.mend}")
        return cleaned

    def against(self, price: Price | None) -> list[Difference]:
        """Where the form's words differ from the price that is saved now, for the second of two editors."""
        saved = initial(price, "")
        return [
            Difference(str(field.label), str(saved.get(name, "")), str(self.cleaned_data.get(name, "")))
            for name, field in self.fields.items()
            if name != "valid_from" and str(saved.get(name, "")) != str(self.cleaned_data.get(name, ""))
        ]


def initial(price: Price | None, source: str) -> dict[str, str]:
    """A form's words for a price as it stands; ``source`` is the page where it names none."""
    if price is None:
        return {"source": source, "valid_from": timezone.localdate().isoformat()}
    told = {part: written(getattr(price, part)) for part in pricelist.AMOUNTS}
    for place, tier in enumerate(price.rates.tiers, 1):
        told |= {f"{part}_{place}": written(getattr(tier, part)) for part in TIER[1:]}
        told[f"above_{place}"] = str(tier.above)
    page = price.source if price.source.startswith("https://") else source
    return {**told, "currency": price.currency, "source": page, "valid_from": timezone.localdate().isoformat()}


class PricelistForm(RoomForm):
    """A file or its text. After is_valid: ``read`` is its bytes and ``page`` the source for lines that name none."""

    file = forms.FileField(label=gettext_lazy("CSV file"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=gettext_lazy("or its text"), required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8})
    )
    source = Text(
        gettext_lazy("Your price page"),
        gettext_lazy("For lines that name no source of their own."),
        inputmode="url",
        placeholder="https://",
    )

    def __init__(self, *args: Any, provider: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.provider = provider
        self.read = b""
        self.page = ""
        self.fields["text"].widget.attrs |= {"class": "textarea input--mono", "spellcheck": "false"}
        self.fields["text"].validators = []  # a NUL is the reader's to name, with its line
        self.fields["file"].widget.attrs |= {"accept": ".csv,.tsv,.txt,text/csv", "class": ""}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        # One byte more than is taken says that there is more; the rest stays unread.
        self.read = file.read(tabular.MOST_BYTES + 1) if file else cleaned.get("text", "").encode("utf-8", "replace")
        if not self.read.strip() and file is None:
            self.add_error("file", _("Nothing was chosen. Choose a file, or paste its text."))
        if is_stray(self.read.decode("utf-8", "replace"), provider=self.provider):
            self.read = b""
            self.data = {**self.data.dict(), "text": ""}  # type: ignore[attr-defined]
            self.add_error("file" if file else "text", warning())
        try:
            self.page = address(cleaned.get("source", ""))
        except Bad as bad:
            self.add_error("source", str(bad))
        return cleaned
