"""What still keeps a channel from being submitted: each with its mend, and the wizard's step where that is done."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from catalog.live import origin_of
from catalog.models import Channel, Credential
from catalog.refusals import Refused


class Obstacle(NamedTuple):
    """``field`` names what is missing, ``step`` the URL of the portal where it is mended."""

    field: str
    message: str
    mend: str
    step: str

    def refusal(self) -> Refused:
        return Refused(self.field, self.message, self.mend)


def obstacles(channel: Channel) -> list[Obstacle]:
    """All that is missing, in the wizard's order; its conformance run is ``marketplace.portal.listing.checked``'s."""
    found = []
    if not has_working_key(channel):
        message = _("No key works at this address yet.")
        found.append(Obstacle("key", message, _("Enter a key; it is tried at once."), "portal:api_key"))
    if not channel.prices.exists():
        message = _("No price is stated.")
        mend = _("State it, or say that it is not known.")
        found.append(Obstacle("price", message, mend, "portal:api_prices"))
    if not channel.scenarios.exists():
        message = _("It is offered in no scenario.")
        found.append(Obstacle("scenarios", message, _("Choose at least one."), "portal:api_scenarios"))
    if not has_agreed(channel):
        message = _("Nobody has agreed to the present version of the terms of trials and publication.")
        found.append(Obstacle("agreement", message, _("Read them and agree for your provider."), "portal:terms"))
    return found


def has_working_key(channel: Channel) -> bool:
    origin = origin_of(channel.base_url)
    return Credential.objects.filter(provider=channel.provider_id, origin=origin, works=True).exists()


def has_agreed(channel: Channel) -> bool:
    return channel.provider.agreements.filter(version=settings.AGREEMENT_VERSION).exists()
