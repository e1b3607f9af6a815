"""Where an API stands: its address and protocol, looked at before they are saved; what a move undoes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import onboarding, versions
from catalog.live import origin_of
from catalog.members import note
from catalog.models import Api, Channel, Listing, Protocol, Provider
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.adding import addresses, words
from marketplace.portal.adding.addresses import Pasted
from marketplace.portal.adding.keys import drop_unused, held_for
from marketplace.portal.adding.looking import look
from marketplace.portal.adding.stray_keys import is_stray, warning
from marketplace.portal.adding.words import Said
from sandbox import detecting
from sandbox.detecting import Found
from sandbox.wire.addresses import Blocked

# A move takes these off the list, or out of the queue.
SHOWN = (Listing.STAGED, Listing.LISTED, Listing.SUSPENDED)


class Hesitant(Refused):
    """The address did not answer as it should, which may pass: it is saved when asked again with ``anyway``."""


class Moves(Refused):
    """Channels would leave the list until they are checked again: done when asked again with ``confirmed``."""

    def __init__(self, channels: list[Channel]) -> None:
        self.channels = channels
        names = _(", ").join(channel.slug for channel in channels[:10])
        message = _("A new address or protocol takes these channels off the list until they are checked again: %s.")
        super().__init__("confirmed", message % names, _("Confirm it, or leave the address as it is."))


class Placed(NamedTuple):
    """The saved row, and what was seen at its address."""

    api: Api
    said: Said


@dataclass(frozen=True)
class Survey:
    """An address as it was pasted and as it was found, with the protocol that counts."""

    pasted: Pasted
    found: Found
    protocol: str

    @property
    def values(self) -> dict[str, Any]:
        """The columns of an ``Api``."""
        names = self.found.models
        return {
            "base_url": self.found.base_url,
            "protocol": self.protocol,
            "is_detected": self.protocol == self.found.protocol,
            "models_seen": None if names is None else list(names),
            "models_seen_at": None if names is None else timezone.now(),
        }

    @property
    def said(self) -> Said:
        told = words.of_address(self.found)
        notes = [words.of_pasting(self.pasted), told.message]
        if self.found.base_url != self.pasted.base_url:
            notes.insert(1, _("It answers at %(address)s, so that is kept.") % {"address": self.found.base_url})
        if self.found.protocol and not self.values["is_detected"]:
            names = {"found": _name(self.found.protocol), "kept": _name(self.protocol)}
            notes.append(_("Its answers look like %(found)s; it is kept as %(kept)s, as you say.") % names)
        return Said(" ".join(filter(None, notes)), told.mend)


def _name(protocol: str) -> str:
    return str(Protocol(protocol).label)


def survey(provider: Provider, *, by: User | None, base_url: str, protocol: str = "", anyway: bool = False) -> Survey:
    """Look at an address, for some seconds at most, saving nothing. Raises Refused, or Hesitant unless ``anyway``.

    ``protocol`` empty is detected; a given one overrules what was detected.
    """
    if is_stray(base_url, provider=provider):
        raise Refused("base_url", warning(), _("Give the address here, without the key."))
    if protocol and protocol not in Protocol.values:
        message = _("“%(name)s” is no protocol that we know.") % {"name": protocol[:20]}
        raise Refused("protocol", message, _("Take openai, anthropic or gemini."))
    try:
        pasted = addresses.read(base_url)
    except Blocked as blocked:
        raise Refused("base_url", *words.blocked(blocked.detail)) from None
    held = held_for(provider, origin_of(pasted.base_url))
    with look(provider, by):
        found = detecting.look(pasted.base_url, key=held)
    surveyed = Survey(pasted, found, protocol or pasted.protocol or found.protocol)
    if found.saw in detecting.CLOSED:
        raise Refused("base_url", *words.of_address(found))
    if found.saw in detecting.PASSING and not anyway:
        raise Hesitant("base_url", *words.of_address(found))
    if not surveyed.protocol:
        message = _("Its protocol could not be told from its answers.")
        raise Refused("protocol", message, _("Choose the one that it speaks."))
    return surveyed


def add_api(provider: Provider, *, by: User | None, base_url: str, protocol: str = "", anyway: bool = False) -> Placed:
    """Look at the address and save it. Raises Refused, or Hesitant unless ``anyway``; then nothing is saved."""
    surveyed = survey(provider, by=by, base_url=base_url, protocol=protocol, anyway=anyway)
    try:
        with transaction.atomic():
            _settle_kind(provider, surveyed.found, but=None)
            api = Api.objects.create(provider=provider, created_by=by, **surveyed.values)
            note(provider, by, "api_added", api.base_url)
    except IntegrityError:
        raise _twice() from None
    return Placed(api, surveyed.said)


def change_address(
    api: Api,
    *,
    seen: int,
    by: User | None,
    base_url: str,
    protocol: str = "",
    anyway: bool = False,
    confirmed: bool = False,
) -> Placed:
    """Move the API and its channels, which are then to be checked again; another origin wants its own key.

    Raises Refused, Hesitant, Outdated, or Moves where channels are on the list and it is not ``confirmed``.
    """
    surveyed = survey(api.provider, by=by, base_url=base_url, protocol=protocol, anyway=anyway)
    if (surveyed.found.base_url, surveyed.protocol) == (api.base_url, api.protocol):
        _refresh(api, surveyed)
        return Placed(api, surveyed.said)
    try:
        with transaction.atomic():
            _move(api, surveyed, seen=seen, by=by, confirmed=confirmed)
    except IntegrityError:
        api.refresh_from_db()  # the transaction took it back
        raise _twice() from None
    return Placed(api, surveyed.said)


def _move(api: Api, surveyed: Survey, *, seen: int, by: User | None, confirmed: bool) -> None:
    """What was on the list or on its way there is a draft again, and nothing that was learned elsewhere stays."""
    old = api.base_url
    shown = _locked(api, *SHOWN)
    if shown and not confirmed:
        raise Moves(shown)
    _settle_kind(api.provider, surveyed.found, but=api)
    versions.change(api, seen=seen, **surveyed.values)
    onboarding.send_back(shown, by=by)
    moved = {"base_url": api.base_url, "protocol": api.protocol, "profile": {}, "version": F("version") + 1}
    api.channels.update(**moved)
    note(api.provider, by, "api_address_changed", old, address=api.base_url)
    drop_unused(api.provider, origin_of(old))


def remove_api(api: Api, *, by: User | None) -> None:
    """Remove it with its drafts, and its key where nothing else uses that. Raises Refused while channels are shown."""
    with transaction.atomic():
        if shown := _locked(api, *SHOWN):
            message = _("%(channel)s is still in use.") % {"channel": shown[0].slug}
            raise Refused("", message, _("Retire its channels first, or withdraw what is submitted."))
        for draft in api.channels.filter(listing=Listing.DRAFT):
            discard(draft)
        api.channels.update(api=None)
        api.delete()
        note(api.provider, by, "api_removed", api.base_url)
        drop_unused(api.provider, origin_of(api.base_url))


def _locked(api: Api, *states: Listing) -> list[Channel]:
    """Its channels that are in one of these states, and stay so while the transaction lasts; the API's row first."""
    Api.objects.select_for_update().get(pk=api.pk)
    rows = api.channels.select_for_update(of=("self",)).select_related("provider").order_by("pk")
    return [channel for channel in rows if channel.listing in states]


