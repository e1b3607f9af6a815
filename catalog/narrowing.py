"""The API's query parameters: the same choices as the pages', and what is said to a value that makes no sense."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from catalog.facets import choices
from catalog.facets.choices import ALIASES, REAL, SIMULATED, UNKNOWN, YES, Facet
from catalog.facets.tables import Listed
from catalog.facets.wishes import KIND, PAGE, PRICE_MAX, PRICE_MIN, SORT, WORDS, LeftOut, read, select
from marketplace.problems import Problem, unknown_value

MOST_NAMED = 20
SLUG = "slug"
OURS = "simulated"


def narrow(listed: Listed, parameters: QueryDict) -> list[str]:
    """The slugs of the rows that fit, by slug or as ``sort`` says. Raises Problem, which names the parameter."""
    wish = read(parameters, listed)
    for one in wish.left_out:
        # The API has no kind, and DRF reads the page.
        if one.name not in (KIND, PAGE):
            raise unknown_value(one.name, one.value, known=_mend(one, listed))
    order = wish.sort if parameters.get(SORT, "").strip() else SLUG
    selection = select(wish, listed, kinds=_kinds(parameters.get(OURS, "").strip()))
    # A model that real and simulated channels serve has two rows in the table.
    return list(dict.fromkeys(listed.slugs[place] for place in selection.places_in_order(order)))


def parameters(facets: Sequence[Facet]) -> list[OpenApiParameter]:
    """The API's description of what a list of these ``facets`` may be narrowed by."""
    if not facets:
        return []
    described = [OpenApiParameter(WORDS, OpenApiTypes.STR, description="words that a name has; all must be there")]
    for facet in facets:
        repeated = "" if facet.is_single else "; repeat it for alternatives"
        described.append(OpenApiParameter(facet.name, OpenApiTypes.STR, description=facet.help + repeated))
    if choices.PRICE in facets:
        text = "per million tokens, three parts input to one part output, in the site's currency"
        described.append(OpenApiParameter(PRICE_MIN, OpenApiTypes.NUMBER, description=f"at least this price {text}"))
        described.append(OpenApiParameter(PRICE_MAX, OpenApiTypes.NUMBER, description=f"at most this price {text}"))
    described.append(OpenApiParameter(OURS, OpenApiTypes.BOOL, description="true or false; both where it is left out"))
    described.append(OpenApiParameter(SORT, OpenApiTypes.STR, description="as on the list's page; else by slug"))
    return described


def page_size(value: str, *, most: int) -> int:
    """Rows on a page: 1 to ``most``. Raises Problem."""
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value[:9]) <= most:
        mend = _("Take a whole number from 1 to %d.") % most
        raise Problem(400, _("A page cannot have that many rows."), field="page_size", mend=mend)
    return int(value)


def _kinds(simulated: str) -> tuple[str, ...]:
    if not simulated:
        return REAL, SIMULATED
    wanted = ALIASES.get(simulated.lower(), UNKNOWN)
    if wanted == UNKNOWN:
        raise unknown_value(OURS, simulated, known=_("Take true or false."))
    return (SIMULATED,) if wanted == YES else (REAL,)


def _mend(one: LeftOut, listed: Listed) -> str:
    if one.name == WORDS:
        return _("Take a few words of the name.")
    if one.name in (PRICE_MIN, PRICE_MAX):
        return _("Take a number from 0.")
    if one.name == SORT:
        return _("Take one of these: %s") % ", ".join(order for order in listed.table.orders if order != SLUG)
    facet = next(facet for facet in listed.facets if facet.name == one.name)
    if facet.is_flag:
        return _("Take true, false or unknown.") if UNKNOWN in facet.labels else _("Take true or false.")
    if facet.name == "country":
        return _("Take a code of two letters, such as CN or US.")
    return _("Take one of these: %s") % ", ".join(sorted(listed.table.columns[one.name].values)[:MOST_NAMED])
