"""A page's one address for the world: canonical, in each language, and whether search engines may keep it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict

# A list narrowed by one of these is a page worth finding; by two, or by anything else, it is one of too many.
LANDING = ("kind", "scenario", "provider", "maker", "protocol", "country", "topic")
# What else narrows a list or makes a page somebody's own. Whatever is in neither is not part of any address.
NARROWING = (
    *("q", "live", "measured", "input", "output", "context", "price", "price_min", "price_max", "training"),
    *("trains_on_inputs", "allows_trials", "retention", "processing_region", "model", "channel", "prompt"),
    *("reasoning", "tools", "structured_output", "open_weights", "released", "top"),
)
# Pages of the sandbox that search engines may keep; whether a report may be is its owner's to say (``X-Robots-Tag``).
FOUND_IN_SANDBOX = frozenset(("sandbox:method", "sandbox:report", "sandbox:report_prompt"))
HIDDEN = frozenset(("catalog:search", "catalog:suggest"))
NOINDEX = "noindex, follow"
MOST_PAGE_DIGITS = 6
MOST_CHARACTERS = 80


class Alternate(NamedTuple):
    hreflang: str
    href: str


class Address(NamedTuple):
    """``canonical`` is empty for what is no page of ours; ``robots`` is empty where all is allowed."""

    canonical: str = ""
    alternates: tuple[Alternate, ...] = ()
    robots: str = ""
    page: int = 1


def origin(request: HttpRequest) -> str:
    """``https://host`` as the world knows it: what the operator named, else what the request says."""
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def hreflang(code: str) -> str:
    return "zh-Hans" if code == "zh-hans" else code


def of(request: HttpRequest, *, page: int | None = None, languages: Iterable[str] | None = None) -> Address:
    """The address of the page that answers ``request``; ``page`` where the list knows better than the query."""
    match = request.resolver_match
    code, rest = split(request.path)
    if match is None or not code:
        return Address()
    name = match.view_name
    kept, is_narrowed = _kept(request.GET)
    number = page or _page(request.GET)
    query = urlencode([*kept, *([("page", number)] if number > 1 else [])])
    ending = f"{rest}?{query}" if query else rest
    known = [each for each, _name in settings.LANGUAGES if languages is None or each in languages]
    base = origin(request)
    if is_narrowed or name in HIDDEN or (name.startswith("sandbox:") and name not in FOUND_IN_SANDBOX):
        return Address(f"{base}/{code}/{ending}", (), NOINDEX, number)
    return Address(f"{base}/{code}/{ending}", tuple(alternates(base, ending, known)), "", number)


def alternates(base: str, ending: str, codes: Iterable[str]) -> Iterable[Alternate]:
    """The page in every language; whose language is none of them gets English, or at home the choice."""
    known = list(codes)
    for code in known:
        yield Alternate(hreflang(code), f"{base}/{code}/{ending}")
    if not ending:
        yield Alternate("x-default", f"{base}/")
    elif known:
        yield Alternate("x-default", f"{base}/{'en' if 'en' in known else known[0]}/{ending}")


def split(path: str) -> tuple[str, str]:
    """``/en/channels/`` as ``en`` and ``channels/``; without a language ``""`` and the path."""
    prefix, _slash, rest = path.removeprefix("/").partition("/")
    return (prefix, rest) if prefix in {code for code, _name in settings.LANGUAGES} else ("", path)


def _kept(query: QueryDict) -> tuple[list[tuple[str, str]], bool]:
    """Parameters that belong to the address, and whether the list is narrowed by more than that."""
    said = {name: [value for value in query.getlist(name) if value] for name in query}
    landing = [(name, value) for name in LANDING for value in said.get(name, ())]
    others = any(said.get(name) for name in NARROWING)
    if others or len(landing) > 1 or any(len(value) > MOST_CHARACTERS for _name, value in landing):
        return [], True
    return landing, False


def _page(query: QueryDict) -> int:
    asked = query.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= MOST_PAGE_DIGITS else 1
