"""An API's key: bound to its origin, tried at once, replaced only by one that is answered, never shown again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import live, onboarding
from catalog.live import FROM_ENVIRONMENT, origin_of
from catalog.members import note
from catalog.models import Api, Channel, Credential, Listing, Provider
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.crypto import Unreadable
from marketplace.portal.adding import words
from marketplace.portal.adding.looking import look
from marketplace.portal.adding.words import Said
from sandbox import proving
from sandbox.proving import Proof, Verdict
from sandbox.wire.types import Endpoint

LONGEST = 2_000
# A header takes no other characters.
VISIBLE = re.compile(r"[!-~]+")
BEARER = re.compile(r"(?:authorization:\s*)?bearer\s+", re.IGNORECASE)
SHORTEST_WITH_END = 12


@dataclass(frozen=True)
class Held:
    """What may be shown of a key. ``ending`` are its last four characters, empty where it is too short for that."""

    credential: Credential
    ending: str = ""
    is_readable: bool = True
    is_ours: bool = False  # from this site's environment, by its operators
    is_none: bool = False  # a server on this computer that wants none


def held(api: Api) -> Held | None:
    """The key for the API's origin as it may be shown; None where there is none."""
    row = _credential(api.provider, origin_of(api.base_url))
    if row is None:
        return None
    try:
        secret = row.secret or ""
    except Unreadable:
        return Held(row, is_readable=False)
    if secret.startswith(FROM_ENVIRONMENT):
        return Held(row, is_ours=True)
    return Held(row, secret[-4:] if len(secret) >= SHORTEST_WITH_END else "", is_none=not secret)


def held_for(provider: Provider, origin: str) -> str:
    """The key itself, for calls to that origin alone; empty where there is none."""
    return live.reveal(Channel(provider=provider, base_url=origin)) or ""


def enter_key(api: Api, *, by: User | None, key: str) -> Said:
    """Try the key, and keep it for the API's origin: in place of another only if it was answered.

    Empty is for a server on this computer that wants none. Raises Refused, and then the key that was there stays.
    """
    key = _readable(api, key)
    origin = origin_of(api.base_url)
    before = _credential(api.provider, origin)
    with look(api.provider, by):
        proof = _prove(api, key)
    if proof.verdict is Verdict.REFUSED:
        raise Refused("key", *words.of_key(proof))
    if proof.verdict is Verdict.UNSURE and before and before.works:
        raise Refused("key", words.of_key(proof).message, _("The key that works stays in use. Try again later."))
    with transaction.atomic():
        _keep(api, origin, key, works=proof.verdict is Verdict.ANSWERED)
        _keep_models(api, proof)
        note(api.provider, by, "key_rotated" if before else "key_entered", api.base_url)
    return words.of_key(proof)


def try_key(api: Api, *, by: User | None) -> Said:
    """Try the stored key again and remember how it went. Raises Refused where there is none."""
    row = held(api)
    if row is None or not row.is_readable:
        raise Refused("key", _("There is no key for this address."), _("Enter one."))
    with look(api.provider, by):
        proof = _prove(api, held_for(api.provider, row.credential.origin))
    if proof.verdict is not Verdict.UNSURE:
        works = proof.verdict is Verdict.ANSWERED
        Credential.objects.filter(pk=row.credential.pk).update(works=works, probed_at=timezone.now())
    _keep_models(api, proof)
    return words.of_key(proof)


def remove_key(api: Api, *, by: User | None) -> None:
    """Forget the key for the API's origin: its channels are not called any more, and those on the list leave it.

    They come back by themselves once there is a key again and the checks pass.
    """
    origin = origin_of(api.base_url)
    with transaction.atomic():
        removed, _rows = Credential.objects.filter(provider=api.provider, origin=origin).delete()
        if not removed:
            return
        note(api.provider, by, "key_removed", api.base_url)
        listed = api.provider.channels.filter(listing=Listing.LISTED).select_related("provider", "model")
        for channel in listed:
            if origin_of(channel.base_url) == origin:
                onboarding.suspend(channel, by=None, reason=onboarding.KEYLESS)


def drop_unused(provider: Provider, origin: str) -> None:
    """Forget the key for an origin that no API and no channel of the provider uses any more; retired ones use none."""
    channels = provider.channels.exclude(listing=Listing.RETIRED)
    used = [*provider.apis.values_list("base_url", flat=True), *channels.values_list("base_url", flat=True)]
    if origin not in map(origin_of, used):
        Credential.objects.filter(provider=provider, origin=origin).delete()


def _credential(provider: Provider, origin: str) -> Credential | None:
    return Credential.objects.filter(provider=provider, origin=origin).defer("secret").first()


def _readable(api: Api, text: str) -> str:
    """The key without what is pasted around it. Raises Refused for what is no key."""
    key = BEARER.sub("", text.strip(), count=1).strip().strip("\"'")
    if not api.protocol:
        raise Refused("key", _("The protocol is not chosen yet."), _("Choose it in the address step."))
    if key.lower().startswith(FROM_ENVIRONMENT):
        message = _("A key cannot be read from this site's environment.")
        raise Refused("key", message, _("Enter the key itself; it is encrypted before it is stored."))
    if not key:
        if api.provider.is_local:
            return ""
        raise Refused("key", _("No key was entered."), _("Enter the one that we are to test your API with."))
    if "://" in key:
        raise Refused("key", _("This is an address, and no key."), _("Copy the key, usually one long word."))
    if len(key) > LONGEST or not VISIBLE.fullmatch(key):
        message = _("A key is one word of Latin letters, digits and signs, without spaces or line breaks.")
        raise Refused("key", message, _("Copy it anew, alone."))
    return key


def _prove(api: Api, key: str) -> Proof:
    endpoint = Endpoint(api.protocol, api.base_url, "", key)  # type: ignore[arg-type]  # the database holds no other
    names = list(api.channels.order_by("pk").values_list("wire_name", flat=True))
    return proving.prove(endpoint, names or (api.models_seen or ()))


def _keep(api: Api, origin: str, key: str, *, works: bool) -> None:
    """One UPDATE: a call that begins a moment later has the new key, one that began before the old."""
    # Whoever moves it at this moment waits, and then forgets this key with the others of the old origin.
    if Api.objects.select_for_update().filter(pk=api.pk, base_url=api.base_url).first() is None:
        message = _("The API's address was changed meanwhile.")
        raise Refused("key", message, _("Look at the address, then enter the key again."))
    rows = Credential.objects.filter(provider=api.provider, origin=origin)
    values = {"secret": key, "works": works, "probed_at": timezone.now()}
    if rows.update(**values):
        return
    try:
        with transaction.atomic():
            Credential.objects.create(provider=api.provider, origin=origin, **values)
    except IntegrityError:  # somebody entered one at the same moment
        rows.update(**values)


def _keep_models(api: Api, proof: Proof) -> None:
    if proof.models is not None:
        seen = {"models_seen": list(proof.models), "models_seen_at": timezone.now()}
        Api.objects.filter(pk=api.pk, base_url=api.base_url).update(**seen)
        api.models_seen, api.models_seen_at = list(proof.models), timezone.now()
