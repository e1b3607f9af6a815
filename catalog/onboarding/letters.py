"""Letters on the life of a listing: to those who act for its provider, and to the operators."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from catalog.models import AT_LEAST, Channel, Provider, Role
from marketplace.accounts import letters


def tell(channel: Channel, template: str, **context: Any) -> None:
    """A letter to each owner and editor of the channel's provider, in their own language."""
    tell_members(channel.provider, template, channel=channel, **context)


def tell_members(provider: Provider, template: str, **context: Any) -> None:
    editors = provider.memberships.filter(role__in=AT_LEAST[Role.EDITOR], user__is_active=True).select_related("user")
    for member in editors:
        if member.user.email:
            letters.send(template, to=member.user.email, language=member.user.language, provider=provider, **context)


def to_operators(template: str, **context: Any) -> None:
    """A letter to whoever reviews listings; without an address nobody is written to, and the queue alone tells."""
    if address := settings.REVIEW_EMAIL or settings.CONTACT_EMAIL:
        letters.send(template, to=address, **context)
