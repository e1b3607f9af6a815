"""The catalogue for machines: channels, providers, models and scenarios, in pages that may be narrowed."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from catalog import narrowing, onboarding, pricing
from catalog.facets import choices, index
from catalog.facets.choices import Facet
from catalog.facets.tables import Listed
from catalog.language import is_chinese
from catalog.models import AIModel, Channel, Listing, Price, Provider, Scenario
from catalog.models.channels import ChannelQuerySet
from catalog.serializers import ChannelShape, ModelShape, ProviderShape, ScenarioShape
from marketplace.problems import Problem, ProblemSerializer

Row = dict[str, Any]
# What a channel's row takes from the database in one query: the name in the JSON, and where it is.
CHANNEL = {
    "pk": "pk",
    "slug": "slug",
    "name": "model__name",
    "provider": "provider__slug",
    "provider_name_zh": "provider__name_zh",
    "provider_name_en": "provider__name_en",
    "model": "model__slug",
    "maker": "model__maker",
    "maker_name": "model__maker_name",
    "protocol": "protocol",
    "wire_name": "wire_name",
    "base_url": "base_url",
    "live": "live",
    "simulated": "provider__is_simulated",
    "listing": "listing",
    "sunset_on": "sunset_on",
    "successor": "successor__slug",
    "country": "provider__country",
    "trains_on_inputs": "provider__trains_on_inputs",
    "context_window": "model__context_window",
    "max_output": "model__max_output",
    "reasoning": "model__reasons",
    "open_weights": "model__open_weights",
    "source": "source",
    "checked_on": "checked_on",
}
SHOWN_STATES = (Listing.LISTED, Listing.SUSPENDED, Listing.RETIRED)
TERMS = ("allows_trials", "trains_on_inputs", "retention_days")
# The name in the JSON's "mainland", and where it is.
MAINLAND = {
    "available": "available_in_mainland",
    "source": "mainland_source",
    "checked_on": "mainland_checked_on",
    **{name: name for name in ("filing_number", "filing_source", "filing_checked_on")},
}
PROVIDER = (
    *("slug", "name_zh", "name_en", "is_simulated", "is_local", "homepage", "docs_url", "country"),
    *("processing_region", *TERMS, "terms_note_zh", "terms_note_en", "terms_source", "terms_checked_on"),
    *MAINLAND.values(),
    *("source", "checked_on", "listed"),
)
MODEL = {
    **{name: name for name in ("slug", "name", "maker", "maker_name", "family", "released_on", "context_window")},
    **{name: name for name in ("max_output", "input_kinds", "output_kinds")},
    "reasoning": "reasons",
    "tools": "calls_tools",
    "structured_output": "structured_output",
    "open_weights": "open_weights",
    **{name: name for name in ("parameters_b", "active_parameters_b", "parameters_source")},
    "channels": "listed",
    "source": "source",
    "checked_on": "checked_on",
}


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int | None:
        wish = request.query_params.get("page_size", "").strip()
        return narrowing.page_size(wish, most=self.max_page_size) if wish else self.page_size

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound:
            mend = _("Start at page 1 and follow “next”.")
            raise Problem(404, _("There is no such page."), field="page", mend=mend) from None


class CatalogueViewSet(GenericViewSet[Any]):
    """Lists and details as plain values: no model instances, a fixed number of queries."""

    lookup_field = "slug"
    lookup_value_regex = "[^/]+"
    pagination_class = Pages

    def listed(self) -> Listed | None:
        """What the list is narrowed in; None where it cannot be narrowed."""
        return None

    @abstractmethod
    def rows(self) -> QuerySet[Any, Any]:
        """All that may be seen, in a stable order."""

    def readable(self) -> QuerySet[Any, Any]:
        """All that may be read one by one, which can be more than are listed."""
        return self.rows()

    @abstractmethod
    def render(self, found: Iterable[Any]) -> list[Row]:
        """Their JSON."""

    def list(self, request: Request) -> Response:
        """One page."""
        listed = self.listed()
        if listed is None:
            return self.get_paginated_response(self.render(self.paginate_queryset(self.rows()) or []))
        slugs: Sequence[Any] = self.paginate_queryset(narrowing.narrow(listed, request.query_params)) or []  # type: ignore[arg-type]  # a list has pages, too
        rows = {row["slug"]: row for row in self.render(self.rows().filter(slug__in=slugs))}
        return self.get_paginated_response([rows[slug] for slug in slugs if slug in rows])

    def retrieve(self, request: Request, slug: str) -> Response:
        """One of them."""
        # PostgreSQL refuses to be asked about a NUL.
        found = [] if "\0" in slug else self.render(self.readable().filter(slug=slug)[:1])
        if not found:
            raise Http404
        return Response(found[0])


def described(shape: type[BaseSerializer[Any]], facets: Sequence[Facet]) -> Any:
    word = shape.__name__.removesuffix("Shape").lower()
    return extend_schema_view(
        list=extend_schema(
            summary=f"List {word}s, a page at a time",
            parameters=narrowing.parameters(facets),
            responses={200: shape(many=True), 400: ProblemSerializer},
        ),
        retrieve=extend_schema(summary=f"Read one {word}", responses={200: shape, 404: ProblemSerializer}),
    )


@described(ChannelShape, choices.CHANNELS)
class ChannelViewSet(CatalogueViewSet):
    queryset = Channel.objects.none()
    serializer_class = ChannelShape

    def listed(self) -> Listed:
        return index.channels()

    def rows(self) -> QuerySet[Any, Any]:
        return self._values(Channel.objects.listed())

    def readable(self) -> QuerySet[Any, Any]:
        """Also what was listed once: reports name it."""
        return self._values(Channel.objects.filter(onboarding.for_everybody()))

    def _values(self, channels: ChannelQuerySet) -> QuerySet[Any, Any]:
        return channels.contenders().with_live().order_by("slug").values_list(*CHANNEL.values())

    def render(self, found: Iterable[Any]) -> list[Row]:
        rows = [dict(zip(CHANNEL, values, strict=True)) for values in found]
        keys = [row["pk"] for row in rows]
        prices, scenarios = _prices(keys), _scenarios(keys)
        return [_channel(row, prices.get(row["pk"]), scenarios[row["pk"]]) for row in rows]


def _channel(row: Row, price: Row | None, scenarios: list[str]) -> Row:
    names = {"zh": row.pop("provider_name_zh"), "en": row.pop("provider_name_en")}
    del row["pk"]
    is_listed = row["listing"] == Listing.LISTED
    return row | {
        # Sent back to be checked again: to visitors that is a suspension.
        "listing": row["listing"] if row["listing"] in SHOWN_STATES else Listing.SUSPENDED.value,
        "provider_name": _in_language(names["zh"], names["en"]),
        "base_url": None if row["simulated"] or not is_listed else row["base_url"],
        "live": row["live"] and is_listed,
        "scenarios": scenarios,
        "price": price,
    }


def _scenarios(channels: list[int]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    links = Channel.scenarios.through.objects.filter(channel__in=channels)
    for channel, slug in links.order_by("scenario__position", "scenario__slug").values_list(
        "channel_id", "scenario__slug"
    ):
        found[channel].append(slug)
    return found


def _prices(channels: list[int]) -> dict[int, Row]:
    """The price in force today by channel."""
    rows = Price.objects.filter(channel__in=channels).on(timezone.localdate()).order_by("starts_on")
    return {price.channel_id: _price(price) for price in rows}


def _price(price: Price) -> Row:
    return {
        "currency": price.currency,
        "input": _plain(price.input),
        "output": _plain(price.output),
        "cache_read": _plain(price.cache_read),
        "cache_write": _plain(price.cache_write),
        "tiers": price.tiers,
        "blended": _plain(pricing.blended(price.rates)),
        "basis": price.basis,
        "source": price.source,
        "checked_on": price.checked_on,
    }


def _plain(amount: Decimal | None) -> str | None:
    """``"0.28"``: exact, without trailing zeros or exponents."""
    return None if amount is None else f"{amount.normalize():f}"


def _in_language(zh: str, en: str) -> str:
    return (zh or en) if is_chinese() else (en or zh)


@described(ProviderShape, choices.PROVIDERS)
class ProviderViewSet(CatalogueViewSet):
    queryset = Provider.objects.none()
    serializer_class = ProviderShape

    def listed(self) -> Listed:
        return index.providers()

    def rows(self) -> QuerySet[Any, Any]:
        listed = Count("channels", filter=Q(channels__listing=Listing.LISTED, channels__is_judge=False))
        return Provider.objects.listed().annotate(listed=listed).order_by("slug").values(*PROVIDER)

    def render(self, found: Iterable[Any]) -> list[Row]:
        return [_provider(row) for row in found]


def _provider(row: Row) -> Row:
    terms = {name: row.pop(name) for name in TERMS}
    terms["note"] = _in_language(row.pop("terms_note_zh"), row.pop("terms_note_en"))
    terms |= {"source": row.pop("terms_source"), "checked_on": row.pop("terms_checked_on")}
    mainland = {name: None if (value := row.pop(field)) == "" else value for name, field in MAINLAND.items()}
    renamed = {"simulated": row.pop("is_simulated"), "local": row.pop("is_local"), "channels": row.pop("listed")}
    return row | renamed | {"name": _in_language(row["name_zh"], row["name_en"]), "terms": terms, "mainland": mainland}


@described(ModelShape, choices.MODELS)
class ModelViewSet(CatalogueViewSet):
    queryset = AIModel.objects.none()
    serializer_class = ModelShape

    def listed(self) -> Listed:
        return index.models()

    def rows(self) -> QuerySet[Any, Any]:
        """Models that somebody sells."""
        shown = Q(channels__listing=Listing.LISTED, channels__provider__listing=Listing.LISTED)
        listed = Count("channels", filter=shown & Q(channels__is_judge=False))
        return (
            AIModel.objects.annotate(listed=listed).filter(listed__gt=0).order_by("slug").values_list(*MODEL.values())
        )

    def render(self, found: Iterable[Any]) -> list[Row]:
        return [_model(dict(zip(MODEL, values, strict=True))) for values in found]


def _model(row: Row) -> Row:
    return row | {name: _plain(row[name]) for name in ("parameters_b", "active_parameters_b")}


@described(ScenarioShape, ())
class ScenarioViewSet(CatalogueViewSet):
    queryset = Scenario.objects.none()
    serializer_class = ScenarioShape

    def rows(self) -> QuerySet[Any, Any]:
        return Scenario.objects.with_counts().with_dimensions().order_by("position", "slug")

    def render(self, found: Iterable[Any]) -> list[Row]:
        return [_scenario(scenario) for scenario in found]


def _scenario(scenario: Any) -> Row:
    newest = scenario.newest_rubrics[:1]
    return {
        "slug": scenario.slug,
        "title": scenario.title,
        "title_zh": scenario.title_zh,
        "title_en": scenario.title_en,
        "summary": scenario.summary,
        "open": scenario.is_open,
        "free_until": scenario.free_until,
        "dimensions": [_dimension(one) for rubric in newest for one in rubric.dimensions.all()],
        "real_channels": scenario.real_channels,
        "simulated_channels": scenario.simulated_channels,
    }


def _dimension(dimension: Any) -> Row:
    return {
        "slug": dimension.slug,
        "title": dimension.title,
        "guide": dimension.guide,
        "note": dimension.note,
        "anchors": [{"level": level, "text": text} for level, text in dimension.anchors],
        "weight": dimension.weight,
        "graders": dimension.graders,
    }
