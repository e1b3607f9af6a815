"""What a person types about a provider and its people."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog import countries, members, naming
from catalog.models import Role
from catalog.refusals import Refused
from marketplace.portal.forms import RoomForm


def countries_by_name() -> list[tuple[str, str]]:
    return [
        ("", str(_("not stated"))),
        *sorted(((code, str(name)) for code, name in countries.NAMES.items()), key=_name),
    ]


def _name(pair: tuple[str, str]) -> str:
    return pair[1]


class FactsForm(RoomForm):
    """Named as the provider's own fields."""

    name_en = forms.CharField(label=_("Name in English"), max_length=100, required=False)
    name_zh = forms.CharField(
        label=_("Name in Chinese"),
        max_length=100,
        required=False,
        help_text=_("Where one of the two is empty, the other stands in its place."),
    )
    homepage = forms.CharField(
        label=_("Homepage"),
        max_length=200,
        widget=forms.URLInput(attrs={"placeholder": "https://www.example.com"}),
        help_text=_("With https. Visitors find it on your page."),
    )
    docs_url = forms.CharField(
        label=_("Documentation"),
        max_length=200,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://docs.example.com"}),
        help_text=_("Where developers read how your API is called."),
    )
    country = forms.ChoiceField(
        label=_("Country or region"),
        choices=countries_by_name,
        required=False,
        help_text=_("Where the company is registered."),
    )

    def clean_homepage(self) -> str:
        return self._website("homepage")

    def clean_docs_url(self) -> str:
        return self._website("docs_url")

    def _website(self, field: str) -> str:
        """Said with the other fields' faults, not after them."""
        address: str = self.cleaned_data[field]
        try:
            naming.refuse_website(field, address)
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None
        return address


class NewProviderForm(FactsForm):
    slug = forms.CharField(
        label=_("Short name in addresses"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "input--mono", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("Small Latin letters, digits and hyphens; it cannot be changed later. Empty: made from the name."),
    )
    field_order = ("name_en", "name_zh", "slug", "homepage", "docs_url", "country")

    def clean(self) -> dict[str, str]:
        for field in members.NAMES:
            if name := self.cleaned_data.get(field):
                try:
                    naming.refuse_names({field: name})
                except Refused as refused:
                    self.refuse(refused)
        return self.cleaned_data


class InviteForm(RoomForm):
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"placeholder": "name@example.com", "autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.EDITOR)
