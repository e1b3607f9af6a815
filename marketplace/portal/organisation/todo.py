"""What a provider has to do next, as far as its people are concerned: the steps before its first listing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.models import Agreement, Listing, Membership, Provider, Role
from catalog.models.providers import ProviderQuerySet
from marketplace.accounts.models import User


@dataclass(frozen=True)
class Step:
    """``state`` done, now, open or fault; ``page`` is the URL name of where it is done."""

    text: str | Promise
    state: str
    page: str = ""


@dataclass(frozen=True)
class Mine:
    """A provider that one acts for, in one's role, with its steps; ``next`` is the first that is not done."""

    membership: Membership
    steps: list[Step]

    @property
    def provider(self) -> Provider:
        return self.membership.provider

    @property
    def may_edit(self) -> bool:
        return self.membership.may(Role.EDITOR)

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if step.state in {"now", "fault"}), None)


def with_counts(providers: ProviderQuerySet) -> ProviderQuerySet:
    """Adds what ``steps`` looks at: api_count, channel_count, listed, staged, suspended, agreed."""

    def channels(**where: str) -> Count:
        return Count("channels", distinct=True, filter=Q(**where))

    agreed = Agreement.objects.filter(provider=OuterRef("pk"), version=settings.AGREEMENT_VERSION)
    return providers.annotate(
        api_count=Count("apis", distinct=True),
        channel_count=Count("channels", distinct=True),
        listed=channels(channels__listing=Listing.LISTED),
        staged=channels(channels__listing=Listing.STAGED),
        suspended=channels(channels__listing=Listing.SUSPENDED),
        agreed=Exists(agreed),
    )


def steps(provider: Provider) -> list[Step]:
    """From the founding to the first listing, of a provider ``with_counts``; the first that is not done is ``now``."""
    facts = vars(provider)  # what with_counts added
    wanted = [
        (_("Provider registered"), True, "portal:facts"),
        (_("Add an API: address, key and models"), facts["channel_count"] > 0, "portal:new_api"),
        (_("State your terms and agree to trials"), facts["agreed"], "portal:terms"),
        (_("Have a channel checked and submit it"), facts["staged"] + facts["listed"] > 0, "portal:provider"),
        (_("An operator reviews it"), facts["listed"] > 0, ""),
    ]
    found: list[Step] = []
    for text, done, page in wanted:
        turn = "open" if any(step.state == "now" for step in found) else "now"
        found.append(Step(text, "done" if done else turn, page))
    if facts["suspended"]:
        text = ngettext("%d channel is suspended", "%d channels are suspended", facts["suspended"]) % facts["suspended"]
        found.append(Step(text, "fault", "portal:provider"))
    return found


def of_person(user: User) -> list[Mine]:
    """The providers that this person acts for, in the order in which they joined: two queries."""
    rows = list(Membership.objects.filter(user=user))
    providers = with_counts(Provider.objects.filter(pk__in=[row.provider_id for row in rows])).in_bulk()
    for row in rows:
        row.provider = providers[row.provider_id]
    return [Mine(row, steps(row.provider)) for row in rows]


def after_founding(provider: Provider) -> str:
    """Where the founder goes on: to its first API."""
    return reverse("portal:new_api", args=[provider.slug])


def page_of(provider: Provider) -> str:
    return reverse("portal:provider", args=[provider.slug])
