"""What requests to the portal's API may hold. A field that is not known is refused, not passed over."""

from __future__ import annotations

from rest_framework import serializers

from catalog.models import Protocol, Role
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
    country = TextField(required=False, default="", allow_blank=True, max_length=2, help_text="ISO 3166 code")


class FactsBody(Versioned):
    """What is left out stays as it is."""

    name_en = TextField(required=False, allow_blank=True, max_length=100)
    name_zh = TextField(required=False, allow_blank=True, max_length=100)
    homepage = serializers.URLField(required=False, allow_blank=True, max_length=200)
    docs_url = serializers.URLField(required=False, allow_blank=True, max_length=200)
    country = TextField(required=False, allow_blank=True, max_length=2)


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
