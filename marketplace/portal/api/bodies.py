"""What requests to the portal's API may hold. A field that is not known is refused, not passed over."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from catalog import countries
from catalog.models import Protocol, Role
from sandbox.conformance.questions import SLUGS
from sandbox.serializers import Exact, TextField

VERSION = "the version that you read; a change of an older one is refused with 409"


class Versioned(Exact):
    version = serializers.IntegerField(min_value=1, max_value=2_000_000_000, help_text=VERSION)


class NewProviderBody(Exact):
    """A name in one language will do; a slug is made from it where none is given."""

    name_en = TextField(required=False, default="", allow_blank=True, max_length=100)
    name_zh = TextField(required=False, default="", allow_blank=True, max_length=100)
    slug = serializers.SlugField(required=False, default="", allow_blank=True, max_length=60)
    homepage = serializers.URLField(required=False, default="", allow_blank=True, max_length=200)
    docs_url = serializers.URLField(required=False, default="", allow_blank=True, max_length=200)
    country = serializers.ChoiceField(
        sorted(countries.NAMES), required=False, default="", allow_blank=True, help_text="ISO 3166 code"
    )


class FactsBody(Versioned):
    """What is left out stays as it is."""

    name_en = TextField(required=False, allow_blank=True, max_length=100)
    name_zh = TextField(required=False, allow_blank=True, max_length=100)
    homepage = serializers.URLField(required=False, allow_blank=True, max_length=200)
    docs_url = serializers.URLField(required=False, allow_blank=True, max_length=200)
    country = serializers.ChoiceField(sorted(countries.NAMES), required=False, allow_blank=True)


class RoleBody(Exact):
    role = serializers.ChoiceField(Role.choices)


class InvitationBody(RoleBody):
    email = serializers.EmailField(max_length=254)


class TokenBody(Exact):
    token = serializers.CharField(max_length=200, help_text="the last part of the address in the letter")


class AddressBody(Exact):
    base_url = TextField(max_length=300)
    protocol = serializers.ChoiceField(
        [*Protocol.choices, ("", "detect it")], required=False, default="", allow_blank=True
    )
    anyway = serializers.BooleanField(
        required=False, default=False, help_text="save it although it does not answer as it should"
    )


class MoveBody(AddressBody, Versioned):
    confirmed = serializers.BooleanField(
        required=False, default=False, help_text="take its listed channels off the list until they are checked again"
    )


class KeyBody(Exact):
    """Write-only: no answer has it."""

    key = serializers.CharField(
        max_length=2_000, allow_blank=True, trim_whitespace=True, write_only=True, help_text="empty: it wants none"
    )


class ProposalBody(Exact):
    """A model that the catalogue does not have; an operator looks before anybody else sees it."""

    name = TextField(max_length=120)
    maker_name = TextField(max_length=100, help_text="who trained it")
    context_window = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=100_000_000, help_text="null is unknown"
    )
    input_kinds = serializers.ListField(
        child=serializers.ChoiceField(["text", "image", "audio", "video"]), required=False, default=["text"]
    )


class ChoiceBody(Exact):
    """Neither model nor proposal: whatever the name surely means."""

    wire_name = TextField(max_length=200, help_text="what the API calls it")
    model = TextField(
        required=False, default="", allow_blank=True, max_length=100, help_text="slug of a model of the catalogue"
    )
    proposal = ProposalBody(required=False, allow_null=True, default=None)


class ModelsBody(Versioned):
    models = serializers.ListField(child=ChoiceBody(), allow_empty=True, max_length=200)


class LimitsBody(Versioned):
    max_parallel = serializers.IntegerField(min_value=1, max_value=500, help_text="calls at once")
    calls_per_minute = serializers.IntegerField(min_value=1, max_value=100_000)


class ScenariosBody(Exact):
    channels = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=60), max_length=100),
        help_text="scenarios' slugs by the channel's",
    )


class TermsBody(Versioned):
    """What is left out or null is not stated."""

    processing_region = TextField(required=False, default="", allow_blank=True, max_length=100)
    retention_days = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, max_value=3650, help_text="0: not kept"
    )
    trains_on_inputs = serializers.BooleanField(required=False, allow_null=True, default=None)
    terms_source = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=200, help_text="the https page that says so"
    )
    available_in_mainland = serializers.BooleanField(required=False, allow_null=True, default=None)
    filing_number = TextField(required=False, default="", allow_blank=True, max_length=100)


class AgreeBody(Exact):
    agreed = serializers.CharField(max_length=20, help_text="the version of the terms that you have read")


class CsvBody(Exact):
    """With a head line; the columns are those of the template (GET)."""

    csv = TextField(max_length=500_000, trim_whitespace=False)
    source = serializers.CharField(  # type: ignore[assignment]  # a field of ours, not Field.source
        required=False, default="", allow_blank=True, max_length=300, help_text="the page, for lines that name none"
    )
    dry_run = serializers.BooleanField(required=False, default=False)


class Cell(serializers.CharField):
    """An amount as text or number; empty or null is unknown, 0 is free."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "default": "", "allow_blank": True, "max_length": 60, **options})


class TierBody(Exact):
    above = serializers.IntegerField(min_value=1, max_value=100_000_000, help_text="tokens of the prompt")
    input = Cell()
    output = Cell()
    cache_read = Cell()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        return {name: str(value) for name, value in super().to_internal_value(data).items()}


CELLS = ("currency", "input", "output", "cache_read", "cache_write", "valid_from", "source")


class PriceBody(Versioned):
    """Per million tokens. Amounts are texts, so that none is rounded on its way."""

    currency = serializers.CharField(max_length=10, help_text="such as CNY")
    input = Cell(help_text="empty is unknown, 0 is free")
    output = Cell()
    cache_read = Cell()
    cache_write = Cell()
    tiers = serializers.ListField(child=TierBody(), required=False, default=list, max_length=8)
    valid_from = Cell(help_text="such as 2026-12-01; empty: today")
    source = serializers.CharField(  # type: ignore[assignment]  # a field of ours, not Field.source
        required=False, default="", allow_blank=True, max_length=300, help_text="the https page that says so"
    )


class SubmitBody(Exact):
    channels = serializers.ListField(child=serializers.CharField(max_length=160), allow_empty=False, max_length=200)
    note = TextField(
        required=False, default="", allow_blank=True, max_length=2_000, help_text="for the operators alone"
    )


class SunsetBody(Exact):
    day = serializers.DateField()
    successor = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=160, help_text="slug of another channel of yours"
    )


class ChecksBody(Exact):
    only = serializers.ListField(
        child=serializers.ChoiceField(SLUGS),
        required=False,
        default=list,
        max_length=100,
        help_text="empty: all of them",
    )


class ReplyBody(Exact):
    text = TextField(max_length=2_000)
