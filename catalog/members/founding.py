"""A provider's beginning, and the facts that its own people state of it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import naming, versions
from catalog.members.log import note
from catalog.models import Listing, Membership, Provider, Role
from catalog.refusals import Refused
from marketplace.accounts.models import User

MOST_DRAFTS = 10  # providers that one person may own before any of them is listed
NAMES = ("name_en", "name_zh")
WEBSITES = ("homepage", "docs_url")


@transaction.atomic
def found_provider(*, by: User, slug: str = "", **facts: str) -> Provider:
    """A draft that its founder owns; ``facts`` are name_en, name_zh, homepage, docs_url, country.

    A name that is missing is that of the other language, a slug that is missing is made of it. Raises Refused.
    """
    User.objects.select_for_update().get(pk=by.pk)  # of a double click the second finds the name taken
    named = _in_both_languages(facts)
    naming.refuse_names({field: facts[field] for field in NAMES if facts.get(field)})
    _refuse_websites(named)
    mine = Membership.objects.filter(user=by, role=Role.OWNER, provider__listing=Listing.DRAFT)
    if mine.count() >= MOST_DRAFTS:
        message = _("You own %d providers that are not listed yet.") % MOST_DRAFTS
        raise Refused("", message, _("Bring one of them to the list first."))
    slug = slug or naming.suggest_slug(named["name_en"])
    if not slug:
        message = _("No address can be made from this name.")
        raise Refused("slug", message, _("Write one: small Latin letters, digits and hyphens."))
    naming.refuse_slug(slug)
    provider = _create(slug=slug, **named)
    Membership.objects.create(provider=provider, user=by, role=Role.OWNER)
    note(provider, by, "provider_founded", provider.slug)
    return provider


@transaction.atomic
def change_facts(provider: Provider, *, by: User, seen: int, **facts: str) -> list[str]:
    """State them anew; returns the fields that changed. Raises Refused, or Outdated where ``seen`` is not the version.

    Names stay once the provider left its draft: what visitors know it by is an operator's to change.
    """
    named = _in_both_languages(facts)
    changed = {field: value for field, value in named.items() if getattr(provider, field) != value}
    renamed = {field: changed[field] for field in NAMES if field in changed}
    if renamed and provider.listing != Listing.DRAFT:
        message = _("The name of a provider that was put before the operators stays.")
        raise Refused(next(iter(renamed)), message, _("Ask an operator of this site to change it."))
    naming.refuse_names(renamed, but=provider)
    _refuse_websites(changed)
    if changed:
        versions.change(provider, seen=seen, **changed)
        note(provider, by, "provider_changed", fields=", ".join(sorted(changed)))
    return sorted(changed)


def _create(**facts: str) -> Provider:
    try:
        with transaction.atomic():
            return Provider.objects.create(**facts, source="portal", checked_on=timezone.localdate())
    except IntegrityError:  # somebody else was a moment faster
        naming.refuse_slug(facts["slug"])
        raise


def _refuse_websites(facts: dict[str, str]) -> None:
    for field in WEBSITES:
        naming.refuse_website(field, facts.get(field, ""))


def _in_both_languages(facts: dict[str, str]) -> dict[str, str]:
    name_en, name_zh = facts.get("name_en", ""), facts.get("name_zh", "")
    if not (name_en or name_zh):
        raise Refused("name_en", _("The provider has no name."), _("Write it in one language at least."))
    return {**facts, "name_en": name_en or name_zh, "name_zh": name_zh or name_en}
