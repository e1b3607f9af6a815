"""The admin for what is for sale: secrets go in and never come out, and a price that was made stays as it is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from catalog.article_admin import ArticleAdmin
from catalog.desk import Facts
from catalog.live import origin_of
from catalog.member_admin import (
    AgreementAdmin,
    ApiAdmin,
    AuditEntryAdmin,
    InvitationAdmin,
    MembershipAdmin,
    SubmissionAdmin,
)
from catalog.models import (
    Agreement,
    AIModel,
    Api,
    Article,
    AuditEntry,
    Channel,
    Credential,
    Dimension,
    FxRate,
    Invitation,
    Measurement,
    Membership,
    Price,
    Provider,
    PublicReport,
    Rubric,
    Scenario,
    Submission,
)
from marketplace.crypto import Unreadable


def masked(credential: Credential) -> str:
    """``env:NAME`` in full, of any other secret the last four characters."""
    try:
        secret = credential.secret or ""
    except Unreadable:
        return str(_("unreadable: enter it again"))
    if secret.startswith("env:"):
        return secret
    if not secret:
        return str(_("none"))
    return f"••••{secret[-4:]}" if len(secret) >= 16 else "••••"


class CredentialForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes a new secret; the one that is there is never shown."""

    new_secret = forms.CharField(
        label=_("new secret"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
        help_text=_("The key, or env:NAME. Empty keeps the one that is there; a new origin needs it entered again."),
    )

    class Meta:
        model = Credential
        fields = ("provider", "origin")

    def clean_origin(self) -> str:
        written = self.cleaned_data["origin"].lower().rstrip("/")
        if not written or origin_of(written) != written:
            raise forms.ValidationError(_("Write scheme and host alone, such as https://api.example.com"))
        return str(written)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        moved = self.instance.pk is None or {"origin", "provider"} & set(self.changed_data)
        if moved and not cleaned.get("new_secret"):
            self.add_error("new_secret", _("Enter the key for this origin."))
        return cleaned


@admin.register(Credential)
class CredentialAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = CredentialForm
    list_display = ("provider", "origin", "shown", "works", "probed_at")
    list_filter = ("works",)
    search_fields = ("provider__slug", "origin")
    list_select_related = ("provider",)
    autocomplete_fields = ("provider",)
    readonly_fields = ("shown", "works", "probed_at")
    fields = ("provider", "origin", "new_secret", *readonly_fields)

    @admin.display(description=_("secret"))
    def shown(self, credential: Credential) -> str:
        return masked(credential)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Credential]:
        # One that cannot be decrypted must not take the whole list down with it.
        return super().get_queryset(request).defer("secret")

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        """What changed has not been tried yet."""
        if form.changed_data:
            obj.works, obj.probed_at = False, None
        if entered := form.cleaned_data.get("new_secret"):
            obj.secret = entered
        super().save_model(request, obj, form, change)


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "name_en", "name_zh", "listing", "country", "channel_count", "is_simulated", "checked_on")
    list_filter = (
        *("listing", "is_simulated", "is_local", "country", "trains_on_inputs", "allows_trials"),
        *("available_in_mainland", ("filing_number", admin.EmptyFieldListFilter)),
    )
    search_fields = ("slug", "name_en", "name_zh")
    date_hierarchy = "checked_on"
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        rows: QuerySet[Provider] = super().get_queryset(request)
        return rows.annotate(channel_count=Count("channels"))

    @admin.display(description=_("channels"), ordering="channel_count")
    def channel_count(self, provider: Any) -> int:
        return int(provider.channel_count)


@admin.register(AIModel)
class AIModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "slug",
        "name",
        "maker_name",
        "released_on",
        "context_window",
        "parameters_b",
        "reasons",
        "open_weights",
    )
    list_filter = ("maker_name", "reasons", "open_weights", "calls_tools")
    search_fields = ("slug", "name", "maker", "maker_name", "family")


