"""What a provider states of what it sells: prices, limits, scenarios, terms, and the agreement to trials."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import pricelist
from marketplace.portal.adding import prices, terms
from marketplace.portal.api import bodies, rows, shapes
from marketplace.portal.api.frame import ProviderView, described, unknown_channels


class ApiPrices(ProviderView):
    @extend_schema(
        operation_id="portal_prices_template",
        summary="Read its prices as CSV",
        responses={(200, "text/csv"): OpenApiTypes.STR},
        tags=["portal"],
    )
    def get(self, request: Request, provider: str, api: int) -> HttpResponse:
        """In the form in which they can be sent back: a line for each price in force or announced."""
        content = prices.template(self.api(api))
        return HttpResponse(content, content_type="text/csv; charset=utf-8")

    @described(
        "prices_upload", "Set prices by CSV", body=bodies.CsvBody, answers={200: shapes.PricedShape}, refuses=True
    )
    def put(self, request: Request, provider: str, api: int) -> Response:
        """All or none: every fault is told with its line, and then nothing is saved. ``dry_run`` only reads."""
        found = self.api(api)
        wished = self.wish(bodies.CsvBody)
        entries, plan = prices.read_csv(found, wished["csv"].encode(), source=wished["source"])
        saved = 0 if wished["dry_run"] else len(prices.set_prices(found, by=self.person, entries=entries))
        return Response({"changes": len(plan.changes), "same": plan.same, "saved": saved, "silent": plan.silent})


class ChannelPrices(ProviderView):
    @described("prices_list", "Read a channel's prices", answers={200: shapes.OwnPriceShape(many=True)})
    def get(self, request: Request, provider: str, channel: str) -> Response:
        """Past, present and announced, the newest first."""
        return Response([rows.price(row) for row in self.channel(channel).prices.order_by("-starts_on")])

    @described(
        "prices_set",
        "Set a channel's price",
        body=bodies.PriceBody,
        answers={200: shapes.OwnPriceShape, 201: shapes.OwnPriceShape},
        refuses=True,
    )
    def post(self, request: Request, provider: str, channel: str) -> Response:
        """It succeeds the one before from ``valid_from`` on. 200 where it says what holds already."""
        found = self.channel(channel)
        wished = self.wish(bodies.PriceBody)
        cells = {name: wished[name] for name in bodies.CELLS}
        entry = pricelist.entry_of(cells, wished["tiers"], today=timezone.localdate())
        saved = prices.set_price(found, by=self.person, entry=entry, seen=wished["version"])
        if saved is None:
            return Response(rows.price(found.prices.filter(starts_on__lte=entry.starts_on).latest("starts_on")))
        return Response(rows.price(saved), status=201)


class ChannelPrice(ProviderView):
    @described("prices_take_back", "Take back an announced price", answers={204: None}, refuses=True)
    def delete(self, request: Request, provider: str, channel: str, price: int) -> Response:
        """One that is in force already stays, and is succeeded by a new one."""
        prices.take_back(self.channel(channel), by=self.person, price=price)
        return Response(status=204)


class Limits(ProviderView):
    @described("limits_set", "State its limits", body=bodies.LimitsBody, answers={200: shapes.ApiShape}, refuses=True)
    def put(self, request: Request, provider: str, api: int) -> Response:
        """How much of our traffic it takes; its channels get the same."""
        found = self.api(api)
        wished = self.wish(bodies.LimitsBody)
        terms.set_limits(found, by=self.person, seen=wished.pop("version"), **wished)
        return Response(rows.api(found))


class Scenarios(ProviderView):
    @described(
        "scenarios_choose",
        "Choose its channels' scenarios",
        body=bodies.ScenariosBody,
        answers={200: shapes.OwnChannelShape(many=True)},
        refuses=True,
    )
    def put(self, request: Request, provider: str, api: int) -> Response:
        """By channel; those that are not named stay as they are."""
        found = self.api(api)
        wished = self.wish(bodies.ScenariosBody)["channels"]
        known = dict(found.channels.filter(slug__in=wished).values_list("slug", "pk"))
        if missing := sorted(wished.keys() - known.keys()):
            raise unknown_channels(missing)
        terms.choose_scenarios(found, by=self.person, choices={known[slug]: wished[slug] for slug in wished})
        return Response(rows.channels(rows.for_rows(found.channels.all())))


class Terms(ProviderView):
    @described("terms_retrieve", "Read a provider's terms", answers={200: shapes.OwnTermsShape})
    def get(self, request: Request, provider: str) -> Response:
        return Response(rows.terms(self.provider))

    @described(
        "terms_set",
        "State a provider's terms",
        body=bodies.TermsBody,
        answers={200: shapes.OwnTermsShape},
        refuses=True,
    )
    def put(self, request: Request, provider: str) -> Response:
        """Whole: what is left out or null is not stated. Whatever is stated needs a source."""
        wished: dict[str, Any] = self.wish(bodies.TermsBody)
        terms.set_terms(self.provider, by=self.person, seen=wished.pop("version"), **wished)
        return Response(rows.terms(self.provider))


class Agreement(ProviderView):
    @described("agreement_retrieve", "Read what was agreed to", answers={200: shapes.AgreementsShape})
    def get(self, request: Request, provider: str) -> Response:
        return Response(rows.agreements(self.provider))

    @described(
        "agreement_agree",
        "Agree to trials and publication",
        body=bodies.AgreeBody,
        answers={200: shapes.AgreementsShape},
        refuses=True,
    )
    def post(self, request: Request, provider: str) -> Response:
        """To the version of the terms that you have read; its text is on the provider's page “Terms”."""
        terms.agree(self.provider, by=self.person, version=self.wish(bodies.AgreeBody)["agreed"])
        return Response(rows.agreements(self.provider))
