"""Which models an API serves: looked up in its own list or typed, matched to the catalogue, kept as draft channels."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog import versions
from catalog.live import origin_of
from catalog.members import note
from catalog.models import AIModel, Api, Channel, Listing, Provider
from catalog.refusals import Refused
from marketplace.accounts.models import User
from marketplace.portal.adding import matching, words
from marketplace.portal.adding.keys import held_for
from marketplace.portal.adding.looking import look
from marketplace.portal.adding.matching import Index
from marketplace.portal.adding.placing import SHOWN, discard
from marketplace.portal.adding.stray_keys import is_stray, warning
from marketplace.portal.adding.words import Said
from sandbox import detecting
from sandbox.wire.types import Endpoint

MOST_CHOSEN = 200
LONGEST_NAME = 200
SOURCE = "portal"
INPUT_KINDS = ("text", "image", "audio", "video")
LARGEST_WINDOW = 100_000_000


@dataclass(frozen=True)
class Proposal:
    """A model that the catalogue does not have. ``context_window`` None is unknown."""

    name: str
    maker_name: str
    context_window: int | None = None
    input_kinds: Sequence[str] = ("text",)


@dataclass(frozen=True)
class Choice:
    """A name on the wire, and what it is: a model's slug, or a new one; neither: whatever it surely means."""

    wire_name: str
    model: str = ""
    proposal: Proposal | None = None


class Chosen(NamedTuple):
    """``kept`` are channels that were left out and are shown to others: they are retired, not removed."""

    added: list[Channel]
    changed: list[Channel]
    removed: list[str]
    kept: list[Channel]


def look_up_models(api: Api, *, by: User | None) -> Said:
    """Ask the API for its list, and remember it. What came instead is said, and an older list stays. Raises Refused."""
    key = held_for(api.provider, origin_of(api.base_url))
    endpoint = Endpoint(api.protocol, api.base_url, "", key)  # type: ignore[arg-type]  # the database holds no other
    with look(api.provider, by):
        found = detecting.list_models(endpoint)
    api.models_seen_at = timezone.now()
    if found.models is not None:
        api.models_seen = list(found.models)
    seen = {"models_seen": api.models_seen, "models_seen_at": api.models_seen_at}
    Api.objects.filter(pk=api.pk, base_url=api.base_url).update(**seen)
    return words.of_address(found)


def choose_models(api: Api, *, by: User | None, seen: int, choices: Sequence[Choice]) -> Chosen:
    """From now on the API serves exactly these: new ones become drafts, drafts left out go.

    Raises Refused, whose field is the name on the wire where it is about one, or Outdated; then nothing is changed.
    """
    choices = [Choice(read_name(each.wire_name), each.model.strip(), each.proposal) for each in choices]
    names = [choice.wire_name for choice in choices]
    _refuse_names(names)
    _refuse_held(api.provider, names)
    index = matching.index_for(api.provider)
    try:
        with transaction.atomic():
            versions.change(api, seen=seen)
            done = _settle(api, choices, index, _own_channels(api, names))
            if done.added or done.changed or done.removed:
                note(api.provider, by, "models_chosen", api.base_url, models=", ".join(names)[:2_000])
    except Refused:
        api.refresh_from_db()  # its version rose, and the transaction took that back
        raise
    except IntegrityError:
        api.refresh_from_db()
        message = _("One of these models was added by somebody else at the same moment.")
        raise Refused("models", message, _("Look at the list again, then save.")) from None
    return done


def read_name(text: str) -> str:
    """A model's name as it goes on the wire. Raises Refused for what is none."""
    name = text.strip()
    if is_stray(name):
        raise Refused("models", warning(), _("Type the names of models alone."))
    if not name or len(name) > LONGEST_NAME:
        message = _("A model's name has between 1 and %(most)d characters.") % {"most": LONGEST_NAME}
        raise Refused("models", message, _("Give it as your API's users write it."))
    if any(unicodedata.category(each).startswith("C") for each in name):
        message = _("A model's name has no control characters.")
        raise Refused("models", message, _("Type it by hand instead of pasting it."))
    return name


def _refuse_names(names: Sequence[str]) -> None:
    if len(names) > MOST_CHOSEN:
        message = _("%(count)d models are more than the %(most)d that one API may have here.")
        given = {"count": len(names), "most": MOST_CHOSEN}
        raise Refused("models", message % given, _("Choose those that people should compare."))
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise Refused(twice, _("“%(name)s” is chosen twice.") % {"name": twice}, _("Name it once."))


def _refuse_held(provider: Provider, names: Sequence[str]) -> None:
    """A key of the provider's that we hold is no model, whatever it looks like."""
    if names and is_stray("\n".join(names), provider=provider):
        raise Refused("models", warning(), _("Type the names of models alone."))


def _own_channels(api: Api, names: Sequence[str]) -> dict[str, Channel]:
    """The provider's channels under these names, locked: none is submitted meanwhile, nor moved to another address.

    Raises Refused where one belongs to something else.
    """
    rows = Channel.objects.filter(provider=api.provider, protocol=api.protocol, wire_name__in=names)
    found = {row.wire_name: row for row in rows.select_for_update(of=("self",)).select_related("model").order_by("pk")}
    for name, row in found.items():
        if row.api_id != api.pk and not (row.api_id is None and row.listing == Listing.RETIRED):
            message = _("“%(name)s” is already served at %(address)s.") % {"name": name, "address": row.base_url}
            raise Refused(name, message, _("Remove it there first, or leave it out here."))
    return found


