"""An API or a channel of the provider whose page this is; to all others it does not exist (404)."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from catalog.models import Api, Channel, Provider


def api_of(provider: Provider, pk: int) -> Api:
    found = get_object_or_404(provider.apis.all(), pk=pk)
    found.provider = provider
    return found


def channel_of(provider: Provider, slug: str) -> Channel:
    rows = provider.channels.select_related("model", "api", "successor__model")
    found: Channel = get_object_or_404(rows, slug=slug)
    found.provider = provider
    return found
