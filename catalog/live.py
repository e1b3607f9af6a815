"""Which channels the platform can call, and with which key: credentials from the environment, each tied to one origin.

A key goes to the address that the facts name for its provider and nowhere else. A row whose base URL was changed has
another origin, and for that there is no credential.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from catalog.models import AIModel, Channel, Credential, Listing, Protocol, Provider, Scenario
from catalog.seed import load
from marketplace.crypto import Unreadable

logger = logging.getLogger(__name__)

FROM_ENVIRONMENT = "env:"
LOCAL = "local-openai-compatible"
LOCAL_SOURCE = "OPENAI_BASE_URL"
# More names than this in a server's list are not made into channels.
MOST_MODELS = 100


def origin_of(address: str) -> str:
    """``https://host[:port]`` of a URL; empty where it has no scheme or host, or is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower() if parts.scheme and parts.netloc else ""


def link_environment_keys(environ: Mapping[str, str] = os.environ) -> list[Provider]:
    """A credential ``env:NAME`` for every seeded provider whose key is in the environment; those providers.

    A credential whose variable is gone goes too. With OPENAI_BASE_URL set, OPENAI_API_KEY belongs to the server named
    there, never to OpenAI; without it the local server's channels are retired. New credentials wait for a probe.
    """
    linked = []
    local = bool(environ.get("OPENAI_BASE_URL", "").strip())
    with transaction.atomic():
        if not local:
            unlink_local_server()
        seeded = {row["slug"]: origin_of(row["base_url"]) for row in load.read("providers")}
        for provider in Provider.objects.filter(slug__in=seeded, is_simulated=False, is_local=False):
            origin = seeded[provider.slug] if load.is_ours(provider.source) else ""
            names = [name for name in provider.key_variables if not (local and name == "OPENAI_API_KEY")]
            name = next((name for name in names if environ.get(name, "").strip()), "")
            if _link(provider, origin=origin if origin.startswith("https://") else "", name=name):
                linked.append(provider)
    return linked


def _link(provider: Provider, *, origin: str, name: str) -> bool:
    """Whether ``provider`` has a credential from the environment now; secrets of other kinds are left as they are."""
    kept = False
    for credential in provider.credentials.defer("secret"):
        secret = _secret(credential)
        if not secret.startswith(FROM_ENVIRONMENT):
            kept |= credential.origin == origin
        elif name and credential.origin == origin and secret == FROM_ENVIRONMENT + name:
            return True
        else:
            credential.delete()
    if not name or not origin or kept:
        return False
    Credential.objects.create(provider=provider, origin=origin, secret=FROM_ENVIRONMENT + name)
    return True


def _secret(credential: Credential) -> str:
    """What is stored, or nothing where it was encrypted with a key that we no longer hold."""
    try:
        return credential.secret or ""
    except Unreadable:
        logger.warning("the credential for %s cannot be read: enter it again", credential.origin)
        return ""


def reveal(channel: Channel, environ: Mapping[str, str] = os.environ) -> str | None:
    """The key for ``channel`` at its address; empty where none is needed, None where we hold none for that origin."""
    if channel.is_simulated:
        return ""
    origin = origin_of(channel.address)
    credential = Credential.objects.filter(provider=channel.provider_id, origin=origin).defer("secret").first()
    if credential is None:
        return None
    secret = _secret(credential)
    if secret.startswith(FROM_ENVIRONMENT):
        # A stranger who lists "env:NAME" as his own key must not be sent ours.
        if not (channel.provider.is_local or load.is_ours(channel.provider.source)):
            return None
        return environ.get(secret.removeprefix(FROM_ENVIRONMENT), "").strip() or None
    return secret or ("" if channel.provider.is_local else None)


def mark_probe(provider: Provider, ok: bool) -> bool:
    """Says whether a call with the provider's credential was answered: its channels are live if so, else listed only.

    True where that is news.
    """
    now = timezone.now()
    news = provider.credentials.exclude(works=ok).update(works=ok, probed_at=now)
    provider.credentials.update(probed_at=now)
    return bool(news)


@transaction.atomic
def link_local_server(
    base_url: str, model_names: Iterable[str], environ: Mapping[str, str] = os.environ
) -> list[Channel]:
    """The provider *Local OpenAI-compatible* at ``base_url`` with a channel for each model that it lists.

    Channels of models that it no longer lists are retired. Measured apart: what answers there is nobody's brand.
    """
    base_url, today = base_url.rstrip("/"), timezone.localdate()
    facts = {"name_en": "Local OpenAI-compatible", "name_zh": "本地 OpenAI 兼容服务", "is_local": True}
    facts |= {"listing": Listing.LISTED, "source": LOCAL_SOURCE}
    provider, _ = Provider.objects.get_or_create(slug=LOCAL, defaults=facts | {"checked_on": today})
    Provider.objects.filter(pk=provider.pk).exclude(listing=Listing.LISTED).update(listing=Listing.LISTED)
    provider.credentials.exclude(origin=origin_of(base_url)).delete()
    secret = f"{FROM_ENVIRONMENT}OPENAI_API_KEY" if environ.get("OPENAI_API_KEY", "").strip() else ""
    credential, made = Credential.objects.get_or_create(
        provider=provider, origin=origin_of(base_url), defaults={"secret": secret}
    )
    if not made and _secret(credential) != secret:
        credential.secret = secret
        credential.save(update_fields=["secret"])
    names = [name for name in dict.fromkeys(model_names) if 0 < len(name) <= 120][:MOST_MODELS]
    Channel.objects.filter(provider=provider).exclude(wire_name__in=names).update(listing=Listing.RETIRED)
    return [_local_channel(provider, base_url, name) for name in names]


def _local_channel(provider: Provider, base_url: str, name: str) -> Channel:
    today = timezone.localdate()
    found = Channel.objects.filter(provider=provider, protocol=Protocol.OPENAI, wire_name=name).first()
    if found is None:
        slug = _free_slug(name)
        seen = {"source": LOCAL_SOURCE, "checked_on": today}
        model = AIModel.objects.create(slug=slug, name=name, maker="unknown", maker_name="Unknown", **seen)
        found = Channel.objects.create(
            slug=slug,
            provider=provider,
            model=model,
            protocol=Protocol.OPENAI,
            base_url=base_url,
            wire_name=name,
            listing=Listing.LISTED,
            **seen,
        )
    elif (found.base_url, found.listing) != (base_url, Listing.LISTED):
        found.base_url, found.listing = base_url, Listing.LISTED
        found.save(update_fields=["base_url", "listing"])
    found.scenarios.add(*Scenario.objects.open())
    return found


def _free_slug(name: str) -> str:
    """``local-llama-3``, with a number behind it where another model's name reads the same."""
    stem = f"local-{slugify(name.replace('.', '-').replace('/', '-'))}"[:90].rstrip("-")
    number, slug = 1, stem
    while Channel.objects.filter(slug=slug).exists() or AIModel.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


def unlink_local_server() -> None:
    """No server is named any more: its channels are retired and its credential goes."""
    Credential.objects.filter(provider__slug=LOCAL, provider__is_local=True).delete()
    Channel.objects.filter(provider__slug=LOCAL).exclude(listing=Listing.RETIRED).update(listing=Listing.RETIRED)
    Provider.objects.filter(slug=LOCAL).exclude(listing=Listing.RETIRED).update(listing=Listing.RETIRED)
