"""The forms of limits and terms. What may stand in them, ``terms`` says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from marketplace.portal.adding import terms
from marketplace.portal.forms import RoomForm

KNOWN = [("", gettext_lazy("unknown")), (True, gettext_lazy("yes")), (False, gettext_lazy("no"))]


def read_known(value: str) -> bool:
    return value == "True"


def known(label: Any, help_text: Any = "") -> forms.TypedChoiceField:
    """Yes, no, or not stated."""
    return forms.TypedChoiceField(
        label=label,
        help_text=help_text,
        choices=KNOWN,
        coerce=read_known,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
    )


class LimitsForm(RoomForm):
    max_parallel = forms.IntegerField(
        label=gettext_lazy("Calls at once"),
        min_value=1,
        max_value=terms.MOST_PARALLEL,
        help_text=gettext_lazy("How many requests your API answers at the same time. The checks try up to 8 of them."),
    )
    calls_per_minute = forms.IntegerField(
        label=gettext_lazy("Calls per minute"), min_value=1, max_value=terms.MOST_PER_MINUTE
    )


class TermsForm(RoomForm):
    processing_region = forms.CharField(
        label=gettext_lazy("Where prompts are processed"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("A country or region, such as “mainland China” or “EU (Frankfurt)”."),
    )
    retention_days = forms.IntegerField(
        label=gettext_lazy("Days a prompt is kept"),
        min_value=0,
        max_value=terms.MOST_DAYS,
        required=False,
        help_text=gettext_lazy("0: not kept once it is answered. Empty: unknown."),
    )
    trains_on_inputs = known(gettext_lazy("Are prompts used for training?"))
    available_in_mainland = known(gettext_lazy("Can it be used from mainland China?"))
    filing_number = forms.CharField(
        label=gettext_lazy("Filing number of the service (备案号)"), max_length=100, required=False
    )
    terms_source = forms.CharField(
        label=gettext_lazy("Page of your terms"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The https address that says all this; visitors are shown it as the source."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
