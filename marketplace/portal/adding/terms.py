"""What a provider states and agrees to: limits, scenarios, what becomes of prompts, and that trials may be run.

Nothing is guessed: what is not stated stays unknown (None). Raises ``catalog.refusals.Refused`` for what cannot be
saved and ``catalog.versions.Outdated`` when somebody saved first; each change is noted in the log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import members
from catalog.models import AT_LEAST, Agreement, Api, Channel, Listing, Provider, Role, Scenario
from catalog.price_cells import Bad, address
from catalog.refusals import Refused
from catalog.versions import Outdated, change
from marketplace.accounts.models import User

MOST_PARALLEL = 500
MOST_PER_MINUTE = 100_000
# Ten years; more is "for ever", which no number says.
MOST_DAYS = 3650
LONGEST = 100


@transaction.atomic
def set_limits(api: Api, *, by: User, max_parallel: int, calls_per_minute: int, seen: int | None = None) -> None:
    """How much of our traffic the API takes; its channels get the same."""
    for field, value, most in (
        ("max_parallel", max_parallel, MOST_PARALLEL),
        ("calls_per_minute", calls_per_minute, MOST_PER_MINUTE),
    ):
        if not 1 <= value <= most:
            message = _("This is not between 1 and %(most)d.") % {"most": most}
            raise Refused(field, message, _("Write how many calls the API takes."))
    if calls_per_minute < max_parallel:
        message = _("This is less than the calls at once.")
        raise Refused("calls_per_minute", message, _("A minute takes at least as many calls as a moment."))
    limits = {"max_parallel": max_parallel, "calls_per_minute": calls_per_minute}
    change(api, seen=_version(api, seen), **limits)
    api.channels.update(version=F("version") + 1, **limits)
    members.note(api.provider, by, "limits_set", api.base_url)


@transaction.atomic
def choose_scenarios(
    api: Api, *, by: User, choices: Mapping[int, Collection[str]], seen: Mapping[int, int] | None = None
) -> list[Channel]:
    """The scenarios' slugs by channel; channels not named stay as they are. The channels that changed."""
    channels = {row.pk: row for row in api.channels.exclude(listing=Listing.RETIRED).prefetch_related("scenarios")}
    known = {scenario.slug: scenario for scenario in Scenario.objects.open()}
    wanted = {pk: set(slugs) for pk, slugs in choices.items()}
    if unknown := set().union(*wanted.values()) - known.keys() if wanted else set():
        told = {"names": _(", ").join(sorted(unknown)[:5])}
        raise Refused("scenarios", _("There is no such scenario: %(names)s.") % told, _("Choose from those shown."))
    if wanted.keys() - channels.keys():
        raise Refused("scenarios", _("This API has no such channel."), _("Load the page again."))
    changed = []
    for pk, slugs in wanted.items():
        channel = channels[pk]
        # A scenario that is closed just now stays as it is: nobody could tick it.
        kept = {row.slug: row for row in channel.scenarios.all() if not row.is_open}
        if slugs == {row.slug for row in channel.scenarios.all() if row.is_open}:
            continue
        change(channel, seen=channel.version if seen is None else seen.get(pk, 0))
        channel.scenarios.set([*(known[slug] for slug in sorted(slugs)), *kept.values()])
        changed.append(channel)
        members.note(api.provider, by, "scenarios_chosen", channel.slug, scenarios=", ".join(sorted(slugs)) or "–")
    return changed


@transaction.atomic
def set_terms(
    provider: Provider,
    *,
    by: User,
    processing_region: str = "",
    retention_days: int | None = None,
    trains_on_inputs: bool | None = None,
    terms_source: str = "",
    available_in_mainland: bool | None = None,
    filing_number: str = "",
    seen: int | None = None,
) -> None:
    """Where prompts are processed, how long they are kept, whether they train; empty or None: not stated.

    ``terms_source`` is the page that says so, and the source of all that is stated here.
    """
    page = _page(terms_source)
    region, filing = processing_region.strip(), filing_number.strip()
    known = [retention_days, trains_on_inputs, available_in_mainland, provider.allows_trials]
    if not page and (region or filing or any(value is not None for value in known)):
        mend = _("Name the page on which you publish your terms.")
        raise Refused("terms_source", _("What is stated needs a source."), mend)
    for field, text in (("processing_region", region), ("filing_number", filing)):
        if len(text) > LONGEST:
            message = _("This has more than %(limit)d characters.") % {"limit": LONGEST}
            raise Refused(field, message, _("Shorten it."))
    if retention_days is not None and not 0 <= retention_days <= MOST_DAYS:
        message = _("This is not between 0 and %(most)d days.") % {"most": MOST_DAYS}
        raise Refused("retention_days", message, _("Write 0 if prompts are not kept; leave it empty if unknown."))
    today = timezone.localdate()
    change(
        provider,
        seen=_version(provider, seen),
        processing_region=region,
        retention_days=retention_days,
        trains_on_inputs=trains_on_inputs,
        terms_source=page,
        terms_checked_on=today if page else None,
        available_in_mainland=available_in_mainland,
        mainland_source="" if available_in_mainland is None else page,
        mainland_checked_on=None if available_in_mainland is None else today,
        filing_number=filing,
        filing_source=page if filing else "",
        filing_checked_on=today if filing else None,
    )
    members.note(provider, by, "terms_set")


@transaction.atomic
def agree(provider: Provider, *, by: User, version: str) -> Agreement:
    """Agree for the provider that trials are run and results published; once per version of the text.

    ``version`` is that of the text which was read. Only an owner or editor may.
    """
    if version != settings.AGREEMENT_VERSION:
        raise Refused("version", _("The text has changed since you read it."), _("Read the new one, then agree."))
    if not provider.memberships.filter(user=by, role__in=AT_LEAST[Role.EDITOR]).exists():
        raise Refused("", _("Only an owner or editor can agree for a provider."), _("Ask one of them."))
    provider.refresh_from_db()
    if found := agreement_of(provider):
        return found
    source = provider.terms_source or provider.homepage
    if not source:
        mend = _("State the page of your terms above, then agree.")
        raise Refused("terms_source", _("We do not know where your terms are published."), mend)
    known = {"terms_checked_on": provider.terms_checked_on or timezone.localdate()}
    change(provider, seen=provider.version, allows_trials=True, terms_source=source, **known)
    made = Agreement.objects.create(provider=provider, version=version, agreed_by=by, agreed_name=by.shown_name)
    members.note(provider, by, "agreed", version=version)
    return made


def agreement_of(provider: Provider) -> Agreement | None:
    """The agreement to the text as it is today; None: it has to be asked for (again)."""
    return provider.agreements.filter(version=settings.AGREEMENT_VERSION).first()


def _page(text: str) -> str:
    try:
        page = address(text)
    except Bad as bad:
        raise Refused("terms_source", bad.message, bad.mend) from None
    if len(page) > 200:
        raise Refused("terms_source", _("This address is too long."), _("Name a page with a shorter one."))
    return page


def _version(row: Api | Provider, seen: int | None) -> int:
    if seen is not None:
        return seen
    return type(row).objects.values_list("version", flat=True).get(pk=row.pk)


__all__ = ["Outdated", "Refused", "agree", "agreement_of", "choose_scenarios", "set_limits", "set_terms"]
