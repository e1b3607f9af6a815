"""The way onto the list: a provider's people submit, an operator approves or declines.

The channel's own row is moved first, always: whoever comes second waits for it, and then finds nothing to move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.members import note as write_down
from catalog.models import AIModel, Channel, Listing, Provider, Submission, SubmissionState
from catalog.onboarding import letters
from catalog.onboarding.obstacles import obstacles
from catalog.onboarding.snapshots import changes, digest, last_approved, snapshot
from catalog.refusals import Refused

if TYPE_CHECKING:
    from marketplace.accounts.models import User

LONGEST_NOTE = 2000
MAY_BE_SUBMITTED = (Listing.DRAFT, Listing.RETIRED)


@transaction.atomic
def submit(
    channels: Sequence[Channel], *, by: User | None, conformance: Mapping[int, str], note: str = ""
) -> list[Submission]:
    """Put channels of one provider before the operators, all or none: draft → staged.

    ``conformance`` names each channel's run by its code; that it is over, whole and of the present address, whoever
    calls has seen to. ``note`` is what the operators should know, such as why a check fails. Raises Refused.
    """
    if not channels:
        raise Refused("channels", _("No channel is chosen."), _("Tick at least one."))
    found = [_submit(channel, by=by, code=conformance.get(channel.pk, ""), note=note) for channel in channels]
    letters.to_operators("listing_waits", provider=channels[0].provider, submissions=found, note=note)
    return found


def _submit(channel: Channel, *, by: User | None, code: str, note: str) -> Submission:
    missing = obstacles(channel)
    if missing:
        refusal = missing[0].refusal()
        raise Refused(refusal.field, f"{channel.name}: {refusal.message}", refusal.mend)
    if not code:
        message = _("%(channel)s has not been checked.") % {"channel": channel.name}
        raise Refused("conformance", message, _("Run all checks first."))
    # Of the address, protocol and name that were checked: whoever moved it a moment ago has it checked again.
    checked = {name: getattr(channel, name) for name in ("base_url", "protocol", "wire_name")}
    moved = Channel.objects.filter(pk=channel.pk, listing__in=MAY_BE_SUBMITTED, **checked)
    if not moved.update(listing=Listing.STAGED, sunset_on=None, successor=None):
        message = _("%(channel)s cannot be submitted now.") % {"channel": channel.name}
        raise Refused("channels", message, _("It is waiting or listed already: see its page."))
    channel.refresh_from_db()
    write_down(channel.provider, by, "channel_submitted", channel.slug)
    facts = {**snapshot(channel), "note": note.strip()[:LONGEST_NOTE]}
    return Submission.objects.create(channel=channel, facts=facts, conformance=code, submitted_by=by)


@transaction.atomic
def withdraw(channel: Channel, *, by: User | None) -> None:
    """Take the waiting submission back: staged → draft. Raises Refused."""
    if not Channel.objects.filter(pk=channel.pk, listing=Listing.STAGED).update(listing=Listing.DRAFT):
        raise Refused("channels", _("It does not wait for review any more."), _("See its page for where it stands."))
    channel.submissions.waiting().update(state=SubmissionState.WITHDRAWN, decided_at=timezone.now())
    channel.refresh_from_db()
    write_down(channel.provider, by, "submission_withdrawn", channel.slug)


@transaction.atomic
def approve(submission: Submission, *, by: User | None, model: AIModel | None = None, seen: str = "") -> None:
    """List the channel, and with its first channel the provider.

    ``model`` replaces the one that the provider named; without it a proposed model is accepted. ``seen`` is the digest
    of the facts that the operator looked at: facts that have changed since are not approved. Raises Refused.
    """
    channel = submission.channel
    values = {"listing": Listing.LISTED, "suspended_at": None, "suspended_for": ""}
    if not _leave_stage(channel, checked_on=timezone.localdate(), **values):
        raise _too_late(submission)
    now = snapshot(channel)
    if seen and seen != digest(now):
        differing = ", ".join(change.name for change in changes(submission.facts, now))
        message = _("It has changed while you were looking: %(facts)s.") % {"facts": differing or "…"}
        raise Refused("state", message, _("Look at it again, then decide."))
    if missing := obstacles(channel):
        message = _("It lacks something that it had when it was submitted: %(what)s")
        raise Refused("state", message % {"what": missing[0].message}, _("Decline it, so that its people mend that."))
    is_new = last_approved(channel) is None
    _settle_model(channel, model)
    _list_provider(channel.provider)
    facts = {**snapshot(channel), "note": submission.facts.get("note", "")}
    _decide(submission, SubmissionState.APPROVED, by=by, facts=facts)
    write_down(channel.provider, by, "channel_approved", channel.slug)
    letters.tell(channel, "listing_approved", is_new=is_new)


@transaction.atomic
def decline(submission: Submission, *, by: User | None, reason: str) -> None:
    """Send it back to its people with the reason: staged → draft. Raises Refused."""
    reason = reason.strip()
    if not reason:
        raise Refused("reason", _("No reason is given."), _("Say what has to be fixed."))
    if len(reason) > LONGEST_NOTE:
        message = _("The reason has more than %(limit)d characters.") % {"limit": LONGEST_NOTE}
        raise Refused("reason", message, _("Shorten it."))
    channel = submission.channel
    if not _leave_stage(channel, listing=Listing.DRAFT):
        raise _too_late(submission)
    _decide(submission, SubmissionState.DECLINED, by=by, reason=reason)
    write_down(channel.provider, by, "channel_declined", channel.slug, reason=reason)
    letters.tell(channel, "listing_declined", reason=reason)


def _leave_stage(channel: Channel, **values: object) -> bool:
    """Move it off the stage; the row stays locked until the transaction ends. True for exactly one caller."""
    if not Channel.objects.filter(pk=channel.pk, listing=Listing.STAGED).update(**values):
        return False
    channel.refresh_from_db()
    return True


def _decide(submission: Submission, state: SubmissionState, *, by: User | None, **values: object) -> None:
    values |= {"decided_by": by, "decided_at": timezone.now()}
    if not Submission.objects.move(submission.pk, SubmissionState.WAITING, state, **values):
        raise _too_late(submission)
    submission.refresh_from_db()


def _too_late(submission: Submission) -> Refused:
    submission.refresh_from_db()
    mend = _("Nothing was changed by you. See the history below.")
    if submission.decided_by:
        who = {"who": submission.decided_by.shown_name, "state": submission.get_state_display()}
        return Refused("state", _("%(who)s was quicker: it is %(state)s.") % who, mend)
    return Refused("state", _("It does not wait for review any more."), mend)


def _settle_model(channel: Channel, model: AIModel | None) -> None:
    """Take the model as the provider named it, or another in its place."""
    named = channel.model
    if model is None or model.pk == named.pk:
        AIModel.objects.filter(pk=named.pk, proposed_by__isnull=False).update(proposed_by=None)
        return
    if model.proposed_by_id is not None:
        raise Refused("model", _("That model is itself only proposed."), _("Choose one that the catalogue knows."))
    Channel.objects.filter(pk=channel.pk).update(model=model)
    AIModel.objects.filter(pk=named.pk, proposed_by__isnull=False, channels__isnull=True).delete()
    channel.refresh_from_db()


def _list_provider(provider: Provider) -> None:
    drafts = Provider.objects.filter(pk=provider.pk, listing__in=(Listing.DRAFT, Listing.STAGED))
    drafts.update(listing=Listing.LISTED)
    provider.refresh_from_db()
    if provider.listing != Listing.LISTED:
        message = _("The provider itself is off the list: %(state)s.") % {"state": provider.get_listing_display()}
        raise Refused("provider", message, _("Put the provider back first."))