def _settle(api: Api, choices: Sequence[Choice], index: Index, rows: dict[str, Channel]) -> Chosen:
    done = Chosen([], [], [], [])
    for choice in choices:
        row = rows.get(choice.wire_name)
        if row is not None and row.listing in SHOWN:
            continue  # what others see is changed by its own ways, not by this form
        model = _model_of(api.provider, choice, index, row)
        if row is None:
            done.added.append(_draft(api, choice.wire_name, model))
        elif _revive(api, row, model):
            done.changed.append(row)
    others = api.channels.exclude(wire_name__in=[choice.wire_name for choice in choices])
    for left in others.select_for_update(of=("self",)).select_related("model").order_by("pk"):
        if left.listing == Listing.DRAFT:
            discard(left)
            done.removed.append(left.wire_name)
        elif left.listing in SHOWN:
            done.kept.append(left)
    return done


def _revive(api: Api, row: Channel, model: AIModel) -> bool:
    """Bring a draft's model up to date, or a retired channel back as a draft; whether anything changed."""
    if row.listing == Listing.DRAFT and row.model_id == model.pk:
        return False
    before = row.model
    values: dict[str, Any] = {"listing": Listing.DRAFT, "model": model, "api": api, "base_url": api.base_url}
    values |= {"max_parallel": api.max_parallel, "calls_per_minute": api.calls_per_minute}
    if row.base_url != api.base_url:
        values["profile"] = {}  # what was learned of parameters was learned elsewhere
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    if before.pk != model.pk and before.proposed_by_id == api.provider_id and not before.channels.exists():
        before.delete()
    return True


def _model_of(provider: Provider, choice: Choice, index: Index, row: Channel | None) -> AIModel:
    if choice.proposal is not None:
        return _propose(provider, choice.wire_name, choice.proposal)
    if choice.model:
        found = next((model for model in index.models.values() if model.slug == choice.model), None)
        if found is None:
            message = _("The catalogue has no model “%(slug)s”.") % {"slug": choice.model[:100]}
            raise Refused(choice.wire_name, message, _("Choose one from the list, or propose it as new."))
        return found
    if row is not None:
        return row.model
    if match := index.sure(choice.wire_name):
        return match.model
    message = _("Which model “%(name)s” is, is not known.") % {"name": choice.wire_name}
    raise Refused(choice.wire_name, message, _("Choose one of the catalogue's, or propose it as new."))


def _propose(provider: Provider, wire_name: str, proposal: Proposal) -> AIModel:
    """A model as this provider names it, hidden until an operator has looked; used again if it named it before."""
    facts = _facts_of(provider, wire_name, proposal)
    model = AIModel.objects.filter(proposed_by=provider, name=facts["name"]).first()
    if model is None:
        rest = {"output_kinds": ["text"], "source": SOURCE, "checked_on": timezone.localdate()}
        slug = _free_model_slug(provider, facts["name"])
        return AIModel.objects.create(slug=slug, proposed_by=provider, **facts, **rest)
    if not model.channels.filter(listing__in=SHOWN).exists():  # an operator looks at it just now
        AIModel.objects.filter(pk=model.pk).update(**facts)
    return model


def _facts_of(provider: Provider, wire_name: str, proposal: Proposal) -> dict[str, Any]:
    """The columns of an ``AIModel``. Raises Refused."""
    name, maker = " ".join(proposal.name.split()), " ".join(proposal.maker_name.split())
    if not (name and maker and len(name) <= 120 and len(maker) <= 100 and (name + maker).isprintable()):
        message = _("A new model needs its name (at most 120 characters) and its maker (at most 100).")
        raise Refused(wire_name, message, _("Fill in both, or choose one of the catalogue's."))
    if is_stray(name, provider=provider) or is_stray(maker, provider=provider):
        raise Refused(wire_name, warning(), _("Give the model's name and its maker alone."))
    window = proposal.context_window
    if window is not None and not 0 < window <= LARGEST_WINDOW:
        message = _("A context window is a number of tokens between 1 and 100,000,000.")
        raise Refused(wire_name, message, _("Correct it, or leave it empty where you do not know."))
    kinds = [kind for kind in INPUT_KINDS if kind in proposal.input_kinds] or ["text"]
    return {
        "name": name,
        "maker": slugify(maker)[:60] or "unknown",
        "maker_name": maker,
        "context_window": window,
        "input_kinds": kinds,
    }


def _draft(api: Api, wire_name: str, model: AIModel) -> Channel:
    return Channel.objects.create(
        slug=_free_channel_slug(api.provider, wire_name, model),
        provider=api.provider,
        model=model,
        protocol=api.protocol,
        base_url=api.base_url,
        wire_name=wire_name,
        api=api,
        max_parallel=api.max_parallel,
        calls_per_minute=api.calls_per_minute,
        source=SOURCE,
        checked_on=timezone.localdate(),
    )


def _free_channel_slug(provider: Provider, wire_name: str, model: AIModel) -> str:
    name = _sluggish(matching.plain(wire_name)) or model.slug
    return _free(f"{provider.slug}-{name}"[:150].rstrip("-"), Channel)


def _free_model_slug(provider: Provider, name: str) -> str:
    """A local server's model keeps out of the way of a real one's address."""
    stem = _sluggish(name) or f"{provider.slug}-model"
    return _free((f"local-{stem}" if provider.is_local else stem)[:90].rstrip("-"), AIModel)


def _sluggish(name: str) -> str:
    return slugify(re.sub(r"[./:@]", "-", name))


def _free(stem: str, kind: type[Channel] | type[AIModel]) -> str:
    """``stem``, with a number behind it where that is taken."""
    taken = set(kind.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)