def discard(channel: Channel) -> None:
    """Remove a draft, and the model that was proposed for it alone; a draft with a history is retired instead."""
    model = channel.model
    try:
        with transaction.atomic():
            channel.delete()
    except ProtectedError:
        Channel.objects.filter(pk=channel.pk).update(listing=Listing.RETIRED)
        return
    if model.proposed_by_id and not model.channels.exists():
        model.delete()


def _refresh(api: Api, surveyed: Survey) -> None:
    """The same address and protocol: only what was seen there is new."""
    names = ("models_seen", "models_seen_at")
    fresh = {name: surveyed.values[name] for name in names if surveyed.values["models_seen"] is not None}
    if fresh:
        Api.objects.filter(pk=api.pk).update(**fresh)
        api.refresh_from_db()


def _settle_kind(provider: Provider, found: Found, *, but: Api | None) -> None:
    """A provider of servers on this computer has no others, and is shown as local: nothing real stands beside them."""
    if found.is_local == provider.is_local:
        return
    others = provider.apis.exclude(pk=but.pk) if but else provider.apis.all()
    channels = provider.channels.exclude(api=but) if but else provider.channels.all()
    if others.exists() or channels.exists():
        message = _("Servers on this computer and public ones cannot stand under the same provider.")
        raise Refused("base_url", message, _("Register a second provider for one of them."))
    Provider.objects.filter(pk=provider.pk).update(is_local=found.is_local)
    provider.is_local = found.is_local


def _twice() -> Refused:
    message = _("This address, or one of its models, is there already with the same protocol.")
    return Refused("base_url", message, _("Change the one that is there, or remove it first."))
