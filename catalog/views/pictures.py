"""The pictures that stand for articles, and for the site itself, where they are shared."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from catalog.models import Article
from catalog.posters import press
from catalog.posters.press import Poster

# The language in a picture's address, and what the site calls it.
LANGUAGES = {"zh": "zh-hans", "en": "en"}
AN_HOUR = "public, max-age=3600"


@require_safe
def article_picture(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """An article's title, in a language that it is written in."""
    article = get_object_or_404(Article.objects.published().for_lists(), slug=slug)
    if language not in article.written_in:
        raise Http404
    with override(LANGUAGES[language]):
        day = date_format(article.changed_on, "DATE_FORMAT")
        note = f"{article.author} · {day}" if article.author else day
        poster = Poster(language, _("Article"), article.title, note)
    return press.answer(request, poster, cache_control=AN_HOUR)


@require_safe
def site_picture(request: HttpRequest, language: str) -> HttpResponse:
    if language not in LANGUAGES:
        raise Http404
    with override(LANGUAGES[language]):
        poster = Poster(
            language,
            _("AI APIs, tried side by side"),
            _("Nobody has to trust a ranking."),
            _("One prompt, many APIs, a verdict that says how sure it is"),
        )
    return press.answer(request, poster, cache_control=AN_HOUR)
