"""The shipped articles' files, as texts: both languages whole, every claim's source named, every figure the same."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "catalog" / "seed" / "articles"
SLUGS = sorted(path.stem for path in FOLDER.glob("*.toml"))
PREFIXES = {"en": "/en/", "zh": "/zh-hans/"}
LONGEST_SUMMARY = {"en": 200, "zh": 90}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EACH = pytest.mark.parametrize(("slug", "language"), [(slug, language) for slug in SLUGS for language in PREFIXES])


def shared(slug):
    return tomllib.loads((FOLDER / f"{slug}.toml").read_text(encoding="utf-8"))


def text(slug, language):
    return (FOLDER / f"{slug}.{language}.md").read_text(encoding="utf-8")


def blocks(slug, language):
    return [(kind, tomllib.loads(said)) for kind, said in BLOCK.findall(text(slug, language))]


def test_there_are_articles_enough():
    assert len(SLUGS) >= 6


@EACH
def test_begins_with_a_title_and_one_short_summary(slug, language):
    head, line, body = text(slug, language).partition("\n---\n")
    title, *rest = [each for each in head.splitlines() if each]
    assert line
    assert body.strip()
    assert title.startswith("# ")
    assert len(rest) == 1
    assert len(rest[0]) <= LONGEST_SUMMARY[language]


@EACH
def test_cites_every_source_and_no_other(slug, language):
    cited = {int(number) for number in re.findall(r"\[\^(\d+)\]", text(slug, language))}
    assert cited == set(range(1, len(shared(slug)["sources"]) + 1))


@EACH
def test_has_only_blocks_that_can_be_drawn_or_filled(slug, language):
    for kind, said in blocks(slug, language):
        assert kind in {"chart", "measured"}
        if kind == "chart":
            assert all(len(row) == len(said["series"]) + 1 for row in said["rows"])
            assert said["note"]


@EACH
def test_links_within_the_site_keep_the_reader_s_language(slug, language):
    addresses = re.findall(r"\]\((/[^)]*)\)", text(slug, language))
    assert all(address.startswith(PREFIXES[language]) for address in addresses)
    articles = [match[1] for each in addresses if (match := re.search(r"/articles/([\w-]+)/$", each))]
    assert set(articles) <= set(SLUGS)


@EACH
def test_has_no_html_and_no_pictures(slug, language):
    prose = BLOCK.sub("", text(slug, language))
    assert not re.search(r"<[a-zA-Z/!]|!\[", prose)


@pytest.mark.parametrize("slug", SLUGS)
def test_both_languages_show_the_same_figures(slug):
    figures = {
        language: [[row[1:] for row in said["rows"]] for kind, said in blocks(slug, language) if kind == "chart"]
        for language in PREFIXES
    }
    assert figures["en"] == figures["zh"]


@pytest.mark.parametrize("slug", SLUGS)
def test_says_who_wrote_it_and_when(slug):
    facts = shared(slug)
    assert facts["author_en"]
    assert facts["author_zh"]
    assert isinstance(facts["published_on"], date)
    assert all(isinstance(source["checked_on"], date) for source in facts["sources"])


@pytest.mark.parametrize("slug", SLUGS)
def test_chinese_stands_apart_from_latin(slug):
    prose = re.sub(r"\[\^\d+\]|\]\([^)]*\)|`[^`]*`", "", BLOCK.sub("", text(slug, "zh")))
    assert re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]", prose) == []
