"""The shapes of what the portal's API answers, for its description; ``rows`` builds them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
)

from catalog.models import Listing, Protocol, Role, SubmissionState
from catalog.serializers import amount
from sandbox.models import Result, RunState

Shape = serializers.Serializer[Any]


class OwnTermsShape(Shape):
    """Null is unknown."""

    allows_trials = BooleanField(allow_null=True)
    trains_on_inputs = BooleanField(allow_null=True)
    retention_days = IntegerField(allow_null=True)
    processing_region = CharField(help_text="where prompts are processed; empty is unknown")
    terms_source = CharField(help_text="the page that says so")
    available_in_mainland = BooleanField(allow_null=True)
    filing_number = CharField(help_text="of the model service's filing in China; empty is unknown")
    version = IntegerField(help_text="the provider's")


class AgreementShape(Shape):
    version = CharField(help_text="of the terms of trials and publication")
    agreed_by = CharField(help_text="name at that time")
    agreed_at = DateTimeField()


class AgreementsShape(Shape):
    current = CharField(help_text="the version in force now")
    agreed = BooleanField(help_text="somebody has agreed to it for this provider")
    history = AgreementShape(many=True)


class OwnProviderShape(Shape):
    slug = CharField()
    name_en = CharField()
    name_zh = CharField()
    homepage = CharField()
    docs_url = CharField()
    country = CharField(help_text="ISO 3166 code; empty is unknown")
    listing = serializers.ChoiceField(Listing.choices)
    local = BooleanField(help_text="a server on the site's own computer")
    simulated = BooleanField()
    role = serializers.ChoiceField(Role.choices, help_text="yours")
    version = IntegerField(help_text="send it with a change: one on an older version is refused")


class MemberShape(Shape):
    id = IntegerField()
    name = CharField()
    email = CharField(allow_null=True, help_text="for owners and of yourself; else null")
    role = serializers.ChoiceField(Role.choices)
    since = DateTimeField()
    you = BooleanField()


class InvitationShape(Shape):
    id = IntegerField()
    email = CharField()
    role = serializers.ChoiceField(Role.choices)
    sent_at = DateTimeField()
    expires_at = DateTimeField()


class LogEntryShape(Shape):
    at = DateTimeField()
    who = CharField(help_text="name at that time; empty is the site itself")
    action = CharField(help_text="a word that stays the same in every language")
    subject = CharField()
    facts = DictField(child=JSONField())
    sentence = CharField(help_text="in the reader's language")


class KeyStateShape(Shape):
    """Of a key no part is ever shown again but its last four characters."""

    origin = CharField(help_text="the only place that it is sent to")
    works = BooleanField(help_text="a call with it was answered")
    ending = CharField(help_text="its last four characters; empty where it is too short for that")
    tried_at = DateTimeField(allow_null=True)


class ApiShape(Shape):
    id = IntegerField()
    base_url = CharField()
    protocol = serializers.ChoiceField([*Protocol.choices, ("", "not known yet")], allow_blank=True)
    detected = BooleanField(help_text="the protocol was found by asking")
    key = KeyStateShape(allow_null=True)
    models_seen = ListField(child=CharField(), allow_null=True, help_text="what it lists itself; null: it has no list")
    models_seen_at = DateTimeField(allow_null=True)
    max_parallel = IntegerField()
    calls_per_minute = IntegerField()
    channels = ListField(child=CharField(), help_text="slugs")
    version = IntegerField()


class SaidShape(Shape):
    """What was seen when the API was asked, in the reader's language."""

    message = CharField()
    mend = CharField(help_text="what to do about it; empty where all is well")


class PlacedShape(Shape):
    api = ApiShape()
    said = SaidShape()


class OwnPriceShape(Shape):
    """Per million tokens in ``currency``; null is unknown, never free."""

    id = IntegerField()
    currency = CharField()
    input = amount("input tokens")
    output = amount("output tokens")
    cache_read = amount("cached input tokens")
    cache_write = amount("tokens written into the cache")
    tiers = JSONField(help_text="by prompt size")
    source = CharField()  # type: ignore[assignment]
    starts_on = DateField()
    ends_on = DateField(allow_null=True)


class ObstacleShape(Shape):
    field = CharField()
    message = CharField()
    mend = CharField()


class SubmissionShape(Shape):
    state = serializers.ChoiceField(SubmissionState.choices)
    conformance = CharField(help_text="code of the run of checks")
    submitted_at = DateTimeField()
    reason = CharField(help_text="why it was declined; else empty")
    decided_at = DateTimeField(allow_null=True)


