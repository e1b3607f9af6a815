"""What members and operators fill in on the life of a listing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.models import AIModel, Channel
from catalog.onboarding import BY_HAND
from marketplace.portal.forms import RoomForm


class SubmitForm(RoomForm):
    channels = forms.ModelMultipleChoiceField(
        Channel.objects.none(), label=_("Channels"), error_messages={"required": _("Tick at least one channel.")}
    )
    note = forms.CharField(
        label=_("For the operators"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What they should know, such as why a check fails and why the channel should be listed anyway."),
    )

    def __init__(self, *args: Any, channels: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channels"].queryset = channels  # type: ignore[attr-defined]


class ApproveForm(RoomForm):
    """``seen`` stands for the facts that were on the page."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    model = forms.ModelChoiceField(
        AIModel.objects.known(),
        label=_("Another model in its place"),
        required=False,
        to_field_name="slug",
        widget=forms.TextInput({"list": "known-models", "autocomplete": "off"}),
        help_text=_("Empty accepts the model that the provider names."),
        error_messages={"invalid_choice": _("The catalogue knows no model of that name. Write its slug.")},
    )


class DeclineForm(RoomForm):
    reason = forms.CharField(
        label=_("What has to be fixed"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("The provider's owners and editors are e-mailed this word for word."),
        error_messages={"required": _("Say what has to be fixed.")},
    )


class SuspendForm(RoomForm):
    reason = forms.ChoiceField(label=_("Reason, for everybody"), choices=tuple(BY_HAND.items()))
    note = forms.CharField(
        label=_("Details, for its people"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class SunsetForm(RoomForm):
    day = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Choose a day."), "invalid": _("Write the day as 2026-12-31.")},
    )
    successor = forms.ModelChoiceField(
        Channel.objects.none(),
        label=_("What to use instead"),
        required=False,
        empty_label=_("nothing"),
        help_text=_("A listed channel of yours. Visitors are shown the way to it."),
    )

    def __init__(self, *args: Any, channel: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Channel.objects.listed().filter(provider=channel.provider_id).exclude(pk=channel.pk)
        self.fields["successor"].queryset = others.select_related("model", "provider")  # type: ignore[attr-defined]
        self.fields["successor"].label_from_instance = lambda each: f"{each.name} ({each.slug})"  # type: ignore[attr-defined]
