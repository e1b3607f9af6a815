"""An article's Markdown into parts that a page can show: safe HTML, charts, and places for what was measured.

The same three layers as for a model's answer (``catalog.markdown``); an editor's text may also link to our own pages,
cite the numbered sources, and its headings have addresses.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import nh3
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from catalog import markdown
from catalog.articles import charts
from catalog.articles.charts import Broken, Chart

VERSION = 1  # raise it when the same text would be read differently, and ``seed`` reads every article again
MAX_CHARS = 60_000
BUDGET_MS = 1_500  # an editor waits for it once, at saving
MOST_LIVE_ROWS = 25
WORDS_PER_MINUTE, HAN_PER_MINUTE = 220, 400
LINKS = re.compile(r"(?:https?://|mailto:)|/(?:en|zh-hans)/[\w/?=&%.#-]*$", re.IGNORECASE)
CITATION = re.compile(r"\[\^(\d{1,3})\]")
SOURCE = re.compile(r"#source-\d{1,3}$")
ANCHOR = re.compile(r"s-[\w-]+$")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[A-Za-z0-9][\w'’.,-]*")
Part = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong with a text, in which of its lines, and what the cure is, all in one sentence."""

    line: int
    said: str

    def __str__(self) -> str:
        return _("Line %(line)d: %(said)s") % {"line": self.line, "said": self.said}


class Heading(NamedTuple):
    level: int
    anchor: str
    title: str


class Reading(NamedTuple):
    """``parts`` are ``{"html": …}``, ``{"chart": Chart}`` or ``{"measured": slug, "limit": n}``, in their order."""

    parts: list[Part]
    headings: list[Heading]
    problems: list[Problem]
    minutes: int

    @property
    def charts(self) -> list[Chart]:
        return [part["chart"] for part in self.parts if "chart" in part]


def read(text: str, *, sources: int) -> Reading:
    """``text`` with citations of as many sources; what is broken in it is shown as it was written, and told."""
    shown = markdown.clean(text[:MAX_CHARS])
    problems = [] if len(text) <= MAX_CHARS else [Problem(0, _too_long())]
    parser = markdown.parser(_Renderer, links=LINKS, budget_ms=BUDGET_MS)
    parser.inline.ruler.before("link", "citation", _citation)
    env: dict[str, Any] = {"sources": sources, "unknown": set(), "heading": ""}
    try:
        tokens = parser.parse(shown, env)
        headings = list(_anchored(tokens))
        parts = list(_parts(tokens, parser, env, problems))
    except (markdown.TooTangled, RecursionError):
        return Reading([{"html": markdown.plain(shown)}], [], [*problems, Problem(1, _tangled())], _minutes(shown))
    problems += [_uncited(shown, number, sources) for number in sorted(env["unknown"])]
    return Reading(parts, headings, sorted(problems), _minutes(shown))


def _too_long() -> str:
    return _("The text is longer than %(most)d characters; the rest is not shown. Make two articles of it.") % {
        "most": MAX_CHARS
    }


def _tangled() -> str:
    return _("The text is too tangled to be read as Markdown and is shown plain. Look for brackets that never close.")


def _uncited(text: str, number: int, sources: int) -> Problem:
    line = text[: max(text.find(f"[^{number}]"), 0)].count("\n") + 1
    why = _("[^%(number)d] leads nowhere: the number of sources is %(sources)d. Add the source or correct the number.")
    return Problem(line, why % {"number": number, "sources": sources})


def _parts(tokens: list[Token], parser: MarkdownIt, env: dict[str, Any], problems: list[Problem]) -> Iterator[Part]:
    run: list[Token] = []
    for token in tokens:
        part = _block(token, problems)
        if part is None:
            run.append(token)
            continue
        if run:
            yield _html(run, parser, env)
            run = []
        yield part
    if run:
        yield _html(run, parser, env)


def _block(token: Token, problems: list[Problem]) -> Part | None:
    """The chart or the measured block that a fence stands for; None for anything else, or a broken one."""
    kind = token.info.strip() if token.type == "fence" and token.level == 0 else ""
    if kind not in {"chart", "measured"}:
        return None
    opens_at = (token.map or [0])[0] + 1
    try:
        return {"chart": charts.read(token.content)} if kind == "chart" else _measured(token.content)
    except Broken as broken:
        inside = f"{broken.why}" if kind == "measured" else _("In this chart: %(why)s") % {"why": broken.why}
        problems.append(Problem(opens_at + (broken.line or 0), inside))
        return None


