"""The head of a page: what its blocks say of it, said again for search engines, for links shared, and for machines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from html import unescape
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog import addresses, linked_data
from catalog.addresses import Address
from catalog.linked_data import Thing

register = template.Library()
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
DESCRIPTION = re.compile(r'<meta name="description" content="(.*?)">', re.DOTALL)
ENDING = " · Touchstone"
LOCALES = {"zh-hans": "zh_CN", "en": "en_US"}
# Which list a page stands in, by its view; the list's title is the words of the navigation.
LISTS = {
    "catalog:scenario": "catalog:scenarios",
    "catalog:channel": "catalog:channels",
    "catalog:provider": "catalog:providers",
    "catalog:model": "catalog:models",
    "catalog:article": "catalog:articles",
}
UNSAFE = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def data_block(thing: Thing | None) -> SafeString:
    """A JSON-LD block; nothing in it can end it, whatever a name says."""
    if not thing:
        return SafeString("")
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":")).translate(UNSAFE)
    return mark_safe(f'<script type="application/ld+json">{text}</script>\n')  # noqa: S308 - escaped in the line above


class HeadNode(template.Node):
    """Renders the blocks inside, then adds what they have not said themselves."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        inner = self.nodelist.render(context)
        request: HttpRequest | None = context.get("request")
        if request is None:
            return inner
        number = getattr(context.get("page"), "number", None)
        address = addresses.of(request, page=number if isinstance(number, int) else None)
        title, description = _said(TITLE, inner), _said(DESCRIPTION, inner)
        if address.page > 1:
            paged = _("%(title)s, page %(number)d") % {"title": unescape(title), "number": address.page}
            title = escape(paged)
            inner = SafeString(TITLE.sub(lambda _match: f"<title>{title}{ENDING}</title>", inner))
        tags = [*_links(address, inner), *_card(address, inner, title=title, description=description)]
        return SafeString("\n  ".join([inner, *tags]) + "\n" + _about(request, address, title))


@register.tag("head")
def do_head(parser: Parser, token: Token) -> HeadNode:
    """``{% head %}<title>…</title>…{% endhead %}``"""
    nodelist = parser.parse(("endhead",))
    parser.delete_first_token()
    return HeadNode(nodelist)


def _said(pattern: re.Pattern[str], inner: str) -> str:
    """What a block says, as it stands in HTML, fit for an attribute."""
    found = pattern.search(inner)
    return " ".join(found[1].split()).removesuffix(ENDING).replace('"', "&quot;") if found else ""


def _links(address: Address, inner: str) -> Iterable[str]:
    if address.robots and 'name="robots"' not in inner:
        yield format_html('<meta name="robots" content="{}">', address.robots)
    if 'name="robots"' in inner or address.robots:
        return
    if address.canonical and 'rel="canonical"' not in inner:
        yield format_html('<link rel="canonical" href="{}">', address.canonical)
    if "hreflang=" in inner:  # the page knows better which languages it is written in
        return
    for alternate in address.alternates:
        yield format_html('<link rel="alternate" hreflang="{}" href="{}">', *alternate)


def _card(address: Address, inner: str, *, title: str, description: str) -> Iterable[str]:
    """Open Graph and Twitter, as far as the page's own ``share`` block has not said it. The texts are HTML already."""
    code = get_language() or "en"
    said = {
        "og:site_name": "Touchstone 试金石",
        "og:type": "website",
        "og:title": title,
        "og:description": description,
        "og:url": escape(address.canonical),
        "og:locale": LOCALES.get(code, "en_US"),
    }
    for name, value in said.items():
        if value and f'property="{name}"' not in inner:
            yield f'<meta property="{name}" content="{value}">'
    if 'name="twitter:card"' not in inner:
        yield '<meta name="twitter:card" content="summary">'


def _about(request: HttpRequest, address: Address, title: str) -> SafeString:
    """Home says whose site this is, an inner page where it stands."""
    match = request.resolver_match
    if match is None or not address.canonical or address.robots:
        return SafeString("")
    base = addresses.origin(request)
    home = base + reverse("catalog:home")
    if match.view_name == "catalog:home":
        language = addresses.hreflang(get_language() or "en")
        return data_block(linked_data.site(base, home=home, search=_search(base), language=language))
    trail = [("Touchstone", home)]
    if view := LISTS.get(match.view_name):
        trail.append((_titles()[view], base + reverse(view)))
    return data_block(linked_data.breadcrumbs([*trail, (unescape(title), address.canonical)]))


def _titles() -> dict[str, str]:
    return {
        "catalog:scenarios": _("Scenarios"),
        "catalog:channels": _("All APIs"),
        "catalog:providers": _("Providers"),
        "catalog:models": _("Models"),
        "catalog:articles": _("Articles"),
    }


def _search(base: str) -> str:
    try:
        return base + reverse("catalog:search")
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def origin(context: Context) -> str:
    """Scheme and host of the site, for addresses that others keep."""
    request = context.get("request")  # an error page that stands for a broken site has none
    return addresses.origin(request) if request else ""


@register.simple_tag(takes_context=True)
def product_data(context: Context, channel: Any, price: Any = None) -> SafeString:
    """A real channel as a product, with today's ``price`` where one is known."""
    if not channel or channel.is_simulated:
        return SafeString("")
    base = addresses.origin(context["request"])
    provider = channel.provider
    return data_block(
        linked_data.product(
            name=f"{channel.name} · {provider.name}",
            address=base + channel.get_absolute_url(),
            maker=channel.model.maker_name,
            seller=provider.name,
            seller_address=base + provider.get_absolute_url(),
            price=price or None,
        )
    )


@register.simple_tag(takes_context=True)
def list_data(context: Context, rows: Any, *, ranked: bool = False) -> SafeString:
    """Rows of a list page, things with a page of their own, or shelf items. ``ranked`` only where all were measured."""
    base = addresses.origin(context["request"])
    named = [_named(row) for row in rows or []]
    return data_block(linked_data.item_list([(name, base + path) for name, path in named], ranked=ranked))


def _named(row: Any) -> tuple[str, str]:
    if isinstance(row, dict):
        return row["name"], row["address"]
    thing = getattr(row, "channel", row)
    return str(thing.name), thing.get_absolute_url()


@register.simple_tag(takes_context=True)
def article_data(context: Context, article: Any, *, path: str, language: str, picture: str) -> SafeString:
    """An article where and in which language (``zh`` or ``en``) it is written."""
    base = addresses.origin(context["request"])
    return data_block(
        linked_data.article(
            title=article.title,
            summary=article.summary,
            address=base + path,
            author=article.author,
            language="zh-Hans" if language == "zh" else language,
            published=article.published_on,
            updated=article.updated_on,
            picture=picture,
        )
    )


@register.simple_tag(takes_context=True)
def report_data(context: Context, title: str, about: str, published: date) -> SafeString:
    """A public report: what it found, about which scenario, when."""
    request = context["request"]
    return data_block(
        linked_data.report(
            title=title,
            address=addresses.origin(request) + request.path,
            published=published,
            language=addresses.hreflang(get_language() or "en"),
            about=about,
        )
    )
