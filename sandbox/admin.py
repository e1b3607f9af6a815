"""Operators' view of prompts, trials, scores and reports. What a trial found is read, never edited."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from django import forms
from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.admin import ChannelAdmin
from catalog.models import Channel
from marketplace.desk import ReadOnly
from sandbox.models import (
    AbuseReport,
    Answer,
    ChartCheck,
    Contender,
    GraderRecord,
    Judgement,
    PairJudgement,
    Prompt,
    PromptSet,
    Reply,
    Report,
    Round,
    Score,
    Trial,
)
from sandbox.report_admin import AbuseReportAdmin, ReplyAdmin, ReportAdmin
from sandbox.vetting import vet_here
from sandbox.wire.types import WireError

admin.site.unregister(Channel)
admin.site.register(Report, ReportAdmin)
admin.site.register(AbuseReport, AbuseReportAdmin)
admin.site.register(Reply, ReplyAdmin)


class VettedForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Takes no address that would not be called: the guard's word at save, and not first at a trial."""

    class Meta:
        model = Channel
        fields = "__all__"  # noqa: DJ007  # what the admin shows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        provider, address = cleaned.get("provider"), cleaned.get("base_url")
        has_moved = {"provider", "base_url"} & set(self.changed_data)
        if provider and address and has_moved and not provider.is_simulated:
            try:
                async_to_sync(vet_here)(address)
            except WireError as error:
                self.add_error("base_url", _("Nobody is called there: %(why)s.") % {"why": error.detail})
        return cleaned


@admin.register(Channel)
class VettedChannelAdmin(ChannelAdmin):
    """The catalogue's own desk for channels, with the sandbox's guard before it."""

    form = VettedForm


@admin.register(PromptSet)
class PromptSetAdmin(ReadOnly):
    list_display = ("__str__", "scenario", "version", "prompts", "created_at")
    list_filter = ("scenario",)
    list_select_related = ("scenario",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(prompt_count=Count("prompts"))
        return counted

    @admin.display(description=_("prompts"), ordering="prompt_count")
    def prompts(self, row: Any) -> int:
        return int(row.prompt_count)


@admin.register(Prompt)
class PromptAdmin(ReadOnly):
    list_display = ("slug", "title", "language", "topic", "prompt_set", "max_output_tokens")
    list_filter = ("prompt_set__scenario", "language", "topic")
    list_select_related = ("prompt_set__scenario",)
    search_fields = ("slug", "title", "text")


@admin.register(Trial)
class TrialAdmin(ReadOnly):
    list_display = ("code", "scenario", "state", "is_simulated", "answered", "ceiling", "created_at", "deadline")
    list_filter = ("state", "mode", "scenario", "is_simulated", "language")
    list_select_related = ("scenario",)
    search_fields = ("code",)
    date_hierarchy = "created_at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        answered = Count("contenders__answers", filter=~Q(contenders__answers__state="waiting"))
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(done=answered, awaited=Count("contenders__answers"))
        return counted

    @admin.display(description=_("answers"))
    def answered(self, row: Any) -> str:
        return f"{row.done} / {row.awaited}"


@admin.register(Round)
class RoundAdmin(ReadOnly):
    list_display = ("trial", "number", "leader", "risk", "looked_at")
    list_select_related = ("trial", "leader__channel")
    search_fields = ("trial__code",)


@admin.register(Contender)
class ContenderAdmin(ReadOnly):
    list_display = ("trial", "label", "channel", "price")
    list_select_related = ("trial", "channel", "price")
    search_fields = ("trial__code", "channel__slug")


@admin.register(Answer)
class AnswerAdmin(ReadOnly):
    list_display = ("pk", "contender", "prompt", "state", "error_kind", "ttft_ms", "output_tps", "charge", "tries")
    list_filter = ("state", "error_kind", "usage_estimated")
    list_select_related = ("contender", "prompt")
    search_fields = ("contender__trial__code", "contender__channel__slug", "prompt__slug")


@admin.register(Judgement)
class JudgementAdmin(ReadOnly):
    list_display = ("pk", "judge", "answer", "state", "error_kind", "charge", "prompt_version")
    list_filter = ("state", "error_kind", "judge")
    list_select_related = ("judge", "answer")
    search_fields = ("answer__contender__trial__code",)


@admin.register(PairJudgement)
class PairJudgementAdmin(ReadOnly):
    list_display = ("pk", "judge", "trial", "planted", "is_swapped", "said", "state", "error_kind", "charge")
    list_filter = ("state", "said", "judge")
    list_select_related = ("judge", "trial")
    search_fields = ("trial__code", "planted")


@admin.register(GraderRecord)
class GraderRecordAdmin(ReadOnly):
    list_display = ("grader", "dimension", "statistic", "value", "low", "high", "n", "prompt_version", "measured_on")
    list_filter = ("statistic", "grader")
    search_fields = ("grader", "data")


@admin.register(Score)
class ScoreAdmin(ReadOnly):
    list_display = ("pk", "answer", "dimension", "grader", "judge", "value", "reason")
    list_filter = ("grader", "dimension")
    list_select_related = ("answer", "dimension", "judge")
    search_fields = ("answer__contender__trial__code",)


@admin.register(ChartCheck)
class ChartCheckAdmin(ReadOnly):
    list_display = ("pk", "answer", "language", "compiles")
    list_filter = ("language", "compiles")
    list_select_related = ("answer",)
    search_fields = ("answer__contender__trial__code",)
