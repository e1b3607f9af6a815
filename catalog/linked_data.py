"""What a page is about, for machines (schema.org, JSON-LD): pure builders, which say only what is known.

No rating is ever stated: a score has an interval and a scenario, which ``AggregateRating`` cannot say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

Thing = dict[str, Any]
CONTEXT = "https://schema.org"
NAME = "Touchstone"
NAME_ZH = "试金石"
# https://unece.org/trade/uncefact has no code for a token; the unit is said in words.
UNIT = "1,000,000 tokens"
MOST_ITEMS = 50


class Priced(Protocol):
    """A price row, per million tokens."""

    @property
    def currency(self) -> str: ...
    @property
    def input(self) -> Decimal | None: ...
    @property
    def output(self) -> Decimal | None: ...


def site(base: str, *, home: str, search: str, language: str) -> Thing:
    """Who runs the site, and how to search it; without an address to search no action is stated."""
    organization = {"@type": "Organization", "@id": f"{base}/#organization", "name": NAME, "alternateName": NAME_ZH}
    organization |= {"url": f"{base}/", "logo": f"{base}/static/img/icon-512.png"}
    website: Thing = {"@type": "WebSite", "@id": f"{base}/#website", "name": NAME, "alternateName": NAME_ZH}
    website |= {"url": home, "inLanguage": language, "publisher": {"@id": organization["@id"]}}
    if search:
        target = {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"}
        query = "required name=search_term_string"
        website["potentialAction"] = {"@type": "SearchAction", "target": target, "query-input": query}
    return {"@context": CONTEXT, "@graph": [organization, website]}


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> Thing:
    """The way from home to the page: names and addresses."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": address}
        for place, (name, address) in enumerate(trail, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}


def product(
    *, name: str, address: str, maker: str, seller: str, seller_address: str, price: Priced | None = None
) -> Thing:
    """A real channel. Its price is stated per million tokens in its own currency; an unknown one is no offer."""
    found: Thing = {"@context": CONTEXT, "@type": "Product", "name": name, "url": address, "category": "AI API"}
    found["brand"] = {"@type": "Brand", "name": maker}
    if price is not None and (rates := _rates(price)):
        offer: Thing = {"@type": "Offer", "url": address, "priceCurrency": price.currency}
        offer["seller"] = {"@type": "Organization", "name": seller, "url": seller_address}
        offer["priceSpecification"] = rates
        found["offers"] = offer
    return found


def _rates(price: Priced) -> list[Thing]:
    known = [("input", price.input), ("output", price.output)]
    return [
        {
            "@type": "UnitPriceSpecification",
            "name": name,
            "price": f"{amount.normalize():f}",
            "priceCurrency": price.currency,
            "referenceQuantity": {"@type": "QuantitativeValue", "value": 1_000_000, "unitText": "tokens"},
            "unitText": UNIT,
        }
        for name, amount in known
        if amount is not None
    ]


def item_list(items: Iterable[tuple[str, str]], *, ranked: bool) -> Thing | None:
    """Names and addresses in the page's order, which is a ranking only where it was measured."""
    found = list(items)[:MOST_ITEMS]
    if not found:
        return None
    elements = [
        {"@type": "ListItem", "position": place, "name": name, "url": address}
        for place, (name, address) in enumerate(found, 1)
    ]
    order = "Descending" if ranked else "Unordered"
    listed: Thing = {"@context": CONTEXT, "@type": "ItemList", "itemListOrder": f"{CONTEXT}/ItemListOrder{order}"}
    return listed | {"numberOfItems": len(found), "itemListElement": elements}


def article(
    *,
    title: str,
    summary: str,
    address: str,
    author: str,
    language: str,
    published: date | None,
    updated: date | None = None,
    picture: str = "",
) -> Thing:
    found: Thing = {"@context": CONTEXT, "@type": "Article", "headline": title[:110], "url": address}
    found |= {"mainEntityOfPage": address, "inLanguage": language, "publisher": _publisher(address)}
    found["author"] = {"@type": "Organization", "name": author} if author else _publisher(address)
    known = {"description": summary, "image": picture}
    dates = {"datePublished": published, "dateModified": updated or published}
    found |= {name: value for name, value in known.items() if value}
    return found | {name: day.isoformat() for name, day in dates.items() if day}


def report(*, title: str, address: str, published: date, language: str, about: str) -> Thing:
    """A public report."""
    found: Thing = {"@context": CONTEXT, "@type": "Report", "name": title, "url": address, "inLanguage": language}
    return found | {"about": about, "datePublished": published.isoformat(), "publisher": _publisher(address)}


def _publisher(address: str) -> Thing:
    scheme, _, rest = address.partition("://")
    return {"@type": "Organization", "name": NAME, "url": f"{scheme}://{rest.partition('/')[0]}/"}
