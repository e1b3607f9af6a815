"""Brings the catalogue's rows in line with the facts beside this module, and touches no row that came from elsewhere.

``facts/*.json`` hold one row a line, each with its source and the day it was checked. A row is ours when its ``source``
begins with one of SOURCES; one that the portal or an operator made stays as it is, even under a slug of ours.

A provider's terms were read in stored copies of the page that the line names, so they are as old as the day beside it:
the text's own day, or, where it bears none, the day the copy was read. A term that no line names is unknown until an
operator enters it; null on a line takes a term back. So it is with ``available_in_mainland`` and ``filing_number``:
known with the page that says so, or unknown.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from catalog.models import AIModel, Channel, FxRate, Listing, Price, Provider, Scenario
from catalog.seed.sizes import stated_size

FACTS = Path(__file__).parent / "facts"
SOURCES = ("models.dev (MIT)", "public documentation", "price list ")
DAYS = {"checked_on", "terms_checked_on", "mainland_checked_on", "filing_checked_on", "released_on", "on"}
AMOUNTS = {"input", "output", "cache_read", "cache_write", "rate", "parameters_b", "active_parameters_b"}
BY_NAME = "name"
# Where a provider is called is said once, on the provider's line, and kept on each of its channels.
CALLING = {"protocol", "base_url", "dialect"}
OURS = reduce(or_, (Q(source__startswith=source) for source in SOURCES))


def load_catalog() -> dict[str, int]:
    """Providers, models, channels, prices and exchange rates: ``{"created": …, "changed": …, "retired": …}``.

    Run again it writes nothing. Prices are succeeded, never edited; what the facts no longer name is retired, never
    deleted. Scenarios are linked where they exist, so load those first.
    """
    done: Counter[str] = Counter(created=0, changed=0, retired=0)
    with transaction.atomic():
        providers = _providers(done)
        models = _settle(AIModel, {row["slug"]: _sized(row) for row in read("models")}, done)
        channels = _channels(providers, models, done)
        _link_scenarios(channels, done)
        _price(channels, done)
        _exchange(done)
    return dict(done)


def read(name: str) -> list[dict[str, Any]]:
    """The rows of ``facts/<name>.json``, days as dates and amounts as Decimals; null is unknown."""
    rows: list[dict[str, Any]] = json.loads((FACTS / f"{name}.json").read_text(encoding="utf-8"))
    return [{key: _value(key, value) for key, value in row.items()} for row in rows]


def is_ours(source: str) -> bool:
    return source.startswith(SOURCES)


def _value(key: str, value: Any) -> Any:
    if value is not None and key in DAYS:
        return date.fromisoformat(value)
    if value is not None and key in AMOUNTS:
        return Decimal(value)
    return value


def _providers(done: Counter[str]) -> dict[str, Provider]:
    facts = {row["slug"]: {key: value for key, value in row.items() if key not in CALLING} for row in read("providers")}
    _retire(Provider, facts, done)
    return _settle(Provider, facts, done, listing=Listing.LISTED)


def _sized(row: dict[str, Any]) -> dict[str, Any]:
    """A line that says nothing of a model's size has the size that the model's name states, if it does."""
    size = stated_size(row["name"])
    if "parameters_source" in row or size == (None, None):
        return row
    return row | {"parameters_b": size.total, "active_parameters_b": size.active, "parameters_source": BY_NAME}


def _channels(providers: dict[str, Provider], models: dict[str, AIModel], done: Counter[str]) -> dict[str, Channel]:
    calling = {row["slug"]: row for row in read("providers")}
    facts = {}
    for row in read("channels"):
        if row["provider"] in providers and row["model"] in models:
            facts[row["slug"]] = _channel_facts(row, calling[row["provider"]], providers, models)
    _make_way(facts, done)
    _retire(Channel, facts, done)
    return _settle(Channel, facts, done, listing=Listing.LISTED)


def _channel_facts(
    row: dict[str, Any], calling: dict[str, Any], providers: dict[str, Provider], models: dict[str, AIModel]
) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "provider_id": providers[row["provider"]].pk,
        "model_id": models[row["model"]].pk,
        "protocol": calling["protocol"],
        "base_url": calling["base_url"],
        "wire_name": row["wire_name"],
        "dialect": calling["dialect"] | row["dialect"],
        "source": row["source"],
        "checked_on": row["checked_on"],
    }


def _make_way(facts: dict[str, dict[str, Any]], done: Counter[str]) -> None:
    """A channel that is there under another slug is renamed if it is ours; else its line is left out of ``facts``."""
    slugs = {(row["provider_id"], row["protocol"], row["wire_name"]): slug for slug, row in facts.items()}
    for channel in Channel.objects.filter(provider__in={provider for provider, *_ in slugs}):
        slug = slugs.get((channel.provider_id, channel.protocol, channel.wire_name), channel.slug)
        if slug == channel.slug:
            continue
        if is_ours(channel.source):
            channel.slug = slug
            channel.save(update_fields=["slug"])
            done["changed"] += 1
        else:
            del facts[slug]


def _settle(kind: Any, facts: dict[str, dict[str, Any]], done: Counter[str], **at_first: Any) -> dict[str, Any]:
    """The rows of ``kind`` by slug, made or brought up to date; a row that is not ours is left alone and left out."""
    rows = {row.slug: row for row in kind.objects.filter(slug__in=facts)}
    made = [kind(**values, **at_first) for slug, values in facts.items() if slug not in rows]
    ours = {slug: row for slug, row in rows.items() if is_ours(row.source)}
    changed = [row for slug, row in ours.items() if _update(row, facts[slug])]
    kind.objects.bulk_create(made)
    for row in changed:
        row.save()
    done.update(created=len(made), changed=len(changed))
    return ours | {row.slug: row for row in made}


def _update(row: Any, values: dict[str, Any]) -> bool:
    """Whether ``row`` said something else. A retired row that the facts name again is listed again."""
    now = dict(values)
    if getattr(row, "listing", None) == Listing.RETIRED:
        now["listing"] = Listing.LISTED
    stale = {key: value for key, value in now.items() if getattr(row, key) != value}
    for key, value in stale.items():
        setattr(row, key, value)
    return bool(stale)


def _retire(kind: Any, facts: dict[str, dict[str, Any]], done: Counter[str]) -> None:
    present = kind.objects.filter(OURS).exclude(listing=Listing.RETIRED).values_list("slug", flat=True)
    if gone := set(present) - set(facts):
        done["retired"] += kind.objects.filter(slug__in=gone).update(listing=Listing.RETIRED)


def _link_scenarios(channels: dict[str, Channel], done: Counter[str]) -> None:
    """Each channel's scenarios as its line names them; scenarios that no line names are an operator's business."""
    named = {row["slug"]: set(row["scenarios"]) for row in read("channels") if row["slug"] in channels}
    scenarios = dict(Scenario.objects.filter(slug__in=set().union(*named.values())).values_list("slug", "pk"))
    wanted = {(channels[slug].pk, scenarios[one]) for slug, names in named.items() for one in names & set(scenarios)}
    links = Channel.scenarios.through.objects
    mine = links.filter(channel__in=[row.pk for row in channels.values()], scenario__in=scenarios.values())
    present = {(channel, scenario): pk for pk, channel, scenario in mine.values_list("pk", "channel_id", "scenario_id")}
    new = sorted(wanted - set(present))
    links.bulk_create(Channel.scenarios.through(channel_id=channel, scenario_id=scenario) for channel, scenario in new)
    if stale := [pk for pair, pk in present.items() if pair not in wanted]:
        links.filter(pk__in=stale).delete()
    done["changed"] += len(stale)
    done["created"] += len(new)


def _price(channels: dict[str, Channel], done: Counter[str]) -> None:
    facts = {row.pop("channel"): row for row in read("prices")}
    in_force = {
        price.channel_id: price for price in Price.objects.filter(channel__in=channels.values(), ends_on__isnull=True)
    }
    new = []
    for slug, channel in channels.items():
        old, values = in_force.get(channel.pk), facts.get(slug)
        if old and (not is_ours(old.source) or (values and _agrees(old, values))):
            continue
        starts_on = _succeed(old, values, done) if old else None
        if values:
            new.append(Price(channel=channel, starts_on=starts_on or values["checked_on"], **values))
    Price.objects.bulk_create(new)
    done["created"] += len(new)


def _agrees(price: Price, values: dict[str, Any]) -> bool:
    return all(getattr(price, key) == value for key, value in values.items())


def _succeed(old: Price, values: dict[str, Any] | None, done: Counter[str]) -> date:
    """Ends ``old`` on the day the next price starts (today where there is none), which is at least a day later."""
    day = values["checked_on"] if values else timezone.localdate()
    old.ends_on = max(day, old.starts_on + timedelta(days=1))
    old.save(update_fields=["ends_on"])
    done["changed"] += 1
    return old.ends_on


def _exchange(done: Counter[str]) -> None:
    for row in read("fx"):
        day = {key: row[key] for key in ("base", "quote", "on")}
        _, made = FxRate.objects.get_or_create(**day, defaults={"rate": row["rate"], "source": row["source"]})
        done["created"] += made
