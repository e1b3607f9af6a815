"""The models step as a form: first names are chosen, then each is told what it is. Nothing is kept between the two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from catalog.models import Api, Channel, Listing
from marketplace.portal.adding.choosing import INPUT_KINDS, MOST_CHOSEN, Choice, Proposal
from marketplace.portal.adding.matching import Index, Match, Why
from marketplace.portal.adding.placing import SHOWN
from marketplace.portal.adding.stray_keys import is_stray

NEW, OTHER = "+new", "+other"
MOST_TYPED = 20_000
MOST_NAMES = 2_000


def _lines(text: str) -> list[str]:
    """One name a line; between two of them a comma will do."""
    return [name for line in text.splitlines() for part in line.split(",") if (name := part.strip())]


@dataclass
class Wish:
    """What was posted. ``strays``: how many typed lines were keys, and were dropped."""

    names: list[str]
    typed: str = ""
    query: str = ""
    strays: int = 0

    @property
    def all_names(self) -> list[str]:
        return list(dict.fromkeys([*self.names, *_lines(self.typed)]))


@dataclass(frozen=True)
class Listed:
    """One name of the API's own list."""

    name: str
    is_chosen: bool
    known_as: str = ""


@dataclass
class Row:
    """One chosen name, and what it may be. ``chosen`` is a slug, NEW or OTHER; the rest is what was typed."""

    place: int
    name: str
    matches: list[Match]
    chosen: str
    channel: Channel | None = None
    other: str = ""
    new: dict[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def is_fixed(self) -> bool:
        """Others see it already: it is changed elsewhere."""
        return self.channel is not None and self.channel.listing in SHOWN

    @property
    def is_sure(self) -> bool:
        return any(match.is_sure and match.model.slug == self.chosen for match in self.matches)

    @property
    def reasons(self) -> list[tuple[Match, str]]:
        return [(match, reason(match)) for match in self.matches]

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        return [(kind, label, kind in self.new["kinds"]) for kind, label in kind_names().items()]


def kind_names() -> dict[str, str]:
    return {"text": _("text"), "image": _("pictures"), "audio": _("sound"), "video": _("video")}


def reason(match: Match) -> str:
    return {
        Why.SAVED: _("as it is saved"),
        Why.WIRE: _("other channels call it by this very name"),
        Why.NAME: _("the same name"),
        Why.TAIL: _("the same but for a date or variant"),
        Why.ALIKE: _("similar letters, %(percent)d %%") % {"percent": match.likeness},
    }[match.why]


def read(data: QueryDict) -> Wish:
    """What was posted, without the keys in it."""
    typed = str(data.get("typed", ""))[:MOST_TYPED]
    lines = typed.splitlines()
    kept = [line for line in lines if not is_stray(line)]
    query = str(data.get("q", ""))[:200]
    strays = len(lines) - len(kept) + is_stray(query)
    names = [name for name in data.getlist("names")[:MOST_NAMES] if name.strip() and not is_stray(name)]
    return Wish(names, "\n".join(kept), "" if is_stray(query) else query, strays)


def chosen_before(api: Api) -> Wish:
    """The names that the API's channels have now; a first-time choice of a few is made for nobody."""
    rows = api.channels.exclude(listing=Listing.RETIRED).order_by("wire_name")
    return Wish(list(rows.values_list("wire_name", flat=True)))


def listed(api: Api, wish: Wish, index: Index) -> tuple[list[Listed], list[str]]:
    """The API's own names that fit the query, and the chosen ones that are not among them."""
    chosen = set(wish.names)
    words = wish.query.lower().split()
    shown = [name for name in api.models_seen or [] if all(word in name.lower() for word in words)]
    rows = [Listed(name, name in chosen, _known(index, name)) for name in shown]
    return rows, [name for name in wish.names if name not in set(shown)]


def _known(index: Index, name: str) -> str:
    match = index.sure(name)
    return match.model.name if match else ""


def rows(api: Api, names: Iterable[str], index: Index, data: QueryDict | None = None) -> list[Row]:
    """What each name may be; ``data`` is what was posted of it."""
    names = list(names)[: MOST_CHOSEN + 1]
    channels = {row.wire_name: row for row in api.channels.select_related("model")}
    posted = data if data is not None and data.get("act") == "save" else QueryDict()
    return [_row(place, name, index, channels.get(name), posted) for place, name in enumerate(names)]


def _row(place: int, name: str, index: Index, channel: Channel | None, posted: QueryDict) -> Row:
    matches = index.matches(name)
    if channel:
        matches = [match for match in matches if match.model.pk != channel.model_id]
        matches.insert(0, Match(channel.model, Why.SAVED))
    before = channel.model.slug if channel else next((match.model.slug for match in matches if match.is_sure), "")
    new = {
        "name": posted.get(f"name-{place}", _title(name)),
        "maker": posted.get(f"maker-{place}", ""),
        "context": posted.get(f"context-{place}", ""),
        "kinds": posted.getlist(f"kinds-{place}") or ["text"],
    }
    chosen = str(posted.get(f"model-{place}", before or (NEW if not matches else "")))
    return Row(place, name, matches, chosen, channel, str(posted.get(f"other-{place}", "")), new)


def _title(name: str) -> str:
    """``maker/some-model-7b`` as a first idea of a title: ``some model 7b``."""
    return name.rpartition("/")[2].replace("-", " ").replace("_", " ").strip()[:120]


def choice_of(row: Row, index: Index) -> Choice:
    """Raises ValueError, with what is wrong, for what cannot be read."""
    if row.is_fixed:
        return Choice(row.name)
    if row.chosen == NEW:
        return Choice(row.name, proposal=_proposal(row))
    if row.chosen == OTHER:
        wish = row.other.strip().casefold()
        found = (model.slug for model in index.models.values() if wish in {model.slug, model.name.casefold()})
        if slug := next(found, ""):
            return Choice(row.name, slug)
        raise ValueError(_("The catalogue has no model of this name. Choose one from the list, or propose it as new."))
    if not row.chosen:
        raise ValueError(_("Say which model it is: choose one, or propose it as new."))
    return Choice(row.name, row.chosen)


def _proposal(row: Row) -> Proposal:
    text = str(row.new["context"]).replace(",", "").replace(" ", "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 12):
        raise ValueError(_("A context window is a whole number of tokens, such as 131072. Leave it empty if unknown."))
    kinds = [kind for kind in INPUT_KINDS if kind in row.new["kinds"]]
    return Proposal(str(row.new["name"]), str(row.new["maker"]), int(text) if text else None, kinds)
