"""The bare addresses: a visitor is sent home in a language they read, a program is told where everything is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

API = {
    "scenarios": "api:scenario-list",
    "channels": "api:channel-list",
    "providers": "api:provider-list",
    "models": "api:model-list",
    "search": "api:search",
    "trials": "api:trials",
    "status": "api:status",
    "account": "api:account",
    "portal": "api:portal_providers",
    "description": "api:schema",
    "docs": "api:docs",
}


def choose_language(request: HttpRequest) -> HttpResponse:
    with override(get_language_from_request(request)):
        response = redirect("catalog:home")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@extend_schema(operation_id="addresses", responses=OpenApiTypes.OBJECT)
@api_view(["GET"])
def list_addresses(request: Request) -> Response:
    """Where everything else is."""
    return Response({name: reverse(address, request=request) for name, address in API.items()})
