"""Text that a model or a visitor wrote, as HTML that can do nothing: no script, no picture, no hidden address.

Three layers, each enough alone: HTML is off in the parser; an allow-list sanitizer reads what the parser wrote;
the site's content security policy refuses the rest. Whatever is too long or too tangled is shown as plain text.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MAX_CHARS = 60_000
BUDGET_MS = 120  # of this thread's own processor time; the sanitizer and the page need the rest of 200 ms
MAX_TOKENS = 30_000  # of blocks: what comes after parsing costs by their number
LINK_REL = "noopener noreferrer nofollow ugc"
SCHEMES = {"http", "https", "mailto"}
SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
TAGS = {
    *("p", "br", "hr", "strong", "em", "del", "s", "code", "pre", "ul", "ol", "li", "blockquote"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "a", "span"),
}

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Controls except tab and newline; marks that reorder what is read; characters that nobody can see.
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    r"|[\ud800-\udfff]|[\U000e0000-\U000e007f]"
)
_MARK = r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
MARKS = re.compile(f"({_MARK}{{4}}){_MARK}+")


class TooTangled(Exception):
    """Parsing took longer than it may; the text is shown plain."""


def clean(text: str) -> str:
    """``text`` without terminal escapes, controls, reordering marks and towers of accents; line ends are newlines."""
    text = ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.replace("\u2028", "\n").replace("\u2029", "\n\n")
    return MARKS.sub(r"\1", UNSEEN.sub("", text))


def render(text: str) -> SafeString:
    """Safe HTML for Markdown ``text``; at most MAX_CHARS of it, then a line that says so."""
    return _render(text, get_language())


@lru_cache(maxsize=512)
def _render(text: str, language: str | None) -> SafeString:
    shown = clean(text[:MAX_CHARS])
    try:
        speech = parser()
        speech.options["breaks"] = True  # models end a line where they mean one to end
        html = _sanitizer.clean(speech.render(shown))
    except (TooTangled, RecursionError):
        html = plain(shown)
    if len(text) > MAX_CHARS:
        html += f"<p><em>{escape(_('The rest is not shown here; the export has all of it.'))}</em></p>"
    return mark_safe(html)  # noqa: S308 - the sanitizer's or the escaper's own output


def plain(text: str) -> str:
    """``text`` escaped, its paragraphs and lines kept."""
    paragraphs = re.split(r"\n{2,}", text.strip("\n"))
    return "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs).replace("\n", "<br>")


def parser(
    renderer: type[Renderer] | None = None, *, links: re.Pattern[str] = SAFE_LINK, budget_ms: float | None = None
) -> MarkdownIt:
    """A parser that raises TooTangled after ``budget_ms``; cheap to make, and its budget starts now."""
    parser = MarkdownIt(
        "js-default", {"html": False, "linkify": False, "maxNesting": 20}, renderer_cls=renderer or Renderer
    )
    parser.validateLink = lambda url: links.match(url) is not None  # type: ignore[method-assign]
    budget = _Budget(BUDGET_MS if budget_ms is None else budget_ms)
    parser.block.ruler.before(
        "table", "budget", budget.at_block, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.inline.ruler.before("text", "budget", budget.at_inline)
    parser.inline.ruler2.before("balance_pairs", "budget", budget.after_inline)
    return parser


class _Budget:
    """A rule that matches nothing: it looks at the clock wherever the parser tries its rules."""

    def __init__(self, budget_ms: float) -> None:
        self.ends = time.thread_time() + budget_ms / 1000
        self.looks = 0

    def look(self, every: int = 32) -> None:
        self.looks += 1
        if self.looks % every == 0 and time.thread_time() > self.ends:
            raise TooTangled

    def at_block(self, state: StateBlock, start: int, end: int, silent: bool) -> bool:
        """Called before every block, and as a possible end of a paragraph or table at every line of it."""
        self.look(every=4)
        if len(state.tokens) > MAX_TOKENS:
            raise TooTangled
        return False

    def at_inline(self, state: StateInline, silent: bool) -> bool:
        self.look()
        return False

    def after_inline(self, state: StateInline) -> None:
        self.look()


class Renderer(RendererHTML):
    """HTML whose headings sit below the page's own, whose pictures are words, and whose links show where they lead."""

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<{_below(tokens[idx].tag)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"</{_below(tokens[idx].tag)}>\n"

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        alt = self.renderInlineAsText(tokens[idx].children or [], options, env)
        return f"<em>{escape(_('[picture: %(alt)s]') % {'alt': alt or '–'})}</em>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<pre><code>{escape(tokens[idx].content)}</code></pre>\n"

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """After the link's own words the host it leads to, unless the words are the address."""
        start = max(place for place in range(idx) if tokens[place].type == "link_open")
        host = _host(str(tokens[start].attrGet("href") or ""))
        words = "".join(token.content for token in tokens[start:idx])
        told = not host or words.removeprefix("https://").removeprefix("http://").split("/")[0].lower() == host
        return "</a>" if told else f'</a><span class="link-host"> ({escape(host)})</span>'


def _below(tag: str) -> str:
    return f"h{min(6, int(tag[1]) + 2)}"


def _host(address: str) -> str:
    """The host of an http(s) address as the reader should see it; empty for other schemes."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    return unicodedata.normalize("NFKC", host)[:100] if parts.scheme in {"http", "https"} else ""


_sanitizer = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags={"script", "style"},
    attributes={"*": set(), "a": {"href"}, "ol": {"start"}},  # without "*", title and lang would pass
    allowed_classes={"span": {"link-host"}},
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=LINK_REL,
    strip_comments=True,
)
