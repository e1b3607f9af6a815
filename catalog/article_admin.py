"""The editors' desk: both languages side by side, a preview by the page's own renderer, and who is published when."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.article_forms import ArticleForm, problems, typed
from catalog.articles import page, rendering
from catalog.models import Article


class ArticleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    form = ArticleForm
    change_form_template = "admin/catalog/article/change_form.html"
    list_display = ("slug", "title", "state", "published_on", "updated_on", "languages", "source")
    list_filter = ("published_on",)
    search_fields = ("slug", "title_zh", "title_en", "summary_zh", "summary_en")
    prepopulated_fields = {"slug": ("title_en",)}
    fieldsets = (
        (None, {"fields": (("title_zh", "title_en"), "slug", ("summary_zh", "summary_en"), ("body_zh", "body_en"))}),
        (None, {"fields": (("author_zh", "author_en"), ("published_on", "updated_on"))}),
        (
            gettext_lazy("What it is about"),
            {"fields": (("topics", "scenarios"), ("ai_models", "providers"), "sources")},
        ),
    )

    class Media:
        css = {"all": ("css/article-admin.css",)}

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Article) -> str:
        return row.title

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Article) -> str | SafeString:
        if row.published_on is None:
            return _("draft")
        if not row.is_published:
            return _("waits for its day")
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), _("published"))

    @admin.display(description=gettext_lazy("languages"))
    def languages(self, row: Article) -> str:
        return " · ".join({"zh": "中文", "en": "English"}[language] for language in row.written_in)

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """From now on the text is the operator's: what ships with the site does not overwrite it."""
        obj.source = ""
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "preview/", self.admin_site.admin_view(require_POST(self.preview)), name="catalog_article_preview"
        )
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The typed texts as their pages would show them, both languages side by side; nothing is kept."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        article = typed(ArticleForm(request.POST))
        rendering.render_all([article])
        sources = len(article.sources)
        texts = [
            {
                "language": page.HTML_LANGUAGES[language],
                "title": getattr(article, f"title_{language}"),
                "summary": getattr(article, f"summary_{language}"),
                "parts": page.parts_of(article, language),
                "problems": problems(getattr(article, f"body_{language}"), sources=sources),
            }
            for language in rendering.LANGUAGES
            if language in article.rendered
        ]
        context = {"texts": texts, "references": page.references(article)}
        return TemplateResponse(request, "admin/catalog/article/preview.html", context)
