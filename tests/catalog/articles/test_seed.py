"""Shipped articles come from their files as often as one likes, and an operator's own stay as they are."""

from __future__ import annotations

import logging

import pytest

from catalog.articles import reading
from catalog.models import Article
from catalog.seed import articles as seed
from catalog.seed.articles import Unreadable, load_articles
from tests.factories import make_scenario

pytestmark = pytest.mark.django_db
FACTS = """
author_en = "Editors"
author_zh = "编辑部"
published_on = 2026-11-20
topics = ["price"]
scenarios = ["deep-reasoning", "no-such"]
[[sources]]
title = "A paper"
url = "https://paper.example/"
checked_on = 2026-11-19
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "one.toml").write_text(FACTS)
    (tmp_path / "one.en.md").write_text("# One\n\nIn short,\nthis.\n\n---\n\n## Part\n\nText.[^1]\n")
    (tmp_path / "one.zh.md").write_text("# 一\n\n简言之。\n\n---\n\n正文。\n")
    return tmp_path


def test_writes_a_row_for_each_article_and_nothing_the_second_time(folder) -> None:
    make_scenario(slug="deep-reasoning")
    assert load_articles(folder) == {"created": 1, "changed": 0, "unknown": 1}
    article = Article.objects.get(slug="one")
    assert (article.title_zh, article.title_en, article.summary_en) == ("一", "One", "In short, this.")
    assert article.sources == [{"title": "A paper", "url": "https://paper.example/", "checked_on": "2026-11-19"}]
    assert article.rendered["en"]["headings"][0]["anchor"] == "s-part"
    assert load_articles(folder) == {"created": 0, "changed": 0, "unknown": 1}


def test_names_slugs_that_the_catalogue_does_not_have(folder, caplog) -> None:
    with caplog.at_level(logging.WARNING):
        load_articles(folder)
    assert "deep-reasoning, no-such" in caplog.text


def test_follows_its_file(folder) -> None:
    load_articles(folder)
    (folder / "one.en.md").write_text("# Better\n\nS.\n\n---\n\nOther.\n")
    assert load_articles(folder)["changed"] == 1
    article = Article.objects.get()
    assert article.title_en == "Better"
    assert "Other." in article.rendered["en"]["parts"][0]["html"]


def test_leaves_what_an_operator_saved_alone(folder) -> None:
    load_articles(folder)
    Article.objects.update(source="", title_en="Mine")
    assert load_articles(folder)["changed"] == 0
    assert Article.objects.get().title_en == "Mine"


def test_makes_a_draft_of_an_article_whose_file_is_gone(folder) -> None:
    load_articles(folder)
    for path in folder.iterdir():
        path.unlink()
    load_articles(folder)
    assert not Article.objects.published().exists()
    assert Article.objects.exists()


def test_reads_every_text_again_when_they_are_read_differently(folder, monkeypatch) -> None:
    load_articles(folder)
    before = Article.objects.get().rendered["digest"]
    monkeypatch.setattr(reading, "VERSION", reading.VERSION + 1)
    assert load_articles(folder)["changed"] == 1
    assert Article.objects.get().rendered["digest"] != before


@pytest.mark.parametrize("text", ["No title\n\n---\n\nx\n", "# T\n\nno line\n", "# T\n\nS.\n\n---\n\n"])
def test_names_the_file_that_it_cannot_read(folder, text) -> None:
    (folder / "one.zh.md").write_text(text)
    with pytest.raises(Unreadable, match=r"one\.zh\.md"):
        load_articles(folder)


def test_ships_no_text_with_a_problem() -> None:
    for slug, values in seed.read_folder(seed.FOLDER):
        for language in ("zh", "en"):
            found = reading.read(values[f"body_{language}"], sources=len(values["sources"])).problems
            assert not found, f"{slug}.{language}: {found[0]}"