class PriceInline(admin.TabularInline):  # type: ignore[type-arg]
    model = Price
    extra = 0
    can_delete = False
    fields = ("currency", "input", "output", "cache_read", "basis", "source", "checked_on", "starts_on", "ends_on")
    readonly_fields = fields
    verbose_name_plural = _("prices")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "provider", "model", "protocol", "listing", "standing", "live", "is_judge", "checked_on")
    list_filter = ("listing", "protocol", "is_judge", "provider__is_simulated", "scenarios", "provider")
    search_fields = ("slug", "wire_name", "model__name", "provider__name_en", "provider__name_zh")
    autocomplete_fields = ("provider", "model")
    filter_horizontal = ("scenarios",)
    list_select_related = ("provider", "model")
    inlines = (PriceInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Channel]:
        return Channel.objects.with_live().order_by("slug")

    @admin.display(description=_("live"), boolean=True, ordering="live")
    def live(self, channel: Any) -> bool:
        return bool(channel.live)

    @admin.display(description=_("standing"))
    def standing(self, channel: Any) -> str:
        """Where a provider's own channel is suspended and brought back, with mail and log, and its checks are seen."""
        if channel.api_id is None:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("portal:standing", args=[channel.slug]), _("look"))


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A new price may be entered and the old one ended; nothing else of it changes, and none is deleted."""

    list_display = (
        "channel",
        "currency",
        "input",
        "output",
        "cache_read",
        "basis",
        "checked_on",
        "starts_on",
        "ends_on",
    )
    list_filter = ("currency", "basis", ("ends_on", admin.EmptyFieldListFilter))
    search_fields = ("channel__slug", "source")
    autocomplete_fields = ("channel",)
    list_select_related = ("channel",)
    date_hierarchy = "checked_on"

    def get_readonly_fields(self, request: HttpRequest, obj: Price | None = None) -> list[str]:
        return [field.name for field in Price._meta.fields if field.name != "ends_on"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FxRate)
class FxRateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("base", "quote", "rate", "on", "source")
    list_filter = ("base", "quote")
    date_hierarchy = "on"


class DimensionInline(admin.StackedInline):  # type: ignore[type-arg]
    model = Dimension
    extra = 0


@admin.register(Rubric)
class RubricAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("scenario", "version")
    list_filter = ("scenario",)
    list_select_related = ("scenario",)
    inlines = (DimensionInline,)


@admin.register(Dimension)
class DimensionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "title_zh", "title_en", "rubric", "weight", "position")
    list_filter = ("rubric__scenario",)
    search_fields = ("slug", "title_zh", "title_en")
    list_select_related = ("rubric__scenario",)


@admin.register(Scenario)
class ScenarioAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("slug", "title_zh", "title_en", "is_open", "free_until", "position")
    list_filter = ("is_open",)
    search_fields = ("slug", "title_zh", "title_en")


@admin.register(Measurement)
class MeasurementAdmin(Facts):
    list_display = ("channel", "scenario", "metric", "value", "low", "high", "samples", "report", "measured_at")
    list_filter = ("scenario", "metric", "channel__provider__is_simulated")
    search_fields = ("channel__slug", "report")
    list_select_related = ("channel", "scenario")
    date_hierarchy = "measured_at"


@admin.register(PublicReport)
class PublicReportAdmin(Facts):
    list_display = ("code", "scenario", "title_zh", "title_en", "published_on")
    list_filter = ("scenario",)
    search_fields = ("code", "title_zh", "title_en")
    list_select_related = ("scenario",)


admin.site.register(Article, ArticleAdmin)
admin.site.register(Membership, MembershipAdmin)
admin.site.register(Invitation, InvitationAdmin)
admin.site.register(Agreement, AgreementAdmin)
admin.site.register(AuditEntry, AuditEntryAdmin)
admin.site.register(Api, ApiAdmin)
admin.site.register(Submission, SubmissionAdmin)
