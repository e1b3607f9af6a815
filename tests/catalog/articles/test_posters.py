"""The pictures of shared pages: the right size, the right words, no sign without a shape, drawn once."""

from __future__ import annotations

import struct

import pytest

from catalog.posters import press
from catalog.posters.press import Poster
from tests.factories import make_article

pytestmark = pytest.mark.django_db


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n")
    return struct.unpack(">II", png[16:24])


def test_is_as_large_as_those_who_show_it_expect() -> None:
    assert size(press.draw(Poster("zh", "文章", "模型大小与效率", "试金石编辑部"))) == (1200, 630)


@pytest.mark.parametrize(("one", "other"), [("多模态", "推荐的"), ("Size", "Sizf")])
def test_has_a_shape_for_every_sign_of_both_scripts(one, other) -> None:
    # Signs without a shape would all be the same empty box.
    assert press.draw(Poster("zh", "", one)) != press.draw(Poster("zh", "", other))


@pytest.mark.parametrize("title", ["#set text(red)", "*x* _y_ $z$ @w <v>", "\\", '"', "\ud800", "字" * 500, ""])
def test_takes_any_words_for_words(title) -> None:
    assert size(press.draw(Poster("en", "e", title))) == (1200, 630)


def test_is_drawn_once_and_has_another_stamp_for_other_words() -> None:
    press.draw.cache_clear()
    for _ in range(2):
        press.draw(Poster("en", "", "Once"))
    assert press.draw.cache_info().misses == 1
    assert Poster("en", "", "Once").etag != Poster("en", "", "Twice").etag


def test_an_article_has_one_in_each_language_that_it_is_written_in(client) -> None:
    make_article(slug="both")
    make_article(slug="english", title_zh="", body_zh="", summary_zh="")
    for address, status in (
        ("/og/articles/both.zh.png", 200),
        ("/og/articles/both.en.png", 200),
        ("/og/articles/english.zh.png", 404),
        ("/og/articles/both.fr.png", 404),
        ("/og/articles/none.en.png", 404),
        ("/og/site.zh.png", 200),
        ("/og/site.xx.png", 404),
    ):
        assert client.get(address).status_code == status, address


def test_a_draft_has_none(client) -> None:
    make_article(slug="draft", published_on=None)
    assert client.get("/og/articles/draft.en.png").status_code == 404


def test_is_not_sent_again_to_who_has_it(client) -> None:
    make_article(slug="both")
    first = client.get("/og/articles/both.en.png")
    assert first["Content-Type"] == "image/png"
    assert "max-age" in first["Cache-Control"]
    again = client.get("/og/articles/both.en.png", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
