"""The API's words for trials: what a request may hold, and what an answer looks like."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.reverse import reverse

from catalog.models import Channel, Scenario
from sandbox import pictures, trials
from sandbox.models import Answer, Language, Prompt, Trial, Visibility
from sandbox.visibility import REVOKED


class TextField(serializers.CharField):
    """Text of a visitor's; a NUL is no character of any text and is left out."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(data.replace("\0", "") if isinstance(data, str) else data)


class Exact(serializers.Serializer[Any]):
    """Refuses fields that it does not know: a misspelt wish must not be spent on something else."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name)[:60] for name in data if name not in self.fields] if isinstance(data, dict) else []
        if unknown:
            message = _("There is no field of this name; known are: %s.") % ", ".join(self.fields)
            raise serializers.ValidationError({name: [message] for name in unknown[:5]}, code="unknown")
        return super().to_internal_value(data)


class OwnPromptSerializer(Exact):
    # How long a prompt may be, ``trials.plan`` says.
    text = TextField(max_length=1_200_000, help_text="the question; at most 20,000 characters")
    reference = TextField(required=False, default="", allow_blank=True, max_length=20_000)


class TrialRequestSerializer(Exact):
    """A wish for a trial. ``channels`` or ``top``; without ``prompts`` six of the scenario's own are asked."""

    scenario = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Scenario.objects.open(),
        error_messages={"does_not_exist": gettext_lazy("There is no scenario called {value:.60}.")},
    )
    channels = serializers.ListField(child=serializers.CharField(max_length=200), required=False, max_length=1000)
    top = serializers.IntegerField(required=False, min_value=1, max_value=settings.TRIAL_MAX_CHANNELS)
    prompts = serializers.ListField(child=OwnPromptSerializer(), required=False, max_length=1000)
    language = serializers.ChoiceField(choices=Language.choices, required=False)
    repeats = serializers.IntegerField(required=False, default=1)
    weights = serializers.DictField(child=serializers.FloatField(), required=False)
    mode = serializers.ChoiceField(choices=Trial.Mode.choices, required=False, default=Trial.Mode.FIXED)
    blind = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("channels" in attrs) == ("top" in attrs):
            raise serializers.ValidationError({"channels": [_("Give either “channels” or “top”.")]})
        if "channels" in attrs:
            attrs["channels"] = self.found(attrs["channels"])
        return attrs

    def found(self, slugs: list[str]) -> list[Channel]:
        """The channels in the order asked for, each once."""
        wanted = list(dict.fromkeys(slugs))
        known = Channel.objects.listed().contenders().for_lists().in_bulk(wanted, field_name="slug")
        unknown = [slug[:60] for slug in wanted if slug not in known]
        if unknown:
            message = _("There is no channel called %s here.") % ", ".join(unknown[:5])
            raise serializers.ValidationError({"channels": [message]}, code="does_not_exist")
        return [known[slug] for slug in wanted]

    def wishes(self, language: str) -> dict[str, Any]:
        """The keyword arguments of ``trials.open_trial``, without who asks."""
        data = self.validated_data
        scenario: Scenario = data["scenario"]
        channels = data["channels"] if "channels" in data else trials.suggest(scenario, top=data["top"])
        return {
            "scenario": scenario,
            "channels": channels,
            "language": data.get("language") or language,
            "own": [trials.OwnPrompt(**prompt) for prompt in data.get("prompts", [])],
            "repeats": data["repeats"],
            "weights": data.get("weights"),
            "mode": Trial.Mode(data["mode"]),
            "is_blind": data["blind"],
        }


class AudienceSerializer(Exact):
    """Who may see a report and how much of it; what is left out stays as it is. On the owner's own prompts, ``asked``
    asks an operator for ``public``."""

    visibility = serializers.ChoiceField(choices=[*Visibility.values, REVOKED], required=False)
    hide_prompts = serializers.BooleanField(required=False)
    hide_answers = serializers.BooleanField(required=False)


class LinksSerializer(serializers.Serializer[Any]):
    page = serializers.URLField()
    self = serializers.URLField()
    events = serializers.URLField()
    cancel = serializers.URLField()
    report = serializers.URLField()


class TrialStartedSerializer(serializers.Serializer[Any]):
    """``owner_token`` is for guests: sent back as ``X-Owner-Token`` it may stop the trial and revoke its report."""

    code = serializers.CharField()
    state = serializers.CharField()
    ceiling = serializers.CharField(help_text="the most that the trial may cost, paid by the house")
    currency = serializers.CharField()
    deadline = serializers.DateTimeField()
    owner_token = serializers.CharField(required=False)
    links = LinksSerializer()


class AnswerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    prompt = serializers.CharField()
    repeat = serializers.IntegerField()
    state = serializers.CharField()
    error_kind = serializers.CharField()
    error_detail = serializers.CharField()
    text = serializers.CharField()
    ttft_ms = serializers.FloatField(allow_null=True)
    total_ms = serializers.FloatField(allow_null=True)
    output_tps = serializers.FloatField(allow_null=True)
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    charge = serializers.CharField(allow_null=True)
    tries = serializers.IntegerField()


class ContenderSerializer(serializers.Serializer[Any]):
    """``channel`` is null in a blind trial until it has ended."""

    label = serializers.CharField()  # type: ignore[assignment]  # the field's name is the API's word
    channel = serializers.CharField(allow_null=True)
    simulated = serializers.BooleanField()
    answers = AnswerSerializer(many=True)


class PictureSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    address = serializers.CharField(help_text="below this site's own; the trial's code in it is the permission")
    media_type = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256")
    alt_zh = serializers.CharField()
    alt_en = serializers.CharField()


class AskedSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    pictures = PictureSerializer(many=True, required=False)


class TrialDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    scenario = serializers.CharField()
    state = serializers.CharField()
    problem = serializers.CharField()
    language = serializers.CharField()
    repeats = serializers.IntegerField()
    mode = serializers.CharField()
    blind = serializers.BooleanField()
    simulated = serializers.BooleanField()
    weights = serializers.DictField(child=serializers.FloatField())
    ceiling = serializers.CharField()
    currency = serializers.CharField()
    created_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    prompts = AskedSerializer(many=True)
    contenders = ContenderSerializer(many=True)
    links = LinksSerializer()


def links(trial: Trial, request: Request) -> dict[str, str]:
    def to(name: str) -> str:
        return str(reverse(name, args=[trial.code], request=request))

    return {
        "page": to("sandbox:trial"),
        "self": to("api:trial"),
        "events": to("api:trial_events"),
        "cancel": to("api:trial_cancel"),
        "report": to("api:report"),
    }


def started(trial: Trial, request: Request, owner_token: str) -> dict[str, Any]:
    token = {"owner_token": owner_token} if owner_token else {}
    return {
        "code": trial.code,
        "state": trial.state,
        "ceiling": str(trial.ceiling),
        "currency": trial.currency,
        "deadline": trial.deadline,
        **token,
        "links": links(trial, request),
    }


def detail(trial: Trial, request: Request) -> dict[str, Any]:
    """The whole trial as it stands in the database; five queries whatever its size."""
    plain = ("code", "state", "problem", "language", "repeats", "mode", "weights", "currency")
    return {
        **{name: getattr(trial, name) for name in plain},
        "scenario": trial.scenario.slug,
        "blind": trial.is_blind,
        "simulated": trial.is_simulated,
        "ceiling": str(trial.ceiling),
        "created_at": trial.created_at,
        "deadline": trial.deadline,
        "finished_at": trial.finished_at,
        "prompts": prompts(trial),
        "contenders": contenders(trial),
        "links": links(trial, request),
    }


def prompts(trial: Trial) -> list[dict[str, Any]]:
    """What is asked, in the set's order."""
    asked = Answer.objects.of(trial).order_by().values("prompt")
    rows = pictures.with_outlines(Prompt.objects.filter(pk__in=asked).order_by("position", "pk"))
    return [
        {"slug": row.slug, "title": row.title, "text": row.text, "pictures": pictures.facts(row, code=trial.code)}
        for row in rows
    ]


def contenders(trial: Trial) -> list[dict[str, Any]]:
    hidden = trial.is_blind and trial.is_open
    by_contender: dict[int, list[dict[str, Any]]] = {}
    answers = Answer.objects.of(trial).select_related("prompt").order_by("prompt__position", "repeat")
    for answer in answers:
        by_contender.setdefault(answer.contender_id, []).append(answer_row(answer, hidden=hidden))
    return [
        {
            "label": contender.label,
            "channel": None if hidden else contender.channel.slug,
            "simulated": trial.is_simulated,
            "answers": by_contender.get(contender.pk, []),
        }
        for contender in trial.contenders.select_related("channel")
    ]


def answer_row(answer: Answer, *, hidden: bool) -> dict[str, Any]:
    """An answer; ``hidden`` keeps back what a provider says of an error, which may name it."""
    shown = ("state", "error_kind", "text", "ttft_ms", "total_ms", "output_tps", "tries", "repeat")
    return {
        "id": answer.pk,
        "prompt": answer.prompt.slug,
        "error_detail": "" if hidden else answer.error_detail,
        "input_tokens": answer.input_tokens,
        "output_tokens": answer.output_tokens,
        "charge": None if answer.charge is None else str(answer.charge),
        **{name: getattr(answer, name) for name in shown},
    }
