"""What the steps address and key ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import Protocol, Provider
from marketplace.portal.forms import RoomForm


class AddressForm(RoomForm):
    """``anyway`` and ``confirmed`` are asked for only after the first try said why."""

    base_url = forms.CharField(
        label=_("Base URL"),
        max_length=2_000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("What stands before /chat/completions, /messages or /models/… in your documentation."),
        error_messages={"required": _("Give the address that your users call.")},
    )
    protocol = forms.ChoiceField(
        label=_("Protocol"),
        required=False,
        choices=[("", _("detect it")), *Protocol.choices],
        help_text=_("We detect it from the answers; choose it here if that goes wrong."),
    )
    anyway = forms.BooleanField(required=False, label=_("Save it all the same"))
    confirmed = forms.BooleanField(
        required=False, label=_("Move it, and have these channels checked and approved again")
    )

    def __init__(self, *args: Any, provider: Provider, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wary_provider = provider


class KeyForm(RoomForm):
    """The one form of the portal that takes a key; it is never filled in again."""

    secret_fields = frozenset({"key"})
    key = forms.CharField(
        label=_("API key"),
        required=False,
        strip=True,
        max_length=4_000,
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false", "class": "input--mono"}
        ),
        help_text=_("One with little money behind it is enough. It is tried at once, with one token at most."),
    )
