"""An article's Markdown: headings with addresses, citations that lead somewhere, and problems told with their line."""

from __future__ import annotations

import pytest
from django.utils import translation

from catalog.articles import reading
from catalog.articles.reading import read

CHART = '```chart\ntitle = "Gain"\nkind = "bar"\nseries = ["a"]\nrows = [["x", 1.50]]\n```\n'


def html(text: str, *, sources: int = 0) -> str:
    return "".join(part.get("html", "") for part in read(text, sources=sources).parts)


def said(text: str, *, sources: int = 0) -> list[str]:
    with translation.override("en"):
        return [str(problem) for problem in read(text, sources=sources).problems]


def test_gives_headings_of_both_scripts_stable_addresses_that_differ() -> None:
    found = read("## 怎样读报告？\n\n### Two  words\n\n## 怎样读报告\n\n#### Deep\n", sources=0)
    assert [(each.level, each.anchor) for each in found.headings] == [
        (2, "s-怎样读报告"),
        (3, "s-two-words"),
        (2, "s-怎样读报告-2"),
    ]
    assert '<h2 id="s-怎样读报告-2">' in found.parts[0]["html"]


def test_puts_every_heading_below_the_pages_own_title() -> None:
    assert html("# Loud\n").startswith("<h2")


def test_leads_a_citation_to_its_source() -> None:
    assert '<sup class="cite"><a href="#source-2"' in html("Said.[^2]", sources=2)


def test_names_a_citation_that_leads_nowhere_and_keeps_it_as_it_was_written() -> None:
    text = "One.[^1]\n\nTwo.[^9]\n"
    assert said(text, sources=1) == [
        "Line 3: [^9] leads nowhere: the number of sources is 1. Add the source or correct the number."
    ]
    assert "[^9]" in html(text, sources=1)


def test_does_not_cite_from_code() -> None:
    assert said("`[^9]`\n\n```\n[^9]\n```\n") == []


def test_lets_a_wide_table_scroll_in_a_frame_named_by_its_heading() -> None:
    found = html('## Prices "now"\n\n|a|b|\n|-|-|\n|1|2|\n')
    assert '<div class="table-wrap"' in found
    assert 'aria-label="Prices &quot;now&quot;"' in found
    assert 'tabindex="0"' in found


@pytest.mark.parametrize(
    ("address", "is_link"),
    [
        ("https://ok.example/a", True),
        ("/en/method/", True),
        ("/zh-hans/scenarios/deep-reasoning/", True),
        ("//evil.example/x", False),
        ("/logout", False),
        ("javascript:alert(1)", False),
        ("/en/../admin/logout//evil", True),
    ],
)
def test_links_to_the_web_and_to_our_own_pages_alone(address, is_link) -> None:
    assert ("<a " in html(f"[x]({address})")) is is_link


def test_shows_a_chart_in_its_place() -> None:
    kinds = [next(iter(part)) for part in read(f"before\n\n{CHART}\nafter\n", sources=0).parts]
    assert kinds == ["html", "chart", "html"]


def test_keeps_a_broken_chart_as_it_was_written_and_tells_its_line_and_cure() -> None:
    text = 'Intro.\n\n```chart\ntitle = "Gain"\nkind = "pie"\n```\n'
    assert said(text) == ["Line 5: In this chart: “kind” must be bar, scatter or line, not “pie”."]
    assert 'kind = "pie"' in html(text)


def test_tells_problems_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        # The catalogue of translations decides the words; the line is told in either language.
        assert "3" in str(read("a\n\n[^4]\n", sources=0).problems[0])


def test_leaves_room_for_what_was_measured() -> None:
    text = '```measured\nscenario = "deep-reasoning"\nlimit = 500\n```\n'
    assert read(text, sources=0).parts == [{"measured": "deep-reasoning", "limit": reading.MOST_LIVE_ROWS}]


@pytest.mark.parametrize("inside", ["scenario = 3", "limit = 2", 'scenario = "../x"', "what"])
def test_says_how_a_measured_block_is_written(inside) -> None:
    assert "two lines" in said(f"```measured\n{inside}\n```\n")[0]


def test_counts_chinese_by_characters_and_the_rest_by_words() -> None:
    assert read("字" * 2_000, sources=0).minutes == 5
    assert read("word " * 1_100, sources=0).minutes == 5
    assert read("word.\n\n```chart\n" + "字" * 9_000 + "\n```\n", sources=0).minutes == 1


def test_shows_a_tangle_as_plain_text_and_says_so(monkeypatch) -> None:
    monkeypatch.setattr(reading, "BUDGET_MS", -1)
    found = read("*a* <b>\n" * 50, sources=0)
    assert "*a* &lt;b&gt;" in found.parts[0]["html"]
    assert len(found.problems) == 1
