"""What a reader may narrow the list of channels by; an answer that makes no sense is said so and left out."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Protocol, Provider, Scenario
from catalog.models.channels import ChannelQuerySet


class ChannelFilter(forms.Form):
    """Every field is a query parameter of ``channels/``; empty means all."""

    REAL, SIMULATED = "real", "simulated"

    kind = forms.ChoiceField(choices=[("", _("Real")), (SIMULATED, _("Simulated"))], required=False)
    scenario = forms.ModelChoiceField(
        Scenario.objects.open(),
        to_field_name="slug",
        required=False,
        label=_("Scenario"),
        empty_label=_("All scenarios"),
    )
    provider = forms.ModelChoiceField(
        Provider.objects.listed(),
        to_field_name="slug",
        required=False,
        label=_("Provider"),
        empty_label=_("All providers"),
    )
    protocol = forms.ChoiceField(
        choices=[("", _("All protocols")), *Protocol.choices], required=False, label=_("Protocol")
    )
    live = forms.ChoiceField(
        choices=[("", _("Live or listed only")), ("yes", _("Live: can be tried now")), ("no", _("Listed only"))],
        required=False,
        label=_("Availability"),
    )
    training = forms.ChoiceField(
        choices=[("", _("Any or unknown")), ("no", _("Does not train on them")), ("yes", _("Trains on them"))],
        required=False,
        label=_("Training on inputs"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "select"
        if self.wants_simulated:
            del self.fields["training"]  # nothing leaves this site
        provider = cast("forms.ModelChoiceField[Provider]", self.fields["provider"])
        provider.queryset = Provider.objects.listed().filter(is_simulated=self.wants_simulated)

    @property
    def wants_simulated(self) -> bool:
        return bool(self.data.get("kind") == self.SIMULATED)

    @property
    def is_narrowed(self) -> bool:
        return any(value for name, value in self.answers.items() if name != "kind")

    @property
    def answers(self) -> dict[str, Any]:
        self.is_valid()
        return self.cleaned_data

    def apply(self, channels: ChannelQuerySet) -> ChannelQuerySet:
        """``channels`` (``with_live``) that fit every sensible answer."""
        return channels.filter(self._condition())

    def _condition(self) -> Q:
        answers = self.answers
        condition = Q(provider__is_simulated=self.wants_simulated)
        if answers.get("scenario"):
            condition &= Q(scenarios=answers["scenario"])
        if answers.get("provider"):
            condition &= Q(provider=answers["provider"])
        if answers.get("protocol"):
            condition &= Q(protocol=answers["protocol"])
        if answers.get("live"):
            condition &= Q(live=answers["live"] == "yes")
        if answers.get("training"):
            condition &= Q(provider__trains_on_inputs=answers["training"] == "yes")
        return condition
