"""What the site itself writes: articles in Chinese, English or both, with their sources."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog.articles import rendering
from catalog.language import in_language, is_chinese


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> Self:
        """Articles that everybody may read today."""
        return self.filter(published_on__lte=timezone.localdate())

    def newest_first(self) -> Self:
        """By date; of one day's, by slug, so that previous and next never change places."""
        return self.order_by("-published_on", "slug")

    def for_lists(self) -> Self:
        """Without the texts, which a list does not show; which languages they are in is told by the titles."""
        return self.defer("body_zh", "body_en", "rendered", "sources")


class Article(models.Model):
    """文章: one text in one or two languages; ``published_on`` None is a draft, a later day is one that waits.

    A language whose title is blank is one the article is not written in. ``rendered`` is made from the texts at
    every saving (``catalog.articles.rendering``).
    """

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120, blank=True)
    title_en = models.CharField(_("title (English)"), max_length=160, blank=True)
    summary_zh = models.CharField(_("summary (Chinese)"), max_length=200, blank=True)
    summary_en = models.CharField(_("summary (English)"), max_length=300, blank=True)
    body_zh = models.TextField(_("text (Chinese)"), blank=True)
    body_en = models.TextField(_("text (English)"), blank=True)
    author_zh = models.CharField(_("author (Chinese)"), max_length=80, blank=True)
    author_en = models.CharField(_("author (English)"), max_length=80, blank=True)
    published_on = models.DateField(_("published"), null=True, blank=True, help_text=_("empty: a draft"))
    updated_on = models.DateField(_("updated"), null=True, blank=True)
    topics = models.JSONField(_("topics"), default=list, blank=True, help_text=_('such as ["multimodal", "price"]'))
    scenarios = models.JSONField(_("scenarios"), default=list, blank=True, help_text=_("slugs of what it is about"))
    ai_models = models.JSONField(_("models"), default=list, blank=True)
    providers = models.JSONField(_("providers"), default=list, blank=True)
    sources = models.JSONField(
        _("sources"), default=list, blank=True, help_text=_('[{"title": …, "url": …, "checked_on": "2026-11-27"}, …]')
    )
    source = models.CharField(
        _("comes from"),
        max_length=200,
        blank=True,
        help_text=_("a text that ships with the site follows its file; once saved here it is yours"),
    )
    rendered = models.JSONField(default=dict, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-published_on", "slug"]
        constraints = [
            CheckConstraint(
                condition=(Q(title_zh="") | ~Q(body_zh="")) & (Q(title_en="") | ~Q(body_en="")),
                name="a_titled_article_has_a_text",
            ),
            CheckConstraint(
                condition=(~Q(title_zh="") | Q(body_zh="")) & (~Q(title_en="") | Q(body_en="")),
                name="a_written_article_has_a_title",
            ),
            CheckConstraint(condition=~Q(title_zh="", title_en=""), name="an_article_is_written_in_some_language"),
            CheckConstraint(
                condition=Q(updated_on__isnull=True)
                | Q(published_on__isnull=True)
                | Q(updated_on__gte=F("published_on")),
                name="an_article_is_not_updated_before_it_is_published",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        rendering.render_all([self])
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "rendered"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("catalog:article", args=[self.slug])

    @property
    def written_in(self) -> list[str]:
        """``zh``, ``en`` or both."""
        return [language for language in rendering.LANGUAGES if getattr(self, f"title_{language}")]

    @property
    def shown_in(self) -> str:
        """The reader's language if it is written in it, else the one that it is written in."""
        wanted = "zh" if is_chinese() else "en"
        return wanted if wanted in self.written_in else self.written_in[0]

    @property
    def is_published(self) -> bool:
        return self.published_on is not None and self.published_on <= timezone.localdate()

    @property
    def title(self) -> str:
        return in_language(self, "title")

    @property
    def summary(self) -> str:
        return str(getattr(self, f"summary_{self.shown_in}"))

    @property
    def author(self) -> str:
        return in_language(self, "author")

    @property
    def changed_on(self) -> Any:
        """The day of its last version."""
        return self.updated_on or self.published_on