def _measured(text: str) -> Part:
    cure = _('A measured block needs two lines: scenario = "the-scenario\'s-slug" and limit = 10.')
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise Broken(cure) from None
    slug, limit = said.get("scenario"), said.get("limit", 10)
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z0-9-]{1,60}", slug) or not isinstance(limit, int):
        raise Broken(cure)
    return {"measured": slug, "limit": min(max(limit, 1), MOST_LIVE_ROWS)}


def _html(tokens: list[Token], parser: MarkdownIt, env: dict[str, Any]) -> Part:
    return {"html": _sanitizer.clean(parser.renderer.render(tokens, parser.options, env))}


def _anchored(tokens: list[Token]) -> Iterator[Heading]:
    """Gives every heading its address, and tells those of the first two levels for the table of contents."""
    taken: set[str] = set()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        title = "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"})
        anchor = _anchor(title, taken)
        level = _level(opening.tag)
        opening.meta = {"anchor": anchor, "title": title}
        if level <= 3 and opening.level == 0 and title.strip():
            yield Heading(level, anchor, title.strip())


def _anchor(title: str, taken: set[str]) -> str:
    """A stable address made of the heading's own words, Chinese ones too; no page of ours has ids that begin so."""
    words = re.sub(r"[^\w]+", "-", title.lower()).strip("-_")
    base = f"s-{Truncator(words).chars(60, truncate='') or 'part'}"
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


def _level(tag: str) -> int:
    """The page's title is the only first-level heading."""
    return max(2, int(tag[1]))


def _citation(state: StateInline, silent: bool) -> bool:
    found = CITATION.match(state.src, state.pos)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        token = state.push("citation", "", 0)
        token.content = found[1]
    state.pos = found.end()
    return True


def _minutes(text: str) -> int:
    """How long it takes to read: Chinese by characters, the rest by words; charts are looked at."""
    words = re.sub(r"^```(?:chart|measured)\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    han = len(HAN.findall(words))
    return max(1, round(han / HAN_PER_MINUTE + len(WORD.findall(HAN.sub(" ", words))) / WORDS_PER_MINUTE))


class _Renderer(markdown.Renderer):
    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        meta = tokens[idx].meta
        env["heading"] = meta.get("title", "")
        anchor = f' id="{escape(meta["anchor"])}"' if "anchor" in meta else ""
        return f"<h{_level(tokens[idx].tag)}{anchor}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</h{_level(tokens[idx].tag)}>\n"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f'<pre class="code" tabindex="0"><code>{escape(tokens[idx].content)}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.fence(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A table scrolls inside its own frame, which the keyboard reaches and the last heading names."""
        name = f' role="region" aria-label="{escape(env["heading"])}"' if env.get("heading") else ""
        return f'<div class="table-wrap" tabindex="0"{name}><table class="table">\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</a>"  # an editor's link needs no warning of where it leads

    def citation(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        number = int(tokens[idx].content)
        if not 1 <= number <= env["sources"]:
            env["unknown"].add(number)
            return escape(f"[^{number}]")
        # The joiner keeps a number from beginning a line, which Chinese would allow.
        return f'\u2060<sup class="cite"><a href="#source-{number}">[{number}]</a></sup>'


def _kept(tag: str, name: str, value: str) -> str | None:
    """The last word on each attribute: what it may say, or None."""
    if name == "href":
        return value if LINKS.match(value) or SOURCE.match(value) else None
    if name == "id":
        return value if ANCHOR.match(value) else None
    return value


_sanitizer = nh3.Cleaner(
    tags=markdown.TAGS | {"h2", "div", "sup"},
    clean_content_tags={"script", "style"},
    attributes={
        "*": set(),
        "a": {"href"},
        "ol": {"start"},
        "div": {"tabindex", "role", "aria-label"},
        "pre": {"tabindex"},
        **{f"h{level}": {"id"} for level in range(2, 7)},
    },
    allowed_classes={"div": {"table-wrap"}, "table": {"table"}, "pre": {"code"}, "sup": {"cite"}},
    attribute_filter=_kept,
    url_schemes=markdown.SCHEMES,
    url_relative="pass_through",
    link_rel=markdown.LINK_REL,
    strip_comments=True,
)
