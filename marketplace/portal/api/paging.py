"""Lists a page at a time, as everywhere in the API: ``{"count", "next", "previous", "results"}``."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

PAGED = [
    OpenApiParameter("page", OpenApiTypes.INT),
    OpenApiParameter("page_size", OpenApiTypes.INT, description="at most 200"),
]


def paged(shape: type[BaseSerializer[Any]]) -> type[BaseSerializer[Any]]:
    """The shape of a page of these."""
    fields = {
        "count": serializers.IntegerField(),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": shape(many=True),
    }
    return type(f"Page{shape.__name__}", (serializers.Serializer,), fields)
