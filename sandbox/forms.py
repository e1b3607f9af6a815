"""What a visitor may ask for when they press Compare, read from a form and refused in their own words."""

from __future__ import annotations

import hashlib
import math
import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Channel, Dimension, Rubric, Scenario
from sandbox import uploads
from sandbox.models import Picture

SUGGESTED = 8
MOST_WEIGHT = 10.0
OTHER_WEIGHTS = ("cost", "speed")


def new_nonce() -> str:
    """What makes one showing of the form different from another."""
    return secrets.token_hex(16)


class TrialForm(forms.Form):
    """``channels`` names slugs; without them ``top`` asks for that many suggested ones.

    ``files`` may hold up to four ``pictures`` for the visitor's prompt.

    After is_valid: ``pictures`` (unsaved), ``chosen`` (Channels in the order asked for; empty when ``top`` counts) and
    ``weights`` ({dimension slug | "cost" | "speed": weight} or None when the visitor left them alone).
    """

    scenario = forms.ModelChoiceField(
        Scenario.objects.open(),
        to_field_name="slug",
        error_messages={
            "required": gettext_lazy("Choose a scenario first."),
            "invalid_choice": gettext_lazy("There is no such scenario. Choose one of those on this page."),
        },
    )
    prompt = forms.CharField(required=False, strip=True)
    top = forms.IntegerField(required=False)
    repeats = forms.IntegerField(
        required=False, error_messages={"invalid": gettext_lazy("Repeats must be a whole number.")}
    )
    adaptive = forms.BooleanField(required=False)
    blind = forms.BooleanField(required=False)
    no_training = forms.BooleanField(required=False)
    nonce = forms.CharField(required=False, max_length=64)

    data: QueryDict

    def __init__(self, data: QueryDict, files: MultiValueDict[str, Any] | None = None) -> None:
        super().__init__(data, files)
        self.attached: list[UploadedFile] = list(self.files.getlist("pictures")) if files else []
        self.pictures: tuple[Picture, ...] = ()
        self.fields["prompt"].validators = []  # a NUL is left out below instead of refused
        self.chosen: list[Channel] = []
        self.weights: dict[str, float] | None = None

    @property
    def slugs(self) -> list[str]:
        """The channels asked for, each once, in the order asked for."""
        return list(dict.fromkeys(slug for slug in self.data.getlist("channels") if slug))

    def clean_prompt(self) -> str:
        """What is wrong with its length, ``trials.plan`` says; NUL is no character of any text."""
        return str(self.cleaned_data["prompt"]).replace("\x00", "").strip()

    def clean_repeats(self) -> int:
        repeats = self.cleaned_data["repeats"]
        return 1 if repeats is None else int(repeats)

    def clean_top(self) -> int | None:
        top: int | None = self.cleaned_data["top"]
        if top is not None and not 1 <= top <= settings.TRIAL_MAX_CHANNELS:
            raise forms.ValidationError(_between(_("The number of channels"), 1, settings.TRIAL_MAX_CHANNELS))
        return top

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        scenario: Scenario | None = cleaned.get("scenario")
        if self.slugs:
            self._choose_channels()
        elif cleaned.get("top") is None and "top" not in self.errors:
            self.add_error(None, _("No channel is chosen. Tick at least one, or take the suggested ones."))
        if scenario:
            self.weights = self._read_weights(scenario)
        if self.attached:
            self._read_pictures(cleaned.get("prompt", ""))
        return cleaned

    def _read_pictures(self, prompt: str) -> None:
        if not prompt:
            self.add_error("prompt", _("Write what you want to know about the pictures."))
        try:
            self.pictures = uploads.read(self.attached)
        except uploads.Unusable as unusable:
            self.add_error(None, str(unusable))

    def _choose_channels(self) -> None:
        slugs = self.slugs
        if len(slugs) > settings.TRIAL_MAX_CHANNELS:
            message = _("%(asked)s channels are chosen; at most %(limit)s fit into one trial. Untick some.")
            self.add_error(None, message % {"asked": len(slugs), "limit": settings.TRIAL_MAX_CHANNELS})
            return
        rows = Channel.objects.listed().contenders().for_lists().filter(slug__in=slugs)
        found = {channel.slug: channel for channel in rows}
        if unknown := [slug for slug in slugs if slug not in found]:
            message = _("There is no channel called %(names)s here. Choose from the list below.")
            self.add_error(None, message % {"names": _names(unknown)})
        self.chosen = [found[slug] for slug in slugs if slug in found]
        if self.data.get("no_training"):
            self._leave_out_trainers()

    def _leave_out_trainers(self) -> None:
        """Simulated channels stay: nothing leaves this site for them."""
        kept = [each for each in self.chosen if each.is_simulated or each.provider.trains_on_inputs is False]
        if self.chosen and not kept:
            message = _("None of these channels is known not to train on inputs. Choose others, or lift that filter.")
            self.add_error(None, message)
        self.chosen = kept

    def _read_weights(self, scenario: Scenario) -> dict[str, float] | None:
        """Only when the form has any; an unreadable one is an error on the whole form."""
        asked = {name: self.data.get(f"weight-{name}", "").strip() for name in weight_names(scenario)}
        if not any(asked.values()):
            return None
        weights = {name: _weight(text) for name, text in asked.items() if text}
        if None in weights.values():
            self.add_error(None, _between(_("Each weight"), 0, int(MOST_WEIGHT)))
            return None
        return {name: weight for name, weight in weights.items() if weight is not None}

    @property
    def fingerprint(self) -> str:
        """The same for the same form sent twice; empty when it carries no nonce."""
        if not self.cleaned_data.get("nonce"):
            return ""
        content = sorted((name, self.data.getlist(name)) for name in self.data if name != "csrfmiddlewaretoken")
        content.append(("pictures", [picture.digest for picture in self.pictures]))
        return hashlib.sha256(repr(content).encode("utf-8", "surrogatepass")).hexdigest()


def weight_names(scenario: Scenario) -> list[str]:
    """What a visitor may weigh in this scenario: its dimensions' slugs, cost and speed."""
    return [*(dimension.slug for dimension in dimensions_of(scenario)), *OTHER_WEIGHTS]


def dimensions_of(scenario: Scenario) -> list[Dimension]:
    """What is scored here, in the rubric's order; nothing before a rubric is seeded."""
    try:
        return list(scenario.rubric.dimensions.all())
    except Rubric.DoesNotExist:
        return []


def _weight(text: str) -> float | None:
    """A weight from 0 to MOST_WEIGHT, or None."""
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if math.isfinite(weight) and 0 <= weight <= MOST_WEIGHT else None


def _between(what: str, low: int, high: int) -> str:
    return _("%(what)s must be between %(low)s and %(high)s.") % {"what": what, "low": low, "high": high}


def _names(names: list[str]) -> str:
    """The first few names, cut to what a person can read."""
    shown = ", ".join(name[:60] for name in names[:5])
    return shown + (" …" if len(names) > 5 else "")
