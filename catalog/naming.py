"""What a new provider may call itself: nothing that is taken, however it is written, and no word of ours."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.models import AIModel, Listing, Provider
from catalog.refusals import Refused

# Parts of our own addresses, and words that would pass for the house.
_WORDS = """
    account accounts admin api apis channel channels checks compare conformance facts faring help home house invitation
    invitations local log login logout members models new operator operators portal provider providers queue report
    reports review root scenarios search security settings sign-in sign-up simulated staff static status submissions
    support terms test touchstone trials us v1 www
"""
RESERVED = frozenset(_WORDS.split())
# Our own name, and the label of the simulated fleet: nobody else's.
OURS = ("touchstone", "试金石", "simulated", "模拟")
# Letters of other scripts that look like Latin ones, so that "ОpenAI" with a Cyrillic О is no new name.
# Last, an l, a 1 and a 0 as the letters that they pass for.
LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁӏԛԝαβεικνορτυχζɡıl10",
    "abekmhopctyxijsdiqwabeikvoptuxzgiiio",
)
MOST_SLUG = 60


def folded(name: str) -> str:
    """The name as it is compared: one width and case, letters and digits alone, look-alikes as Latin letters."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    unmarked = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return "".join(c for c in unicodedata.normalize("NFKC", unmarked).translate(LOOKALIKES) if c.isalnum())


def refuse_names(names: dict[str, str], *, but: Provider | None = None) -> None:
    """Raises Refused at the first of ``{field: name}`` that says nothing, is ours, or is in the catalogue already."""
    taken = _taken_names(but)
    for field, name in names.items():
        key = folded(name)
        if not key:
            raise Refused(field, _("This name has no letters."), _("Write the name that your customers know."))
        # It stands in letters to people who have never been here.
        if not name.isprintable() or "://" in name or "www." in name.casefold():
            message = _("A name has no addresses, line breaks or invisible signs.")
            raise Refused(field, message, _("Write the name that your customers know."))
        if _is_ours(key):
            raise Refused(field, _("This name would pass for ours."), _("Write the name that your customers know."))
        if key in taken:
            raise _in_the_catalogue(field, taken[key])


def refuse_slug(slug: str) -> None:
    """Raises Refused where the slug is malformed, a word of ours, or taken."""
    if slug != slugify(slug) or not slug or len(slug) > MOST_SLUG:
        raise Refused(
            "slug",
            _("“%s” cannot be part of an address.") % slug[:60],
            _("Use small Latin letters, digits and hyphens, 60 at most."),
        )
    if slug in RESERVED or _is_ours(folded(slug)):
        raise Refused("slug", _("“%s” is a word of this site's own.") % slug, _another(f"{slug}-ai"))
    if Provider.objects.filter(slug=slug).exists() or folded(slug) in _taken_names(None):
        raise Refused(
            "slug", _("“%s” is in the catalogue already.") % slug, str(Refused("", _another(slug), _if_it_is_yours()))
        )


def suggest_slug(name: str) -> str:
    """A free slug made from the name; empty where it has no Latin letters."""
    wished = slugify(unicodedata.normalize("NFKC", name))[:MOST_SLUG].strip("-_").replace("_", "-")
    if not wished or _is_ours(folded(wished)):
        return ""
    return _free(wished) if wished in RESERVED or Provider.objects.filter(slug=wished).exists() else wished


def refuse_website(field: str, address: str) -> None:
    """Raises Refused unless it is a public https address of a named host; nothing is fetched."""
    if not address:
        return
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    ending = host.rpartition(".")[2]
    if parts.scheme != "https" or parts.username is not None or not ending or not ending[0].isalpha() or host == ending:
        raise Refused(field, _("This is no public https address."), _("Write one such as https://www.example.com"))


def _is_ours(key: str) -> bool:
    return any(folded(word) in key for word in OURS)


def _taken_names(but: Provider | None) -> dict[str, str]:
    """``{folded: as written}`` of every provider, listed or not, and of the makers of models that are known here.

    What somebody founded here and gave up with their account blocks nobody: it has neither people nor channels.
    """
    found: dict[str, str] = {}
    for pair in AIModel.objects.known().values_list("maker_name", "maker").distinct():
        found |= {folded(word): pair[0] for word in pair}
    given_up = Q(source="portal", listing=Listing.RETIRED, memberships=None, channels=None)
    others = Provider.objects.exclude(given_up)
    if but:
        others = others.exclude(pk=but.pk)
    for name_en, name_zh, slug in others.values_list("name_en", "name_zh", "slug"):
        found |= {folded(word): name_en for word in (name_en, name_zh, slug)}
    own = {folded(word) for word in (but.name_en, but.name_zh, but.slug)} if but else set()
    return {key: name for key, name in found.items() if key and key not in own}


def _in_the_catalogue(field: str, name: str) -> Refused:
    return Refused(field, _("“%s” is in the catalogue already.") % name, _if_it_is_yours())


def _if_it_is_yours() -> str:
    return _("If it is yours, ask an operator of this site to make you its owner; nobody can take it over here.")


def _another(slug: str) -> str:
    return _("Another one that is free: %s.") % _free(slug)


def _free(slug: str) -> str:
    stem = slug[: MOST_SLUG - 4]
    taken = set(Provider.objects.filter(Q(slug=stem) | Q(slug__startswith=f"{stem}-")).values_list("slug", flat=True))
    numbers = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return stem if stem not in taken | RESERVED else next(wish for wish in numbers if wish not in taken)
