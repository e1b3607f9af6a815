"""The bare address: sends each visitor to the home page in a language they read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_from_request, override


def choose_language(request: HttpRequest) -> HttpResponse:
    with override(get_language_from_request(request)):
        response = redirect("catalog:home")
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
