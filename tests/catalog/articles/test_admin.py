"""The editors' desk: what is typed is never lost, problems are told, and a preview is the page itself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Article
from marketplace.accounts.models import User
from tests.factories import make_article

pytestmark = pytest.mark.django_db
TYPED = {
    "slug": "new",
    "title_en": "New",
    "summary_en": "Short.",
    "body_en": "## Part\n\nText.[^1]\n",
    "published_on": "2026-01-02",
    "topics": "price, open-weights",
    "sources": "A | title | https://paper.example/ | 2026-01-01\n\nA talk | |\n",
}


@pytest.fixture
def desk(client):
    client.force_login(User.objects.create_superuser("op", password="not-a-real-password"))
    return client


def add(desk, **changes: str):
    return desk.post(reverse("admin:catalog_article_add"), {**TYPED, **changes})


def preview(desk, **changes: str):
    return desk.post(reverse("admin:catalog_article_preview"), {**TYPED, **changes})


def test_keeps_what_was_typed(desk) -> None:
    assert add(desk).status_code == 302
    article = Article.objects.get()
    assert article.topics == ["price", "open-weights"]
    assert article.sources == [
        {"title": "A | title", "url": "https://paper.example/", "checked_on": "2026-01-01"},
        {"title": "A talk", "url": "", "checked_on": ""},
    ]
    assert article.written_in == ["en"]


def test_shows_a_row_as_it_was_typed(desk) -> None:
    add(desk)
    page = desk.get(reverse("admin:catalog_article_change", args=[Article.objects.get().pk])).content.decode()
    assert "price, open-weights" in page
    assert "A | title | https://paper.example/ | 2026-01-01" in page


def test_refuses_a_broken_chart_with_its_line_and_loses_nothing(desk) -> None:
    body = 'Mine.\n\n```chart\ntitle = "x\n```\n'
    page = add(desk, body_en=body).content.decode()
    assert "Line 4: In this chart" in page
    assert "title = &quot;x" in page
    assert "Mine." in page
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"body_en": "x[^3]"}, "[^3] leads nowhere: the number of sources is 2"),
        ({"title_en": "", "body_en": ""}, "it needs a title"),
        ({"title_zh": "只有标题"}, "needs both a title and a text"),
        ({"body_zh": "只有正文"}, "needs both a title and a text"),
        ({"topics": "Über alles"}, "is not a slug"),
        ({"sources": "x | javascript:alert(1) | 2026-01-01"}, "Source 1: write"),
        ({"sources": "x | https://a.example | soon"}, "“soon” is no day"),
        ({"updated_on": "2026-01-01"}, "cannot be updated before it is published"),
    ],
)
def test_says_what_is_wrong_and_how_to_mend_it(desk, changes, told) -> None:
    assert told in add(desk, **changes).content.decode()
    assert not Article.objects.exists()


def test_previews_by_the_pages_own_renderer_and_keeps_nothing(desk) -> None:
    response = preview(desk, title_zh="新", body_zh="## 节\n\n<script>alert(1)</script>")
    page = response.content.decode()
    assert '<h2 id="s-part">Part</h2>' in page
    assert '<h2 id="s-节">节</h2>' in page
    assert "&lt;script&gt;" in page
    assert "no-store" in response["Cache-Control"]
    assert not Article.objects.exists()


def test_previews_what_could_not_be_saved_and_says_why(desk) -> None:
    page = preview(desk, slug="", body_en="Still here.[^9]").content.decode()
    assert "Still here." in page
    assert "[^9] leads nowhere" in page


def test_previews_an_article_that_exists(desk) -> None:
    make_article(slug="new")
    assert "Part" in preview(desk).content.decode()


def test_shows_no_preview_to_a_stranger_or_by_a_link(client, desk) -> None:
    assert desk.get(reverse("admin:catalog_article_preview")).status_code == 405
    desk.force_login(User.objects.create_user("clerk", password="not-a-real-password", is_staff=True))
    assert preview(desk).status_code == 403
    desk.logout()
    assert preview(desk).status_code == 302


def test_lists_states_and_languages(desk) -> None:
    make_article(slug="draft", published_on=None)
    make_article(slug="english", title_zh="", body_zh="", summary_zh="")
    page = desk.get(reverse("admin:catalog_article_changelist")).content.decode()
    assert "draft" in page
    assert "English" in page


def test_makes_a_shipped_text_the_operators_once_it_is_saved(desk) -> None:
    article = make_article(slug="new", source="catalog/seed/articles")
    desk.post(reverse("admin:catalog_article_change", args=[article.pk]), TYPED)
    article.refresh_from_db()
    assert (article.source, article.title_en) == ("", "New")
