"""What a reader may also like: by topics, subjects and words, never the article itself, always in the same order."""

from __future__ import annotations

from catalog.articles import related
from catalog.articles.related import Said


def article(slug: str, text: str = "", topics: tuple[str, ...] = (), subjects: tuple[str, ...] = ()) -> Said:
    return Said(slug, text, frozenset(topics), frozenset(subjects))


def test_finds_the_text_with_the_same_chinese_words() -> None:
    texts = [article("a", "多模态推荐的提升"), article("b", "隐私与数据安全"), article("c", "推荐系统的多模态特征")]
    assert related.rank(texts)["a"] == ["c", "b"]


def test_counts_shared_topics_and_subjects() -> None:
    texts = [article("a", "x", ("price",), ("m:one",)), article("b", "x"), article("c", "y", ("price",), ("m:one",))]
    assert related.rank(texts)["a"][0] == "c"


def test_never_names_the_article_itself_and_names_all_others_once() -> None:
    texts = [article(slug, f"common {slug}") for slug in "abcd"]
    for slug, others in related.rank(texts).items():
        assert sorted([slug, *others]) == ["a", "b", "c", "d"]


def test_keeps_the_given_order_among_equals() -> None:
    assert related.rank([article("a"), article("c"), article("b")])["a"] == ["c", "b"]


def test_weighs_a_rare_word_more_than_one_that_everybody_uses() -> None:
    texts = [
        article("a", "model spearman"),
        article("b", "model spearman"),
        article("c", "model"),
        article("d", "model"),
    ]
    alike = related.likeness([each.text for each in texts])
    assert alike[0, 1] > alike[0, 2] > 0


def test_has_nothing_to_say_about_nothing() -> None:
    assert related.rank([]) == {}
    assert related.rank([article("a")]) == {"a": []}


def test_cuts_chinese_into_pairs() -> None:
    assert related.words("GPT-4.5 多模态") == ["gpt-4.5", "多模", "模态"]