class OwnChannelShape(Shape):
    slug = CharField()
    api = IntegerField(allow_null=True)
    model = CharField(help_text="slug")
    model_name = CharField()
    proposed = BooleanField(help_text="you named the model, and no operator has looked yet")
    wire_name = CharField()
    protocol = serializers.ChoiceField(Protocol.choices)
    base_url = CharField()
    scenarios = ListField(child=CharField())
    listing = serializers.ChoiceField(Listing.choices)
    suspended_for = CharField(help_text="a word; empty where it is not suspended")
    suspended_at = DateTimeField(allow_null=True)
    sunset_on = DateField(allow_null=True, help_text="its last day")
    successor = CharField(allow_null=True)
    price = OwnPriceShape(allow_null=True, help_text="in force today")
    profile = JSONField(help_text="what checks learned of parameters; empty: not checked yet")
    version = IntegerField()


class ChannelStateShape(Shape):
    """Where it stands on its way to the list, and what is still missing."""

    listing = serializers.ChoiceField(Listing.choices)
    missing = ObstacleShape(many=True)
    submissions = SubmissionShape(many=True)


class CheckShape(Shape):
    slug = CharField()
    result = serializers.ChoiceField([*Result.choices, ("", "waiting")], allow_blank=True)
    finding = CharField()
    facts = DictField(child=JSONField())
    took_ms = FloatField(allow_null=True)
    exchanges = ListField(child=JSONField(), help_text="what was sent and received, without secrets")


class RunShape(Shape):
    code = CharField()
    kind = CharField()
    state = serializers.ChoiceField(RunState.choices)
    results = DictField(child=IntegerField(), help_text="how many checks said what; “waiting” for those to come")
    page = serializers.URLField(help_text="a link that needs no sign-in, for engineers")
    created_at = DateTimeField()
    finished_at = DateTimeField(allow_null=True)


class RunDetailShape(RunShape):
    checks = CheckShape(many=True)


class PublishedShape(Shape):
    code = CharField()
    title = CharField()
    scenario = CharField()
    published_on = DateField()
    channels = ListField(child=CharField(), help_text="those of yours that it compares")
    reply = CharField(allow_null=True, help_text="yours; null where there is none")
    hidden = BooleanField(help_text="an operator has hidden your reply")


class LookedUpShape(PlacedShape):
    """``said`` is what came; the API's ``models_seen`` are what it lists."""


class ChosenShape(Shape):
    """Slugs of channels, but for ``removed``, which are names on the wire."""

    added = ListField(child=CharField())
    changed = ListField(child=CharField())
    removed = ListField(child=CharField())
    kept = ListField(child=CharField(), help_text="left out, but shown to others: retire them instead")
    version = IntegerField(help_text="the API's, now")


class PricedShape(Shape):
    changes = IntegerField(help_text="prices that differ from what holds")
    same = IntegerField()
    saved = IntegerField(help_text="0 in a dry run")
    silent = ListField(child=CharField(), help_text="models of which the file says nothing")


class SubmittedShape(SubmissionShape):
    channel = CharField()


class DayShape(Shape):
    day = DateField()
    answers = IntegerField()
    failed = IntegerField()
    ttft_ms_p50 = FloatField(allow_null=True)
    ttft_ms_p95 = FloatField(allow_null=True)
    output_tps_p50 = FloatField(allow_null=True)


class RankShape(Shape):
    """Among listed channels of its kind; its place lies between ``low`` and ``high``."""

    place = IntegerField()
    low = IntegerField()
    high = IntegerField()
    of = IntegerField()
    score = FloatField()
    score_low = FloatField(allow_null=True)
    score_high = FloatField(allow_null=True)


class CostShape(Shape):
    """The blended list price in the site's currency."""

    price = CharField()
    cheaper = IntegerField(help_text="how many of them cost less")
    of = IntegerField()
    median = CharField()


class GapShape(Shape):
    """Its mean score against the others' on the same prompts, with the interval of the difference."""

    slug = CharField()
    prompts = IntegerField()
    mine = FloatField()
    others = FloatField()
    gap = FloatField()
    low = FloatField()
    high = FloatField()
    verdict = serializers.ChoiceField(["loses", "leads", "level", "cannot_tell"])


class FaringShape(Shape):
    """Null is unknown: nothing was measured."""

    scenario = CharField(allow_null=True)
    simulated = BooleanField()
    since = DateField()
    until = DateField()
    trials = IntegerField()
    answers = IntegerField()
    failed = IntegerField()
    ttft_ms_p50 = FloatField(allow_null=True)
    ttft_ms_p95 = FloatField(allow_null=True)
    output_tps_p50 = FloatField(allow_null=True)
    errors = DictField(child=IntegerField(), help_text="by kind")  # type: ignore[assignment]  # not Serializer.errors
    by_day = DayShape(many=True)
    rank = RankShape(allow_null=True)
    cost = CostShape(allow_null=True)
    dimensions = GapShape(many=True)
    topics = GapShape(many=True)


class ReplyShape(Shape):
    text = CharField()
    written_at = DateTimeField()
    changed_at = DateTimeField(allow_null=True)
