"""Which channels we can call, worked out here: the rule of ``ChannelQuerySet.with_live`` for pages that show few.

A database decides for thousands in one query; for one channel, writing that query takes longer than its answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.conf import settings

from catalog.models import Channel, Credential

# provider id → origins with a key that works
Origins = Mapping[int, set[str]]


def working_origins() -> Origins:
    """All of them: one small query."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for provider, origin in Credential.objects.filter(works=True).values_list("provider_id", "origin"):
        found[provider].add(origin)
    return found


def can_call(origins: Origins, *, provider: int, base_url: str, is_simulated: bool, allows_trials: bool | None) -> bool:
    """Whether a key of ours fits this address, or it is simulated here; never against the provider's terms."""
    if allows_trials is False:
        return False
    if is_simulated and settings.SIMULATORS_URL:
        return True
    return any(f"{base_url}/".startswith(f"{origin}/") for origin in origins.get(provider, ()))


def mark(channel: Channel, origins: Origins) -> None:
    """Adds ``live``, as ``with_live`` does."""
    provider = channel.provider
    live = can_call(
        origins,
        provider=provider.pk,
        base_url=channel.base_url,
        is_simulated=provider.is_simulated,
        allows_trials=provider.allows_trials,
    )
    channel.live = live  # type: ignore[attr-defined]  # an annotation's name
