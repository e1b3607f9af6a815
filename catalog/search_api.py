"""The search box for machines: the same hits in the same order, a page at a time."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    IntegerField,
    ListField,
    Serializer,
    URLField,
)
from rest_framework.views import APIView

from catalog.api import Pages
from catalog.search import index, ranking, results
from catalog.search.tokens import MOST_CHARACTERS, clean
from marketplace.problems import ProblemSerializer, unknown_value


class HitShape(Serializer[Any]):
    kind = CharField(help_text="model, provider, channel, scenario or article")
    slug = CharField()
    title = CharField(help_text="in the reader's language")
    subtitle = CharField()
    url = CharField(help_text="its page")
    simulated = BooleanField()
    matched = ListField(child=CharField(), help_text="why it was found, where its title does not say so")


class SearchShape(Serializer[Any]):
    count = IntegerField()
    next = URLField(allow_null=True)
    previous = URLField(allow_null=True)
    kinds = DictField(child=IntegerField(), help_text="how many of each kind, whatever ``kind`` was asked for")
    meant = CharField(help_text="the query as it was read where a word was mistyped, else empty")
    results = HitShape(many=True)


class SearchView(APIView):
    """One box over models, providers, channels, scenarios and articles."""

    @extend_schema(
        summary="Search the catalogue",
        description="Chinese and English, other names, beginnings of words, small slips. Of a query the first "
        f"{MOST_CHARACTERS} characters are read.",
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="what to look for"),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=index.KINDS, description="only this kind"),
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses={200: SearchShape, 400: ProblemSerializer, 404: ProblemSerializer},
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "").strip()
        if kind and kind not in index.KINDS:
            raise unknown_value("kind", kind, known=", ".join(index.KINDS))
        found = ranking.search(clean(request.query_params.get("q", "")), index.current(), kind=kind)
        pages = Pages()
        hits = pages.paginate_queryset(found.hits, request, self) or []
        response = pages.get_paginated_response([_row(each) for each in results.show(hits, found.terms)])
        rows = response.data.pop("results")
        response.data |= {"kinds": found.counts, "meant": found.meant, "results": rows}
        return response


def _row(result: results.Result) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "slug": result.slug,
        "title": result.title,
        "subtitle": result.note,
        "url": result.url,
        "simulated": result.is_simulated,
        "matched": result.reasons,
    }
