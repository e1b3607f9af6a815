"""The shapes of the catalogue's JSON, for its description; the rows themselves are built from plain values (api.py)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateField,
    DecimalField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
)

from catalog.models import PriceBasis, Protocol

Shape = serializers.Serializer[Any]


def amount(text: str) -> DecimalField:
    return DecimalField(max_digits=14, decimal_places=6, allow_null=True, help_text=f"{text}; null is unknown")


class PriceShape(Shape):
    """Per million tokens, in the currency of its source; null is unknown, never free."""

    currency = CharField()
    input = amount("input tokens")
    output = amount("output tokens")
    cache_read = amount("cached input tokens")
    cache_write = amount("tokens written into the cache")
    tiers = JSONField(
        help_text='by prompt size: [{"above": 200000, "input": "2.5", "output": "15", "cache_read": null}]'
    )
    blended = amount("three parts input, one part output")
    basis = serializers.ChoiceField(PriceBasis.choices)
    source = CharField()  # type: ignore[assignment]  # a field of ours, not Field.source
    checked_on = DateField()


class ChannelShape(Shape):
    slug = CharField()
    name = CharField()
    provider = CharField(help_text="slug")
    provider_name = CharField(help_text="in the reader's language")
    model = CharField(help_text="slug")
    maker = CharField(help_text="slug of who trained the model")
    maker_name = CharField()
    protocol = serializers.ChoiceField(Protocol.choices)
    wire_name = CharField(help_text="what this API calls the model")
    base_url = CharField(allow_null=True, help_text="null for simulated channels and for those that are not listed")
    scenarios = ListField(child=CharField())
    live = BooleanField(help_text="the platform can call it now")
    simulated = BooleanField()
    listing = serializers.ChoiceField(
        ["listed", "suspended", "retired"], help_text="only what is listed is in lists and trials"
    )
    sunset_on = DateField(allow_null=True, help_text="its last day here, where one is set")
    successor = CharField(allow_null=True, help_text="slug of the channel to use instead")
    country = CharField(help_text="ISO 3166 code of the provider; empty is unknown")
    trains_on_inputs = BooleanField(allow_null=True)
    context_window = IntegerField(allow_null=True)
    max_output = IntegerField(allow_null=True)
    reasoning = BooleanField(allow_null=True)
    open_weights = BooleanField(allow_null=True)
    price = PriceShape(allow_null=True)
    source = CharField()  # type: ignore[assignment]
    checked_on = DateField()


class TermsShape(Shape):
    """Null is unknown."""

    allows_trials = BooleanField(allow_null=True)
    trains_on_inputs = BooleanField(allow_null=True)
    retention_days = IntegerField(allow_null=True)
    note = CharField(help_text="conditions and exceptions, in the reader's language")
    source = CharField()  # type: ignore[assignment]
    checked_on = DateField(allow_null=True)


class MainlandShape(Shape):
    """Whether it may be used from mainland China, and its 备案号, each with its source. Null is unknown."""

    available = BooleanField(allow_null=True)
    source = CharField(allow_null=True)  # type: ignore[assignment]
    checked_on = DateField(allow_null=True)
    filing_number = CharField(allow_null=True)
    filing_source = CharField(allow_null=True)
    filing_checked_on = DateField(allow_null=True)


class ProviderShape(Shape):
    slug = CharField()
    name = CharField(help_text="in the reader's language")
    name_zh = CharField()
    name_en = CharField()
    simulated = BooleanField()
    local = BooleanField()
    homepage = CharField()
    docs_url = CharField()
    country = CharField(help_text="ISO 3166 code; empty is unknown")
    processing_region = CharField()
    terms = TermsShape()
    mainland = MainlandShape()
    channels = IntegerField(help_text="how many are listed")
    source = CharField()  # type: ignore[assignment]
    checked_on = DateField()


class ModelShape(Shape):
    slug = CharField()
    name = CharField()
    maker = CharField()
    maker_name = CharField()
    family = CharField()
    released_on = DateField(allow_null=True)
    context_window = IntegerField(allow_null=True)
    max_output = IntegerField(allow_null=True)
    input_kinds = ListField(child=CharField())
    output_kinds = ListField(child=CharField())
    reasoning = BooleanField(allow_null=True)
    tools = BooleanField(allow_null=True)
    structured_output = BooleanField(allow_null=True)
    open_weights = BooleanField(allow_null=True)
    parameters_b = DecimalField(max_digits=8, decimal_places=2, allow_null=True, help_text="billions; null is unknown")
    active_parameters_b = DecimalField(
        max_digits=8, decimal_places=2, allow_null=True, help_text="billions at work per token; null is unknown"
    )
    parameters_source = CharField(help_text="“name” where the model's name states them; empty while unknown")
    channels = IntegerField(help_text="how many are listed")
    source = CharField()  # type: ignore[assignment]
    checked_on = DateField()


class AnchorShape(Shape):
    level = IntegerField()
    text = CharField()


class DimensionShape(Shape):
    slug = CharField()
    title = CharField()
    guide = CharField()
    note = CharField()
    anchors = AnchorShape(many=True)
    weight = FloatField()
    graders = ListField(child=CharField())


class ScenarioShape(Shape):
    """Texts are in the reader's language."""

    slug = CharField()
    title = CharField()
    title_zh = CharField()
    title_en = CharField()
    summary = CharField()
    open = BooleanField()
    free_until = DateField(allow_null=True)
    dimensions = DimensionShape(many=True)
    real_channels = IntegerField()
    simulated_channels = IntegerField()
