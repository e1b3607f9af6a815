"""An article as an operator types it: lists with commas, sources a line each, texts checked before they are kept."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.articles import reading, rendering
from catalog.articles.reading import Problem
from catalog.models import Article

WEB = re.compile(r"https?://\S+$", re.IGNORECASE)
SHOWN_PROBLEMS = 20


class SlugsField(forms.CharField):
    """``multimodal, open-weights`` for a list of slugs."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = [word.strip() for word in re.split(r"[,，、\n]", super().clean(value) or "")]
        for word in filter(None, words):
            if slugify(word) != word:
                raise forms.ValidationError(
                    _("“%(word)s” is not a slug: write it in small Latin letters, digits and hyphens.") % {"word": word}
                )
        return list(dict.fromkeys(filter(None, words)))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class SourcesField(forms.CharField):
    """A source a line: ``title | address | day``; the last two may be left out."""

    widget = forms.Textarea(attrs={"rows": 8})

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(" | ".join(each.get(part, "") for part in ("title", "url", "checked_on")) for each in value)

    def clean(self, value: Any) -> list[dict[str, str]]:
        lines = [line.strip() for line in (super().clean(value) or "").splitlines()]
        return [_source(line, number) for number, line in enumerate(filter(None, lines), 1)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def _source(line: str, number: int) -> dict[str, str]:
    title, url, day = (*(part.strip() for part in line.rsplit("|", 2)), "", "")[:3]
    if not title or (url and not WEB.match(url)):
        why = _("Source %(number)d: write “title | https://… | 2026-11-27”; the address may be left empty.")
        raise forms.ValidationError(why % {"number": number})
    try:
        if day:
            date.fromisoformat(day)
    except ValueError:
        why = _("Source %(number)d: “%(day)s” is no day; write it as 2026-11-27.")
        raise forms.ValidationError(why % {"number": number, "day": day}) from None
    return {"title": title, "url": url, "checked_on": day}


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Says what is wrong in a text line by line; what was typed stays in the form."""

    topics = SlugsField(
        label=gettext_lazy("topics"), required=False, help_text=gettext_lazy("such as multimodal, price")
    )
    scenarios = SlugsField(
        label=gettext_lazy("scenarios"), required=False, help_text=gettext_lazy("slugs of what it is about")
    )
    ai_models = SlugsField(label=gettext_lazy("models"), required=False)
    providers = SlugsField(label=gettext_lazy("providers"), required=False)
    sources = SourcesField(
        label=gettext_lazy("sources"),
        required=False,
        help_text=gettext_lazy("a line each: title | https://… | 2026-11-27; the text cites them as [^1], [^2], …"),
    )

    class Meta:
        model = Article
        widgets = {name: forms.Textarea(attrs={"rows": 3}) for name in ("summary_zh", "summary_en")}
        fields = (
            *(
                "slug",
                "title_zh",
                "title_en",
                "summary_zh",
                "summary_en",
                "body_zh",
                "body_en",
                "author_zh",
                "author_en",
            ),
            *("published_on", "updated_on", "topics", "scenarios", "ai_models", "providers", "sources"),
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not any(values.get(f"title_{language}") for language in rendering.LANGUAGES):
            raise forms.ValidationError(_("Write the article in Chinese, in English or in both: it needs a title."))
        for language in rendering.LANGUAGES:
            self._check(language, values)
        published, updated = values.get("published_on"), values.get("updated_on")
        if published and updated and updated < published:
            self.add_error("updated_on", _("It cannot be updated before it is published."))
        return values

    def _check(self, language: str, values: dict[str, Any]) -> None:
        title, body = values.get(f"title_{language}", ""), values.get(f"body_{language}", "")
        if bool(title) != bool(body.strip()):
            missing = f"body_{language}" if title else f"title_{language}"
            self.add_error(missing, _("An article in this language needs both a title and a text."))
        if "sources" in values:
            for problem in problems(body, sources=len(values["sources"])):
                self.add_error(f"body_{language}", str(problem))


def problems(body: str, *, sources: int) -> list[Problem]:
    return reading.read(body, sources=sources).problems[:SHOWN_PROBLEMS]


def typed(form: ArticleForm) -> Article:
    """The article as it stands in the form, whatever is wrong with it; for looking at, not for keeping."""
    form.full_clean()
    names = [
        f"{name}_{language}" for name in ("title", "summary", "body", "author") for language in rendering.LANGUAGES
    ]
    article = Article(**{name: str(form[name].value() or "") for name in names})
    article.sources = form.cleaned_data.get("sources", [])
    return article
